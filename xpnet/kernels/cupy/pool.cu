// Pooling of n planes (H, W) -> (H', W'); w.channels is 1, the planes of all channels are alike.

// The largest of each window and its place in the window, 0 ... kh kw - 1. Of equal elements the
// first one wins; a NaN beats every number, and the first NaN wins. Padding never wins.
KERNEL max_pool(const REAL* x, REAL* y, int* winner, Window w, INDEX n) {
    FOR_EACH(t, n * w.out_height * w.out_width) {
        const int left = (int)(t % w.out_width) * w.stride_width - w.left;
        const int top = (int)(t / w.out_width % w.out_height) * w.stride_height - w.top;
        const REAL* plane = x + t / w.out_width / w.out_height * w.height * w.width;
        WIDE best = 0;
        int place = -1;
        for (int i = 0; i < w.kernel_height; i++) {
            const int v = top + i * w.dilation_height;
            for (int k = 0; k < w.kernel_width; k++) {
                const int h = left + k * w.dilation_width;
                if (v < 0 || v >= w.height || h < 0 || h >= w.width) continue;
                const WIDE value = (WIDE)plane[(INDEX)v * w.width + h];
                if (place < 0 || value > best || (value != value && best == best)) {
                    best = value;
                    place = i * w.kernel_width + k;
                }
            }
        }
        y[t] = (REAL)best;
        winner[t] = place;
    }
}

// A thread per element of dx asks each window that saw it whether it won there.
KERNEL max_pool_back(const REAL* dy, const int* winner, REAL* dx, Window w, INDEX n) {
    FOR_EACH(t, n * w.height * w.width) {
        const int x = (int)(t % w.width) + w.left, y = (int)(t / w.width % w.height) + w.top;
        const INDEX plane = t / w.width / w.height * w.out_height * w.out_width;
        WIDE sum = 0;
        for (int i = 0; i < w.kernel_height; i++) {
            const int v = y - i * w.dilation_height;
            if (v < 0 || v % w.stride_height || v / w.stride_height >= w.out_height) continue;
            for (int k = 0; k < w.kernel_width; k++) {
                const int h = x - k * w.dilation_width;
                if (h < 0 || h % w.stride_width || h / w.stride_width >= w.out_width) continue;
                const INDEX o =
                    plane + (INDEX)(v / w.stride_height) * w.out_width + h / w.stride_width;
                if (winner[o] == i * w.kernel_width + k) sum += (WIDE)dy[o];
            }
        }
        dx[t] = (REAL)sum;
    }
}

// How many elements a window that begins at `first` counts along an axis, with `pad` of padding.
__device__ int counted(int first, int kernel, int length, int pad) {
    const int begin = first < -pad ? -pad : first;
    const int end = first + kernel > length + pad ? length + pad : first + kernel;
    return end - begin;
}

// The mean of each window; pad_height and pad_width are the padding that counts.
KERNEL avg_pool(const REAL* x, REAL* y, Window w, INDEX n, int pad_height, int pad_width) {
    FOR_EACH(t, n * w.out_height * w.out_width) {
        const int left = (int)(t % w.out_width) * w.stride_width - w.left;
        const int top = (int)(t / w.out_width % w.out_height) * w.stride_height - w.top;
        const REAL* plane = x + t / w.out_width / w.out_height * w.height * w.width;
        WIDE sum = 0;
        for (int v = top < 0 ? 0 : top; v < w.height && v < top + w.kernel_height; v++)
            for (int h = left < 0 ? 0 : left; h < w.width && h < left + w.kernel_width; h++)
                sum += (WIDE)plane[(INDEX)v * w.width + h];
        y[t] = (REAL)(sum / (WIDE)counted(top, w.kernel_height, w.height, pad_height) /
                      (WIDE)counted(left, w.kernel_width, w.width, pad_width));
    }
}

// A thread per element of dx sums its share of each window that saw it.
KERNEL avg_pool_back(const REAL* dy, REAL* dx, Window w, INDEX n, int pad_height, int pad_width) {
    FOR_EACH(t, n * w.height * w.width) {
        const int x = (int)(t % w.width) + w.left, y = (int)(t / w.width % w.height) + w.top;
        const INDEX plane = t / w.width / w.height * w.out_height * w.out_width;
        WIDE sum = 0;
        for (int i = 0; i < w.kernel_height; i++) {
            const int v = y - i;
            if (v < 0 || v % w.stride_height || v / w.stride_height >= w.out_height) continue;
            const WIDE high = (WIDE)counted(v - w.top, w.kernel_height, w.height, pad_height);
            for (int k = 0; k < w.kernel_width; k++) {
                const int h = x - k;
                if (h < 0 || h % w.stride_width || h / w.stride_width >= w.out_width) continue;
                const INDEX o =
                    plane + (INDEX)(v / w.stride_height) * w.out_width + h / w.stride_width;
                sum += (WIDE)dy[o] / high /
                       (WIDE)counted(h - w.left, w.kernel_width, w.width, pad_width);
            }
        }
        dx[t] = (REAL)sum;
    }
}
