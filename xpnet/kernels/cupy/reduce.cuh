// Sums and maxima over the threads of a block: a tree, the same in each run.
// blockDim.x is a power of two, at most MAX_THREADS; every thread gets the result.

__device__ WIDE block_sum(WIDE value) {
    __shared__ WIDE part[MAX_THREADS];
    __syncthreads();  // the result before this one has been read
    part[threadIdx.x] = value;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    return part[0];
}

// A NaN is larger than everything.
__device__ WIDE larger(WIDE a, WIDE b) { return b > a || b != b ? b : a; }

__device__ WIDE block_max(WIDE value) {
    __shared__ WIDE part[MAX_THREADS];
    __syncthreads();
    part[threadIdx.x] = value;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            part[threadIdx.x] = larger(part[threadIdx.x], part[threadIdx.x + half]);
        __syncthreads();
    }
    return part[0];
}
