// Convolution by columns: the windows of a part of the batch side by side, for one matrix product.

// images (n, C, H, W) -> columns (C, kh, kw, n, H', W'). A thread copies one window of one channel;
// neighbouring threads write neighbouring elements.
KERNEL im2col(const REAL* images, REAL* columns, Window w, INDEX n) {
    const INDEX pixels = (INDEX)w.out_height * w.out_width, row = n * pixels;
    const INDEX places = (INDEX)w.kernel_height * w.kernel_width;
    FOR_EACH(t, w.channels * row) {
        const INDEX c = t / row, j = t % row, image = j / pixels, pixel = j % pixels;
        const int y = (int)(pixel / w.out_width) * w.stride_height - w.top;
        const int x = (int)(pixel % w.out_width) * w.stride_width - w.left;
        const REAL* from = images + (image * w.channels + c) * w.height * w.width;
        REAL* to = columns + c * places * row + j;
        for (int i = 0; i < w.kernel_height; i++) {
            const int v = y + i * w.dilation_height;
            for (int k = 0; k < w.kernel_width; k++) {
                const int h = x + k * w.dilation_width;
                const bool inside = v >= 0 && v < w.height && h >= 0 && h < w.width;
                *to = inside ? from[(INDEX)v * w.width + h] : (REAL)0.0f;
                to += row;
            }
        }
    }
}

// The adjoint: columns (C, kh, kw, n, H', W') -> images (n, C, H, W), and a bias per channel if
// there is one. A thread sums what the windows that saw its pixel have for it, in fixed order.
KERNEL col2im(const REAL* columns, const REAL* bias, REAL* images, Window w, INDEX n) {
    const INDEX pixels = (INDEX)w.out_height * w.out_width, row = n * pixels;
    FOR_EACH(t, n * w.channels * w.height * w.width) {
        const int x = (int)(t % w.width) + w.left, y = (int)(t / w.width % w.height) + w.top;
        const INDEX plane = t / w.width / w.height, c = plane % w.channels;
        const INDEX image = plane / w.channels;
        const REAL* from = columns + c * w.kernel_height * w.kernel_width * row + image * pixels;
        WIDE sum = bias ? (WIDE)bias[c] : (WIDE)0;
        for (int i = 0; i < w.kernel_height; i++) {
            const int v = y - i * w.dilation_height;
            if (v < 0 || v % w.stride_height || v / w.stride_height >= w.out_height) continue;
            const INDEX line = (INDEX)(v / w.stride_height) * w.out_width;
            for (int k = 0; k < w.kernel_width; k++) {
                const int h = x - k * w.dilation_width;
                if (h < 0 || h % w.stride_width || h / w.stride_width >= w.out_width) continue;
                const INDEX place = (INDEX)i * w.kernel_width + k;
                sum += (WIDE)from[place * row + line + h / w.stride_width];
            }
        }
        images[t] = (REAL)sum;
    }
}

// product (M, n, P) -> images (n, M, P), and a bias per channel if there is one
KERNEL samples_first(const REAL* product, const REAL* bias, REAL* images, INDEX n, INDEX channels,
                     INDEX pixels) {
    FOR_EACH(t, n * channels * pixels) {
        const INDEX p = t % pixels, m = t / pixels % channels, image = t / pixels / channels;
        const WIDE value = (WIDE)product[(m * n + image) * pixels + p];
        images[t] = (REAL)(bias ? value + (WIDE)bias[m] : value);
    }
}

// images (n, M, P) -> rows (M, n, P)
KERNEL channels_first(const REAL* images, REAL* rows, INDEX n, INDEX channels, INDEX pixels) {
    FOR_EACH(t, n * channels * pixels) {
        const INDEX p = t % pixels, image = t / pixels % n, m = t / pixels / n;
        rows[t] = images[(image * channels + m) * pixels + p];
    }
}
