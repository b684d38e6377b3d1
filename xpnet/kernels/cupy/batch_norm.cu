// Batch normalisation of x (N, C, P), as in ops/norms/batch_norm.py and batch_statistics.py.
// Sums over a channel are made by one block each.

// Where value number t of channel c is.
__device__ INDEX place(INDEX t, INDEX c, INDEX channels, INDEX pixels) {
    return (t / pixels * channels + c) * pixels + t % pixels;
}

// Mean and variance of each channel, (2, C); squares are taken about the mean.
KERNEL statistics(const REAL* x, REAL* result, INDEX n, INDEX channels, INDEX pixels) {
    const INDEX c = blockIdx.x, values = n * pixels;
    WIDE sum = 0, squares = 0;
    for (INDEX t = threadIdx.x; t < values; t += blockDim.x)
        sum += (WIDE)x[place(t, c, channels, pixels)];
    const WIDE mean = block_sum(sum) / (WIDE)values;
    for (INDEX t = threadIdx.x; t < values; t += blockDim.x) {
        const WIDE centred = (WIDE)x[place(t, c, channels, pixels)] - mean;
        squares += centred * centred;
    }
    squares = block_sum(squares);
    if (threadIdx.x == 0) {
        result[c] = (REAL)mean;
        result[channels + c] = (REAL)(squares / (WIDE)values);
    }
}

KERNEL statistics_back(const REAL* dy, const REAL* x, const REAL* result, REAL* dx, INDEX n,
                       INDEX channels, INDEX pixels) {
    const WIDE values = (WIDE)(n * pixels);
    FOR_EACH(t, n * channels * pixels) {
        const INDEX c = t / pixels % channels;
        const WIDE centred = (WIDE)x[t] - (WIDE)result[c];
        dx[t] = (REAL)(((WIDE)dy[c] + 2 * (WIDE)dy[channels + c] * centred) / values);
    }
}

KERNEL normalize(const REAL* x, const REAL* mean, const REAL* var, const REAL* weight,
                 const REAL* bias, REAL* y, INDEX size, INDEX channels, INDEX pixels, WIDE eps) {
    FOR_EACH(t, size) {
        const INDEX c = t / pixels % channels;
        WIDE value = ((WIDE)x[t] - (WIDE)mean[c]) / sqrt((WIDE)var[c] + eps);
        if (weight) value *= (WIDE)weight[c];
        y[t] = (REAL)(bias ? value + (WIDE)bias[c] : value);
    }
}

// The sums over each channel: `sums` are dw and db, (2, C); `gradients` are those of mean, var,
// weight and bias in evaluation, (4, C).
KERNEL normalize_sums(const REAL* dy, const REAL* x, const REAL* mean, const REAL* var,
                      const REAL* weight, WIDE* sums, REAL* gradients, INDEX n, INDEX channels,
                      INDEX pixels, WIDE eps) {
    const INDEX c = blockIdx.x, values = n * pixels;
    WIDE dw = 0, db = 0;
    for (INDEX t = threadIdx.x; t < values; t += blockDim.x) {
        const INDEX i = place(t, c, channels, pixels);
        dw += (WIDE)dy[i] * ((WIDE)x[i] - (WIDE)mean[c]);
        db += (WIDE)dy[i];
    }
    const WIDE r = 1 / sqrt((WIDE)var[c] + eps);
    dw = r * block_sum(dw);
    db = block_sum(db);
    if (threadIdx.x == 0) {
        const WIDE scale = weight ? r * (WIDE)weight[c] : r;
        sums[c] = dw;
        sums[channels + c] = db;
        gradients[c] = (REAL)(-scale * db);
        gradients[channels + c] = (REAL)(-scale * r * dw / 2);
        gradients[2 * channels + c] = (REAL)dw;
        gradients[3 * channels + c] = (REAL)db;
    }
}

// dx; in training `sums` are those of the kernel above, which x reaches through mean and variance.
KERNEL normalize_back(const REAL* dy, const REAL* x, const REAL* mean, const REAL* var,
                      const REAL* weight, const WIDE* sums, REAL* dx, INDEX n, INDEX channels,
                      INDEX pixels, WIDE eps) {
    const WIDE values = (WIDE)(n * pixels);
    FOR_EACH(t, n * channels * pixels) {
        const INDEX c = t / pixels % channels;
        const WIDE r = 1 / sqrt((WIDE)var[c] + eps);
        WIDE rest = (WIDE)dy[t];
        if (sums) {
            const WIDE x_hat = ((WIDE)x[t] - (WIDE)mean[c]) * r;
            rest -= (x_hat * sums[c] + sums[channels + c]) / values;
        }
        dx[t] = (REAL)(rest * (weight ? r * (WIDE)weight[c] : r));
    }
}
