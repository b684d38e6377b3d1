// Batch normalisation of x (N, C, P), as in ops/norms/batch_norm.py and batch_statistics.py.
// A channel has few values in one layer and millions in another, and there may be fewer channels than
// a GPU has processors. So its sums are made in `parts`, by a block each, and merged by another
// kernel; a single part is the result already.

// Goes through x, or through one channel of it: which row of P pixels, and which pixel. Going on
// takes additions; two divisions for each element would take longer than reading it.
struct Walk {
    INDEX row, pixel;            // where it is
    INDEX rows_on, pixels_on;    // a step
};

__device__ Walk walk(INDEX first, INDEX step, INDEX rows, INDEX pixels) {
    const Walk at = {first / pixels % rows, first % pixels, step / pixels % rows, step % pixels};
    return at;
}

__device__ void go_on(Walk& at, INDEX rows, INDEX pixels) {
    at.row += at.rows_on;
    at.pixel += at.pixels_on;
    if (at.pixel >= pixels) {
        at.pixel -= pixels;
        at.row++;
    }
    if (at.row >= rows) at.row -= rows;
}

// Each element t of x, with its channel at.row.
#define FOR_EACH_WALKING(t, at, size, channels, pixels)                                        \
    const INDEX start = (INDEX)blockIdx.x * blockDim.x + threadIdx.x;                          \
    const INDEX step = (INDEX)gridDim.x * blockDim.x;                                          \
    Walk at = walk(start, step, channels, pixels);                                             \
    for (INDEX t = start; t < (size); t += step, go_on(at, channels, pixels))

// Each element i of a part of channel c that is this thread's: those from `first` to `end`.
#define FOR_EACH_OF_PART(i, first, end, c, n, channels, pixels)                                \
    Walk at = walk((first) + threadIdx.x, blockDim.x, n, pixels);                              \
    INDEX i = (at.row * (channels) + (c)) * (pixels) + at.pixel;                               \
    for (INDEX v = (first) + threadIdx.x; v < (end); v += blockDim.x, go_on(at, n, pixels),    \
               i = (at.row * (channels) + (c)) * (pixels) + at.pixel)

// How many of its values the parts of a channel have; the last ones may have fewer.
__device__ INDEX length_of_parts(INDEX values, INDEX parts) { return (values + parts - 1) / parts; }

__device__ INDEX smaller(INDEX a, INDEX b) { return a < b ? a : b; }

__device__ void keep_statistics(REAL* result, WIDE mean, WIDE squares, INDEX c, INDEX channels,
                                INDEX values) {
    result[c] = (REAL)mean;
    result[channels + c] = (REAL)(squares / (WIDE)values);
}

// Mean and variance of each channel, (2, C); squares are taken about the mean. Of several parts,
// `partial` (2, parts, C) gets the mean of each and its sum of squares about that.
KERNEL statistics(const REAL* x, WIDE* partial, REAL* result, INDEX n, INDEX channels, INDEX pixels,
                  INDEX parts) {
    const INDEX c = blockIdx.x % channels, part = blockIdx.x / channels, values = n * pixels;
    const INDEX length = length_of_parts(values, parts), first = part * length;
    const INDEX end = smaller(first + length, values);
    WIDE sum = 0, squares = 0;
    {
        FOR_EACH_OF_PART(i, first, end, c, n, channels, pixels) sum += (WIDE)x[i];
    }
    const WIDE mean = block_sum(sum) / (WIDE)(end > first ? end - first : 1);
    {
        FOR_EACH_OF_PART(i, first, end, c, n, channels, pixels) {
            const WIDE centred = (WIDE)x[i] - mean;
            squares += centred * centred;
        }
    }
    squares = block_sum(squares);
    if (threadIdx.x) return;
    if (parts == 1) {
        keep_statistics(result, mean, squares, c, channels, values);
    } else {
        partial[blockIdx.x] = mean;
        partial[parts * channels + blockIdx.x] = squares;
    }
}

// T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
// sample variances" (1979): squares about a part's mean become squares about that of all.
KERNEL merge_statistics(const WIDE* partial, REAL* result, INDEX values, INDEX channels,
                        INDEX parts) {
    const INDEX c = blockIdx.x, length = length_of_parts(values, parts);
    WIDE sum = 0, squares = 0;
    for (INDEX part = threadIdx.x; part < parts; part += blockDim.x) {
        const INDEX first = smaller(part * length, values), end = smaller(first + length, values);
        sum += partial[part * channels + c] * (WIDE)(end - first);
    }
    const WIDE mean = block_sum(sum) / (WIDE)values;
    for (INDEX part = threadIdx.x; part < parts; part += blockDim.x) {
        const INDEX first = smaller(part * length, values), end = smaller(first + length, values);
        const WIDE off = partial[part * channels + c] - mean;
        squares += partial[(parts + part) * channels + c] + off * off * (WIDE)(end - first);
    }
    squares = block_sum(squares);
    if (threadIdx.x == 0) keep_statistics(result, mean, squares, c, channels, values);
}

KERNEL statistics_back(const REAL* dy, const REAL* x, const REAL* result, REAL* dx, INDEX n,
                       INDEX channels, INDEX pixels) {
    const WIDE share = 1 / (WIDE)(n * pixels);
    FOR_EACH_WALKING(t, at, n * channels * pixels, channels, pixels) {
        const INDEX c = at.row;
        const WIDE centred = (WIDE)x[t] - (WIDE)result[c];
        dx[t] = (REAL)(((WIDE)dy[c] + 2 * (WIDE)dy[channels + c] * centred) * share);
    }
}

KERNEL normalize(const REAL* x, const REAL* mean, const REAL* var, const REAL* weight,
                 const REAL* bias, REAL* y, INDEX size, INDEX channels, INDEX pixels, WIDE eps) {
    FOR_EACH_WALKING(t, at, size, channels, pixels) {
        const INDEX c = at.row;
        WIDE value = ((WIDE)x[t] - (WIDE)mean[c]) * rsqrt((WIDE)var[c] + eps);
        if (weight) value *= (WIDE)weight[c];
        y[t] = (REAL)(bias ? value + (WIDE)bias[c] : value);
    }
}

// dw and db of a channel are `sums` (2, C); `gradients` are those of mean, var, weight and bias in
// evaluation, (4, C).
__device__ void keep_sums(WIDE* sums, REAL* gradients, WIDE dw, WIDE db, WIDE r, const REAL* weight,
                          INDEX c, INDEX channels) {
    const WIDE scale = weight ? r * (WIDE)weight[c] : r;
    sums[c] = dw;
    sums[channels + c] = db;
    gradients[c] = (REAL)(-scale * db);
    gradients[channels + c] = (REAL)(-scale * r * dw / 2);
    gradients[2 * channels + c] = (REAL)dw;
    gradients[3 * channels + c] = (REAL)db;
}

// The sums over each channel, or over its parts, `partial` (2, parts, C).
KERNEL normalize_sums(const REAL* dy, const REAL* x, const REAL* mean, const REAL* var,
                      const REAL* weight, WIDE* partial, WIDE* sums, REAL* gradients, INDEX n,
                      INDEX channels, INDEX pixels, INDEX parts, WIDE eps) {
    const INDEX c = blockIdx.x % channels, part = blockIdx.x / channels, values = n * pixels;
    const INDEX length = length_of_parts(values, parts), first = part * length;
    const INDEX end = smaller(first + length, values);
    const WIDE centre = (WIDE)mean[c], r = rsqrt((WIDE)var[c] + eps);
    WIDE dw = 0, db = 0;
    FOR_EACH_OF_PART(i, first, end, c, n, channels, pixels) {
        dw += (WIDE)dy[i] * ((WIDE)x[i] - centre);
        db += (WIDE)dy[i];
    }
    dw = r * block_sum(dw);
    db = block_sum(db);
    if (threadIdx.x) return;
    if (parts == 1) {
        keep_sums(sums, gradients, dw, db, r, weight, c, channels);
    } else {
        partial[blockIdx.x] = dw;
        partial[parts * channels + blockIdx.x] = db;
    }
}

KERNEL merge_sums(const WIDE* partial, const REAL* var, const REAL* weight, WIDE* sums,
                  REAL* gradients, INDEX channels, INDEX parts, WIDE eps) {
    const INDEX c = blockIdx.x;
    WIDE dw = 0, db = 0;
    for (INDEX part = threadIdx.x; part < parts; part += blockDim.x) {
        dw += partial[part * channels + c];
        db += partial[(parts + part) * channels + c];
    }
    dw = block_sum(dw);
    db = block_sum(db);
    if (threadIdx.x == 0)
        keep_sums(sums, gradients, dw, db, rsqrt((WIDE)var[c] + eps), weight, c, channels);
}

// dx; in training `sums` are those of the kernels above, which x reaches through mean and variance.
KERNEL normalize_back(const REAL* dy, const REAL* x, const REAL* mean, const REAL* var,
                      const REAL* weight, const WIDE* sums, REAL* dx, INDEX n, INDEX channels,
                      INDEX pixels, WIDE eps) {
    const WIDE share = 1 / (WIDE)(n * pixels);
    FOR_EACH_WALKING(t, at, n * channels * pixels, channels, pixels) {
        const INDEX c = at.row;
        const WIDE r = rsqrt((WIDE)var[c] + eps);
        WIDE rest = (WIDE)dy[t];
        if (sums) {
            const WIDE x_hat = ((WIDE)x[t] - (WIDE)mean[c]) * r;
            rest -= (x_hat * sums[c] + sums[channels + c]) * share;
        }
        dx[t] = (REAL)(rest * (weight ? r * (WIDE)weight[c] : r));
    }
}

// Running mean and variance, and the number of batches, after one more; without a momentum the share
// of a batch is one of all. As in nn/norms/running_statistics.py.
KERNEL running_statistics(const REAL* mean, const REAL* var, const REAL* old_mean,
                          const REAL* old_var, const int64* old_batches, REAL* new_mean,
                          REAL* new_var, int64* new_batches, INDEX channels, WIDE unbiased,
                          WIDE momentum, int averages) {
    const int64 batches = old_batches[0] + 1;
    const WIDE share = averages ? 1 / (WIDE)batches : momentum;
    FOR_EACH(c, channels) {
        new_mean[c] = (REAL)((1 - share) * (WIDE)old_mean[c] + share * (WIDE)mean[c]);
        new_var[c] = (REAL)((1 - share) * (WIDE)old_var[c] + share * ((WIDE)var[c] * unbiased));
        if (c == 0) new_batches[0] = batches;
    }
}
