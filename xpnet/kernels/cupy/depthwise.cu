// Convolution of each channel by itself: w.channels channels in, `multiplier` for each of them out.
// A product of matrices with a single row would waste the GPU, so windows are summed directly.

// images (n, C, H, W), weights (M, kh, kw) -> y (n, M, H', W'), a thread per element of y
KERNEL depthwise(const REAL* images, const REAL* weights, const REAL* bias, REAL* y, Window w,
                 INDEX n, int multiplier) {
    const int out_channels = w.channels * multiplier;
    const int places = w.kernel_height * w.kernel_width;
    FOR_EACH(t, n * out_channels * w.out_height * w.out_width) {
        const int left = (int)(t % w.out_width) * w.stride_width - w.left;
        const int top = (int)(t / w.out_width % w.out_height) * w.stride_height - w.top;
        const INDEX plane = t / w.out_width / w.out_height;
        const int m = (int)(plane % out_channels);
        const INDEX source = plane / out_channels * w.channels + m / multiplier;
        const REAL* from = images + source * w.height * w.width;
        const REAL* weight = weights + (INDEX)m * places;
        WIDE sum = bias ? (WIDE)bias[m] : (WIDE)0;
        for (int i = 0; i < w.kernel_height; i++) {
            const int v = top + i * w.dilation_height;
            if (v < 0 || v >= w.height) continue;
            for (int k = 0; k < w.kernel_width; k++) {
                const int h = left + k * w.dilation_width;
                if (h < 0 || h >= w.width) continue;
                sum += (WIDE)weight[i * w.kernel_width + k] * (WIDE)from[(INDEX)v * w.width + h];
            }
        }
        y[t] = (REAL)sum;
    }
}

// The adjoint: dy (n, M, H', W'), weights -> images (n, C, H, W), a thread per pixel
KERNEL depthwise_images(const REAL* dy, const REAL* weights, const REAL* bias, REAL* images,
                        Window w, INDEX n, int multiplier) {
    const INDEX pixels = (INDEX)w.out_height * w.out_width;
    const int places = w.kernel_height * w.kernel_width;
    FOR_EACH(t, n * w.channels * w.height * w.width) {
        const int x = (int)(t % w.width) + w.left, y = (int)(t / w.width % w.height) + w.top;
        const INDEX plane = t / w.width / w.height;
        const int c = (int)(plane % w.channels);
        const REAL* errors = dy + plane * multiplier * pixels;
        const REAL* weight = weights + (INDEX)c * multiplier * places;
        WIDE sum = bias ? (WIDE)bias[c] : (WIDE)0;
        for (int i = 0; i < w.kernel_height; i++) {
            const int v = y - i * w.dilation_height;
            if (v < 0 || v % w.stride_height || v / w.stride_height >= w.out_height) continue;
            for (int k = 0; k < w.kernel_width; k++) {
                const int h = x - k * w.dilation_width;
                if (h < 0 || h % w.stride_width || h / w.stride_width >= w.out_width) continue;
                const INDEX o = (INDEX)(v / w.stride_height) * w.out_width + h / w.stride_width;
                for (int m = 0; m < multiplier; m++)
                    sum += (WIDE)errors[m * pixels + o] *
                           (WIDE)weight[m * places + i * w.kernel_width + k];
            }
        }
        images[t] = (REAL)sum;
    }
}

// dy (n, M, H', W'), images (n, C, H, W) -> dw (M, kh, kw), a block per element of dw
KERNEL depthwise_weights(const REAL* dy, const REAL* images, REAL* dw, Window w, INDEX n,
                         int multiplier) {
    const INDEX pixels = (INDEX)w.out_height * w.out_width;
    const int out_channels = w.channels * multiplier;
    const int k = blockIdx.x % w.kernel_width, i = blockIdx.x / w.kernel_width % w.kernel_height;
    const int m = blockIdx.x / w.kernel_width / w.kernel_height;
    WIDE sum = 0;
    for (INDEX t = threadIdx.x; t < n * pixels; t += blockDim.x) {
        const INDEX image = t / pixels, pixel = t % pixels;
        const int v = (int)(pixel / w.out_width) * w.stride_height - w.top + i * w.dilation_height;
        const int h = (int)(pixel % w.out_width) * w.stride_width - w.left + k * w.dilation_width;
        if (v < 0 || v >= w.height || h < 0 || h >= w.width) continue;
        const INDEX source = image * w.channels + m / multiplier;
        sum += (WIDE)dy[(image * out_channels + m) * pixels + pixel] *
               (WIDE)images[(source * w.height + v) * w.width + h];
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) dw[blockIdx.x] = (REAL)sum;
}
