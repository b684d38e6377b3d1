// Normalisation of rows: layer norm, RMS norm and group norm, as in ops/norms/. A row is a sample's
// features, or the channels of a group with their places. The weight of an element is found by
//   groups    rows until the weights begin again (1, or the groups of a sample)
//   share     weights of a row (the features, or the channels of a group)
//   pixels    elements that have one weight in common
// `kept` holds the mean and the inverse deviation of each row. Without `centre` the mean is 0.

__device__ INDEX weight_of(INDEX row, INDEX t, INDEX groups, INDEX share, INDEX pixels) {
    return row % groups * share + t / pixels;
}

KERNEL normalize(const REAL* x, const REAL* weight, const REAL* bias, REAL* y, WIDE* kept,
                 INDEX groups, INDEX share, INDEX pixels, WIDE eps, int centre) {
    const INDEX row = blockIdx.x, length = share * pixels;
    const REAL* from = x + row * length;
    WIDE sum = 0, squares = 0;
    if (centre)
        for (INDEX t = threadIdx.x; t < length; t += blockDim.x) sum += (WIDE)from[t];
    const WIDE mean = block_sum(sum) / (WIDE)length;
    for (INDEX t = threadIdx.x; t < length; t += blockDim.x) {
        const WIDE centred = (WIDE)from[t] - mean;
        squares += centred * centred;
    }
    const WIDE r = 1 / sqrt(block_sum(squares) / (WIDE)length + eps);
    for (INDEX t = threadIdx.x; t < length; t += blockDim.x) {
        const INDEX k = weight_of(row, t, groups, share, pixels);
        WIDE value = ((WIDE)from[t] - mean) * r;
        if (weight) value *= (WIDE)weight[k];
        y[row * length + t] = (REAL)(bias ? value + (WIDE)bias[k] : value);
    }
    if (threadIdx.x == 0) {
        kept[2 * row] = mean;
        kept[2 * row + 1] = r;
    }
}

KERNEL normalize_back(const REAL* dy, const REAL* x, const REAL* weight, const WIDE* kept, REAL* dx,
                      INDEX groups, INDEX share, INDEX pixels, int centre) {
    const INDEX row = blockIdx.x, length = share * pixels, first = row * length;
    const WIDE mean = kept[2 * row], r = kept[2 * row + 1];
    WIDE along = 0, level = 0;
    for (INDEX t = threadIdx.x; t < length; t += blockDim.x) {
        const WIDE w = weight ? (WIDE)weight[weight_of(row, t, groups, share, pixels)] : (WIDE)1;
        const WIDE g = (WIDE)dy[first + t] * w;
        along += g * (((WIDE)x[first + t] - mean) * r);
        level += g;
    }
    along = block_sum(along) / (WIDE)length;
    level = centre ? block_sum(level) / (WIDE)length : (WIDE)0;
    for (INDEX t = threadIdx.x; t < length; t += blockDim.x) {
        const WIDE w = weight ? (WIDE)weight[weight_of(row, t, groups, share, pixels)] : (WIDE)1;
        const WIDE g = (WIDE)dy[first + t] * w, x_hat = ((WIDE)x[first + t] - mean) * r;
        dx[first + t] = (REAL)(r * (g - level - x_hat * along));
    }
}

// dw and db of every so many-th sample, (2, parts, weights), where each weight has one element in a
// sample; their sum over the parts is the rest. Neighbouring threads read neighbouring features.
KERNEL features_back(const REAL* dy, const REAL* x, const WIDE* kept, WIDE* sums, INDEX samples,
                     INDEX parts, INDEX groups, INDEX share) {
    const INDEX weights = groups * share;
    FOR_EACH(t, parts * weights) {
        const INDEX k = t % weights;
        WIDE dw = 0, db = 0;
        for (INDEX n = t / weights; n < samples; n += parts) {
            const INDEX row = n * groups + k / share;
            const WIDE error = (WIDE)dy[n * weights + k];
            dw += error * (((WIDE)x[n * weights + k] - kept[2 * row]) * kept[2 * row + 1]);
            db += error;
        }
        sums[t] = dw;
        sums[parts * weights + t] = db;
    }
}

// dw and db, (2, weights), a block per weight.
KERNEL channels_back(const REAL* dy, const REAL* x, const WIDE* kept, WIDE* sums, INDEX samples,
                     INDEX groups, INDEX share, INDEX pixels) {
    const INDEX weights = groups * share, k = blockIdx.x;
    WIDE dw = 0, db = 0;
    for (INDEX t = threadIdx.x; t < samples * pixels; t += blockDim.x) {
        const INDEX n = t / pixels, row = n * groups + k / share;
        const INDEX i = (n * weights + k) * pixels + t % pixels;
        const WIDE error = (WIDE)dy[i];
        dw += error * (((WIDE)x[i] - kept[2 * row]) * kept[2 * row + 1]);
        db += error;
    }
    dw = block_sum(dw);
    db = block_sum(db);
    if (threadIdx.x == 0) {
        sums[k] = dw;
        sums[weights + k] = db;
    }
}
