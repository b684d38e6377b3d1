// Tiles of scores, and what a block does with one. Its 256 threads are a square: a thread has each
// 16th row and each 16th column of a tile.

typedef unsigned char uint8;

#define SIDE 16
#define TILE (sizeof(WIDE) == 8 ? 32 : 64)
#define PER (TILE / SIDE)
#define CHUNK 16
#define MOST_FEATURES 128
#define WIDTHS (MOST_FEATURES / SIDE)

// Where rows of a head lie: the first of all, and the steps to the next sequence, head and row.
struct Rows {
    int64 first, sequence, head, row;
};

// The struct HEADS of attention.py. `y` holds for results and their errors; a mask has `key` where
// others have `first`. Dropout is drawn in blocks of so many rows and columns.
struct Heads {
    int64 heads, queries, keys, features, values;
    Rows q, k, v, y, mask;
    int64 drawn_rows, drawn_columns;
};

// What decides about single scores.
struct Rules {
    const uint8* mask;  // of this head, true where a key counts; null: all do
    int64 head, seed, threshold;
    WIDE factor;
    int causal;
};

__device__ int64 place_of(const Rows& rows, int64 head, int64 heads, int64 row) {
    return rows.first + head / heads * rows.sequence + head % heads * rows.head + row * rows.row;
}

__device__ Rules rules_of(const Heads& at, int64 head, const uint8* mask, int causal, int64 seed,
                          int64 threshold, WIDE factor) {
    Rules rules = {mask, head, seed, threshold, factor, causal};
    if (mask) rules.mask += head / at.heads * at.mask.sequence + head % at.heads * at.mask.head;
    return rules;
}

__device__ int fewer(int64 left, int most) { return left < most ? (int)left : most; }

__device__ bool counts(const Heads& at, const Rules& rules, int64 i, int64 j) {
    if (i >= at.queries || j >= at.keys || (rules.causal && j > i)) return false;
    return !rules.mask || rules.mask[i * at.mask.row + j * at.mask.first];
}

// Which weights of a tile dropout keeps: the same that the generic op draws. Only where there is
// dropout, so that what follows need not draw.
__device__ __forceinline__ void draw(const Heads& at, const Rules& rules, int64 first, int64 begin,
                                     uint8 (*kept)[TILE]) {
    if (rules.threshold <= 0) return;
#pragma unroll 1
    for (int t = threadIdx.x; t < TILE * TILE; t += SIDE * SIDE) {
        const int64 i = first + t / TILE, j = begin + t % TILE;
        const int64 top = i / at.drawn_rows * at.drawn_rows;
        const int64 left = j / at.drawn_columns * at.drawn_columns;
        const int64 below = at.queries - top, beside = at.keys - left;
        const int64 height = below < at.drawn_rows ? below : at.drawn_rows;
        const int64 width = beside < at.drawn_columns ? beside : at.drawn_columns;
        const uint64 word = (uint64)((rules.head * height + i - top) * width + j - left);
        uint64 words[4];
        philox((uint64)rules.seed, word / 8 + 1, (uint64)top, (uint64)left, 1ULL << 63, words);
        const int64 drawn = half_word(words, (int)(word % 8)) >> 8;
        kept[t / TILE][t % TILE] = drawn >= rules.threshold;
    }
}

// Dropout's factor of a weight.
__device__ __forceinline__ WIDE factor_of(const Rules& rules, uint8 kept) {
    return rules.threshold <= 0 ? (WIDE)1 : kept ? rules.factor : (WIDE)0;
}

// scores[a][b] = the product of rows a of x and b of z, each of a tile with so many rows.
__device__ __forceinline__ void block_scores(const REAL* x, int64 x_step, int x_rows, const REAL* z,
                                             int64 z_step, int z_rows, int features,
                                             WIDE (*scores)[PER]) {
    __shared__ WIDE left[CHUNK][TILE + 1], right[CHUNK][TILE + 1];
    const int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;
    for (int a = 0; a < PER; a++)
        for (int b = 0; b < PER; b++) scores[a][b] = 0;
    for (int begin = 0; begin < features; begin += CHUNK) {
        __syncthreads();  // what was there has been read
        for (int i = threadIdx.x; i < CHUNK * TILE; i += SIDE * SIDE) {
            const int e = i % CHUNK, n = i / CHUNK;
            const bool inside = begin + e < features;
            left[e][n] = inside && n < x_rows ? (WIDE)x[n * x_step + begin + e] : (WIDE)0;
            right[e][n] = inside && n < z_rows ? (WIDE)z[n * z_step + begin + e] : (WIDE)0;
        }
        __syncthreads();
        for (int e = 0; e < CHUNK; e++) {
            WIDE l[PER], r[PER];
            for (int a = 0; a < PER; a++) l[a] = left[e][ty + SIDE * a];
            for (int b = 0; b < PER; b++) r[b] = right[e][tx + SIDE * b];
            for (int a = 0; a < PER; a++)
                for (int b = 0; b < PER; b++) scores[a][b] += l[a] * r[b];
        }
    }
}

// total[a][c] += the sum over k of tile[a][k] z[k][c], or of tile[k][a] z[k][c] if `transposed`.
__device__ __forceinline__ void block_values(const WIDE (*tile)[TILE + 1], bool transposed,
                                             const REAL* z, int64 z_step, int z_rows, int width,
                                             WIDE (*total)[WIDTHS]) {
    __shared__ WIDE chunk[CHUNK][MOST_FEATURES];
    const int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;
    for (int begin = 0; begin < z_rows; begin += CHUNK) {
        __syncthreads();  // the tile is there, and the chunk before has been read
        for (int i = threadIdx.x; i < CHUNK * MOST_FEATURES; i += SIDE * SIDE) {
            const int k = i / MOST_FEATURES, c = i % MOST_FEATURES;
            const bool inside = begin + k < z_rows && c < width;
            chunk[k][c] = inside ? (WIDE)z[(begin + k) * z_step + c] : (WIDE)0;
        }
        __syncthreads();
        for (int k = 0; k < CHUNK; k++) {
            WIDE weight[PER];
            for (int a = 0; a < PER; a++) {
                const int n = ty + SIDE * a;
                weight[a] = transposed ? tile[begin + k][n] : tile[n][begin + k];
            }
            for (int c = 0; c < WIDTHS; c++)
                if (SIDE * c < width) {
                    const WIDE value = chunk[k][tx + SIDE * c];
                    for (int a = 0; a < PER; a++) total[a][c] += weight[a] * value;
                }
        }
    }
}

__device__ void store(REAL* to, int64 step, int rows, int width, WIDE (*total)[WIDTHS],
                      const WIDE* factors) {
    const int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;
    for (int a = 0; a < PER; a++)
        for (int c = 0; c < WIDTHS; c++) {
            const int n = ty + SIDE * a, j = tx + SIDE * c;
            if (n < rows && j < width) to[n * step + j] = (REAL)(total[a][c] * factors[a]);
        }
}

// What both ways back make of a tile: `p` becomes the weights P Z, `dp` the errors of the scores.
__device__ __forceinline__ void errors_of(const Heads& at, const Rules& rules, int64 first, int64 j,
                                          WIDE scale, const WIDE* norms, const WIDE* products,
                                          const uint8 (*kept)[TILE], WIDE (*p)[PER],
                                          WIDE (*dp)[PER]) {
    const int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;
#pragma unroll
    for (int a = 0; a < PER; a++)
#pragma unroll
        for (int b = 0; b < PER; b++) {
            const int64 m = first + ty + SIDE * a, n = j + tx + SIDE * b;
            WIDE weight = 0, dropped = 0, error = 0;
            if (counts(at, rules, m, n)) {
                weight = exp(scale * p[a][b] - norms[rules.head * at.queries + m]);
                dropped = factor_of(rules, kept[ty + SIDE * a][tx + SIDE * b]);
                error = weight * (dp[a][b] * dropped - products[rules.head * at.queries + m]);
            }
            p[a][b] = weight * dropped;
            dp[a][b] = error;
        }
}

__device__ __forceinline__ void write_tile(WIDE (*tile)[TILE + 1], const WIDE (*values)[PER]) {
    const int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;
    for (int a = 0; a < PER; a++)
        for (int b = 0; b < PER; b++) tile[ty + SIDE * a][tx + SIDE * b] = values[a][b];
}
