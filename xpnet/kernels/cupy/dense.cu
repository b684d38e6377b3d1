// What dense layers compute besides their products: bias and rectifier, and both on the way back.

// In place. A NaN stays one.
KERNEL finish(REAL* y, const REAL* bias, INDEX size, INDEX features, int rectify) {
    FOR_EACH(t, size) {
        WIDE value = (WIDE)y[t];
        if (bias) value += (WIDE)bias[t % features];
        y[t] = rectify && value < 0 ? (REAL)0.0f : (REAL)value;
    }
}

// dz (rows, features): dy where y > 0, or not needed where there is no y. Sums over the rows
// (parts, features), if there is room for them. A block has 32 features, which its threads read side
// by side, and the rows of one part; the order of a sum depends on nothing but sizes.
KERNEL error_of_sums(const REAL* dy, const REAL* y, REAL* dz, WIDE* sums, INDEX rows,
                     INDEX features, INDEX parts) {
    __shared__ WIDE part[MAX_THREADS];
    const INDEX feature = blockIdx.x / parts * 32 + threadIdx.x % 32, own = blockIdx.x % parts;
    const INDEX together = blockDim.x / 32;
    WIDE sum = 0;
    if (feature < features)
        for (INDEX n = own * together + threadIdx.x / 32; n < rows; n += parts * together) {
            const INDEX t = n * features + feature;
            const REAL error = y && !((WIDE)y[t] > 0) ? (REAL)0.0f : dy[t];
            if (dz) dz[t] = error;
            sum += (WIDE)error;
        }
    if (!sums) return;
    part[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half >= 32; half /= 2) {
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x < 32 && feature < features) sums[own * features + feature] = part[threadIdx.x];
}
