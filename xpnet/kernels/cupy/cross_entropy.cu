// The cross-entropy of scores x (N, K) and labels (N,), as in ops/losses/cross_entropy.py.

// What class k of a row counts, t w: the label 1 - smoothing, all of them smoothing / K more.
__device__ WIDE share(INDEX k, int64 label, const REAL* weight, INDEX classes, WIDE smoothing) {
    const WIDE t = smoothing / (WIDE)classes + (k == label ? 1 - smoothing : (WIDE)0);
    return weight ? t * (WIDE)weight[k] : t;
}

// A label that is ignored or no class has no part in the gradient.
__device__ bool counts(int64 label, INDEX classes, int64 ignored) {
    return label >= 0 && label < classes && label != ignored;
}

// A block per row: its loss, `none` for a label that is no class nor ignored, the weight of its label, and for the way back its maximum, the
// logarithm of the sum of exp(x - maximum), and the sum of t w.
KERNEL losses(const REAL* x, const int64* labels, const REAL* weight, WIDE* loss, WIDE* of_label,
              WIDE* kept, INDEX classes, int64 ignored, WIDE smoothing, WIDE none) {
    const REAL* row = x + (INDEX)blockIdx.x * classes;
    const int64 label = labels[blockIdx.x];
    const bool counted = counts(label, classes, ignored);
    WIDE top = (WIDE)row[0];
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) top = larger(top, (WIDE)row[k]);
    top = block_max(top);
    WIDE total = 0;
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) total += exp((WIDE)row[k] - top);
    const WIDE log_total = log(block_sum(total));
    WIDE sum = 0, shares = 0;
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) {
        const WIDE t = counted ? share(k, label, weight, classes, smoothing) : (WIDE)0;
        if (t != 0) sum -= t * ((WIDE)row[k] - top - log_total);  // 0 times log 0 is 0 here
        shares += t;
    }
    sum = block_sum(sum);
    shares = block_sum(shares);
    if (threadIdx.x == 0) {
        loss[blockIdx.x] = counted || label == ignored ? sum : none;
        of_label[blockIdx.x] = !counted ? (WIDE)0 : weight ? (WIDE)weight[label] : (WIDE)1;
        kept[3 * (INDEX)blockIdx.x] = top;
        kept[3 * (INDEX)blockIdx.x + 1] = log_total;
        kept[3 * (INDEX)blockIdx.x + 2] = shares;
    }
}

// One block: the sum of the losses, divided by the weights of the labels if the mean is asked for.
KERNEL reduced(const WIDE* loss, const WIDE* of_label, REAL* result, WIDE* divisor, INDEX rows,
               int mean) {
    WIDE sum = 0, weights = 0;
    for (INDEX n = threadIdx.x; n < rows; n += blockDim.x) {
        sum += loss[n];
        weights += of_label[n];
    }
    sum = block_sum(sum);
    weights = block_sum(weights);
    if (threadIdx.x == 0) {
        const WIDE by = mean && weights != 0 ? weights : (WIDE)1;
        result[0] = (REAL)(sum / by);
        divisor[0] = by;
    }
}

// dx, a thread per score. The error is one number over `divisor`, or one for each row without it.
KERNEL losses_back(const REAL* x, const int64* labels, const REAL* weight, const WIDE* kept,
                   const REAL* dl, const WIDE* divisor, REAL* dx, INDEX size, INDEX classes,
                   int64 ignored, WIDE smoothing) {
    FOR_EACH(t, size) {
        const INDEX n = t / classes, k = t % classes;
        const int64 label = labels[n];
        const WIDE p = exp((WIDE)x[t] - kept[3 * n] - kept[3 * n + 1]);
        const bool counted = counts(label, classes, ignored);
        const WIDE own = counted ? share(k, label, weight, classes, smoothing) : (WIDE)0;
        const WIDE error = divisor ? (WIDE)dl[0] / divisor[0] : (WIDE)dl[n];
        dx[t] = (REAL)(error * (p * kept[3 * n + 2] - own));
    }
}
