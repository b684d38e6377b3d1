// Attention in tiles, as in ops/attention/: scores are made where they are used, and never as a whole.
// A block has a tile of queries (or keys) of one head and walks over the tiles of the others.
#include "random.cuh"
#include "tiles.cuh"

// Where a graph replays the step, the seed of its dropout is found in `begun`.
__device__ int64 seed_of(const int64* begun, int64 seed) { return begun ? begun[0] : seed; }

KERNEL begin(int64* begun, int64 seed) {
    if (threadIdx.x == 0) begun[0] = seed;
}

// y, and of each query the logarithm of the sum of exp(score), (heads, queries).
KERNEL attend(const REAL* q, const REAL* k, const REAL* v, const uint8* mask, REAL* y, WIDE* norms,
              Heads at, WIDE scale, int causal, const int64* begun, int64 seed, int64 threshold,
              WIDE factor) {
    __shared__ WIDE tile[TILE][TILE + 1], top[TILE], sums[TILE], shrink[TILE], part[SIDE * SIDE];
    __shared__ uint8 kept[TILE][TILE];
    const int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;
    const int together = SIDE * SIDE / TILE;  // threads that go over a row of the tile
    const int own = threadIdx.x / together, lane = threadIdx.x % together;
    const int64 tiles = (at.queries + TILE - 1) / TILE;
    const int64 head = blockIdx.x / tiles, first = blockIdx.x % tiles * TILE;
    const int rows = fewer(at.queries - first, TILE);
    const Rules rules = rules_of(at, head, mask, causal, seed_of(begun, seed), threshold, factor);
    const WIDE nothing = log((WIDE)0);  // minus infinity
    WIDE total[PER][WIDTHS], scores[PER][PER];
    for (int a = 0; a < PER; a++)
        for (int c = 0; c < WIDTHS; c++) total[a][c] = 0;
    if (threadIdx.x < TILE) {
        top[threadIdx.x] = nothing;
        sums[threadIdx.x] = 0;
    }
    q += place_of(at.q, head, at.heads, first);
    k += place_of(at.k, head, at.heads, 0);
    v += place_of(at.v, head, at.heads, 0);
    for (int64 j = 0; j < at.keys && !(causal && j >= first + rows); j += TILE) {
        const int columns = fewer(at.keys - j, TILE);
        draw(at, rules, first, j, kept);
        block_scores(q, at.q.row, rows, k + j * at.k.row, at.k.row, columns, (int)at.features,
                     scores);
        for (int a = 0; a < PER; a++)
            for (int b = 0; b < PER; b++) {
                const int m = ty + SIDE * a, n = tx + SIDE * b;
                tile[m][n] = counts(at, rules, first + m, j + n) ? scale * scores[a][b] : nothing;
            }
        __syncthreads();
        WIDE highest = nothing, sum = 0;
        for (int n = lane; n < TILE; n += together) highest = larger(highest, tile[own][n]);
        part[threadIdx.x] = highest;
        __syncthreads();
        highest = top[own];
        for (int i = 0; i < together; i++) highest = larger(highest, part[own * together + i]);
        const WIDE level = highest == nothing ? (WIDE)0 : highest;
        for (int n = lane; n < TILE; n += together) {
            const WIDE e = exp(tile[own][n] - level);
            sum += e;
            tile[own][n] = e * factor_of(rules, kept[own][n]);
        }
        __syncthreads();
        part[threadIdx.x] = sum;
        __syncthreads();
        if (lane == 0) {
            shrink[own] = exp(top[own] - level);
            sums[own] *= shrink[own];
            for (int i = 0; i < together; i++) sums[own] += part[own * together + i];
            top[own] = highest;
        }
        __syncthreads();
        for (int a = 0; a < PER; a++)
            for (int c = 0; c < WIDTHS; c++) total[a][c] *= shrink[ty + SIDE * a];
        block_values(tile, false, v + j * at.v.row, at.v.row, columns, (int)at.values, total);
    }
    __syncthreads();
    WIDE factors[PER];
    for (int a = 0; a < PER; a++) {
        const WIDE sum = sums[ty + SIDE * a];
        factors[a] = 1 / (sum == 0 ? (WIDE)1 : sum);
    }
    store(y + place_of(at.y, head, at.heads, first), at.y.row, rows, (int)at.values, total,
          factors);
    if (threadIdx.x < rows) {
        const WIDE sum = sums[threadIdx.x], highest = top[threadIdx.x];
        norms[head * at.queries + first + threadIdx.x] =
            log(sum == 0 ? (WIDE)1 : sum) + (highest == nothing ? (WIDE)0 : highest);
    }
}

// D of each query: the product of dy and y, (heads, queries). A block per query.
KERNEL along(const REAL* dy, const REAL* y, WIDE* products, Heads at) {
    const int64 head = blockIdx.x / at.queries, i = blockIdx.x % at.queries;
    const int64 first = place_of(at.y, head, at.heads, i);
    WIDE sum = 0;
    for (int c = threadIdx.x; c < at.values; c += blockDim.x)
        sum += (WIDE)dy[first + c] * (WIDE)y[first + c];
    sum = block_sum(sum);
    if (threadIdx.x == 0) products[blockIdx.x] = sum;
}

// dq, a block for a tile of queries.
KERNEL queries_back(const REAL* q, const REAL* k, const REAL* v, const uint8* mask, const REAL* dy,
                    const WIDE* norms, const WIDE* products, REAL* dq, Heads at, WIDE scale,
                    int causal, const int64* begun, int64 seed, int64 threshold, WIDE factor) {
    __shared__ WIDE tile[TILE][TILE + 1];
    __shared__ uint8 kept[TILE][TILE];
    const int64 tiles = (at.queries + TILE - 1) / TILE;
    const int64 head = blockIdx.x / tiles, first = blockIdx.x % tiles * TILE;
    const int rows = fewer(at.queries - first, TILE);
    const Rules rules = rules_of(at, head, mask, causal, seed_of(begun, seed), threshold, factor);
    WIDE total[PER][WIDTHS], p[PER][PER], dp[PER][PER], factors[PER];
    for (int a = 0; a < PER; a++) {
        factors[a] = scale;
        for (int c = 0; c < WIDTHS; c++) total[a][c] = 0;
    }
    const int64 own = place_of(at.q, head, at.heads, first);
    q += own;
    k += place_of(at.k, head, at.heads, 0);
    v += place_of(at.v, head, at.heads, 0);
    dy += place_of(at.y, head, at.heads, first);
    for (int64 j = 0; j < at.keys && !(causal && j >= first + rows); j += TILE) {
        const int columns = fewer(at.keys - j, TILE);
        draw(at, rules, first, j, kept);
        block_scores(q, at.q.row, rows, k + j * at.k.row, at.k.row, columns, (int)at.features, p);
        block_scores(dy, at.y.row, rows, v + j * at.v.row, at.v.row, columns, (int)at.values, dp);
        errors_of(at, rules, first, j, scale, norms, products, kept, p, dp);
        write_tile(tile, dp);
        block_values(tile, false, k + j * at.k.row, at.k.row, columns, (int)at.features, total);
    }
    store(dq + own, at.q.row, rows, (int)at.features, total, factors);
}

// dk and dv, a block for a tile of keys.
KERNEL keys_back(const REAL* q, const REAL* k, const REAL* v, const uint8* mask, const REAL* dy,
                 const WIDE* norms, const WIDE* products, REAL* dk, REAL* dv, Heads at, WIDE scale,
                 int causal, const int64* begun, int64 seed, int64 threshold, WIDE factor) {
    __shared__ WIDE tile[TILE][TILE + 1];
    __shared__ uint8 kept[TILE][TILE];
    const int64 tiles = (at.keys + TILE - 1) / TILE;
    const int64 head = blockIdx.x / tiles, first = blockIdx.x % tiles * TILE;
    const int columns = fewer(at.keys - first, TILE);
    const Rules rules = rules_of(at, head, mask, causal, seed_of(begun, seed), threshold, factor);
    WIDE of_k[PER][WIDTHS], of_v[PER][WIDTHS], p[PER][PER], dp[PER][PER], factors[PER];
    for (int a = 0; a < PER; a++)
        for (int c = 0; c < WIDTHS; c++) of_k[a][c] = of_v[a][c] = 0;
    const int64 own_k = place_of(at.k, head, at.heads, first);
    const int64 own_v = place_of(at.v, head, at.heads, first);
    k += own_k;
    v += own_v;
    q += place_of(at.q, head, at.heads, 0);
    dy += place_of(at.y, head, at.heads, 0);
    for (int64 i = causal ? first : 0; i < at.queries; i += TILE) {
        const int rows = fewer(at.queries - i, TILE);
        draw(at, rules, i, first, kept);
        const REAL *queries = q + i * at.q.row, *errors = dy + i * at.y.row;
        block_scores(queries, at.q.row, rows, k, at.k.row, columns, (int)at.features, p);
        block_scores(errors, at.y.row, rows, v, at.v.row, columns, (int)at.values, dp);
        errors_of(at, rules, i, first, scale, norms, products, kept, p, dp);
        write_tile(tile, p);
        block_values(tile, true, errors, at.y.row, rows, (int)at.values, of_v);
        __syncthreads();
        write_tile(tile, dp);
        block_values(tile, true, queries, at.q.row, rows, (int)at.features, of_k);
    }
    for (int a = 0; a < PER; a++) factors[a] = scale;
    store(dk + own_k, at.k.row, columns, (int)at.features, of_k, factors);
    for (int a = 0; a < PER; a++) factors[a] = 1;
    store(dv + own_v, at.v.row, columns, (int)at.values, of_v, factors);
}
