// The softmax of rows x (rows, K) and its logarithm, as in ops/activations/; a block per row.

KERNEL softmax(const REAL* x, REAL* y, INDEX classes) {
    const INDEX first = (INDEX)blockIdx.x * classes;
    WIDE top = (WIDE)x[first], total = 0;
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) top = larger(top, (WIDE)x[first + k]);
    top = block_max(top);
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) total += exp((WIDE)x[first + k] - top);
    total = block_sum(total);
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x)
        y[first + k] = (REAL)(exp((WIDE)x[first + k] - top) / total);
}

KERNEL softmax_back(const REAL* dy, const REAL* y, REAL* dx, INDEX classes) {
    const INDEX first = (INDEX)blockIdx.x * classes;
    WIDE total = 0;
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x)
        total += (WIDE)dy[first + k] * (WIDE)y[first + k];
    total = block_sum(total);
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x)
        dx[first + k] = (REAL)((WIDE)y[first + k] * ((WIDE)dy[first + k] - total));
}

KERNEL log_softmax(const REAL* x, REAL* y, INDEX classes) {
    const INDEX first = (INDEX)blockIdx.x * classes;
    WIDE top = (WIDE)x[first], total = 0;
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) top = larger(top, (WIDE)x[first + k]);
    top = block_max(top);
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) total += exp((WIDE)x[first + k] - top);
    const WIDE log_total = log(block_sum(total));
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x)
        y[first + k] = (REAL)((WIDE)x[first + k] - top - log_total);
}

KERNEL log_softmax_back(const REAL* dy, const REAL* y, REAL* dx, INDEX classes) {
    const INDEX first = (INDEX)blockIdx.x * classes;
    WIDE total = 0;
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x) total += (WIDE)dy[first + k];
    total = block_sum(total);
    for (INDEX k = threadIdx.x; k < classes; k += blockDim.x)
        dx[first + k] = (REAL)((WIDE)dy[first + k] - exp((WIDE)y[first + k]) * total);
}
