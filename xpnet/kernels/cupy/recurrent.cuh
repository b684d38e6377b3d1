// Recurrent layers in one launch: the sequences of a batch do not know of each other, so a block
// takes ROWS of them through all their steps, and no block ever waits for another. Their state is in
// shared memory; the weights are read again at each step, from the cache that the blocks share.
//
// Arrays of a step lie as (sequence, column), those in shared memory as (column, sequence), so that
// a thread has the numbers of all its sequences side by side and, as they are aligned, reads them at
// once.

#define ROWS (sizeof(WIDE) == 8 ? 2 : 4)
#define MOST_UNITS 256

// A sequence that has ended waits: its state stays.
__device__ bool waits(const int* lengths, INDEX n, INDEX t) { return lengths && t >= lengths[n]; }

// Forwards in time, or backwards.
__device__ INDEX moment(INDEX step, INDEX steps, int reverse) {
    return reverse ? steps - 1 - step : step;
}

__device__ WIDE logistic(WIDE x) {
    const WIDE e = exp(x < 0 ? x : -x);
    return (x < 0 ? e : (WIDE)1) / (1 + e);
}

__device__ WIDE bias_of(const REAL* bias, INDEX column) {
    return bias ? (WIDE)bias[column] : (WIDE)0;
}

// Reads or writes the state (batch, units) of a block's sequences; zeros where none is given.
__device__ void load_state(WIDE* own, const REAL* all, INDEX first, INDEX batch, int units) {
    for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
        const int r = i / units, u = i % units;
        const bool given = all && first + r < batch;
        own[u * ROWS + r] = given ? (WIDE)all[(first + r) * units + u] : (WIDE)0;
    }
}

__device__ void store_state(const WIDE* own, REAL* all, INDEX first, INDEX batch, int units) {
    for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
        const int r = i / units, u = i % units;
        if (first + r < batch) all[(first + r) * units + u] = (REAL)own[u * ROWS + r];
    }
}

// The product of v (length, ROWS) and m (length, columns), as sums over several parts of the length
// if there are more threads than columns: sums (parts, ROWS, columns). Returns how many parts.
__device__ int block_product(const WIDE* v, const REAL* m, WIDE* sums, int length, int columns) {
    const int threads = (int)blockDim.x, parts = threads > columns ? threads / columns : 1;
    const int each = (length + parts - 1) / parts;
    for (int i = threadIdx.x; i < parts * columns; i += threads) {
        const int begin = i / columns * each, j = i % columns;
        const int end = begin + each < length ? begin + each : length;
        WIDE sum[ROWS];
        for (int r = 0; r < ROWS; r++) sum[r] = 0;
#pragma unroll 8
        for (int k = begin; k < end; k++) {
            const WIDE weight = (WIDE)m[k * columns + j];
            for (int r = 0; r < ROWS; r++) sum[r] += weight * v[k * ROWS + r];
        }
        for (int r = 0; r < ROWS; r++) sums[(i / columns * ROWS + r) * columns + j] = sum[r];
    }
    __syncthreads();
    return parts;
}

// An element of that product.
__device__ WIDE element(const WIDE* sums, int parts, int r, int j, int columns) {
    WIDE total = 0;
    for (int part = 0; part < parts; part++) total += sums[(part * ROWS + r) * columns + j];
    return total;
}
