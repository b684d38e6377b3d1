// Long short-term memory, as in ops/recurrent/lstm.py.
#include "recurrent.cuh"

// One unit in one step: `gates` are its sums a_i, a_f, a_g, a_o on entry, i, f, g, o on return.
__device__ WIDE lstm_unit(WIDE* gates, WIDE* c) {
    for (int k = 0; k < 4; k++) gates[k] = k == 2 ? tanh(gates[k]) : logistic(gates[k]);
    *c = gates[1] * *c + gates[0] * gates[2];
    return gates[3] * tanh(*c);
}

// The errors of a_i, a_f, a_g, a_o, from that of h_t. The error of c_t becomes that of c_t-1.
__device__ void lstm_unit_back(const WIDE* gates, WIDE c_before, WIDE dh, WIDE* dc, WIDE* errors) {
    const WIDE i = gates[0], f = gates[1], g = gates[2], o = gates[3];
    const WIDE tanh_c = tanh(f * c_before + i * g);
    const WIDE d = *dc + dh * o * (1 - tanh_c * tanh_c);
    errors[0] = d * g * i * (1 - i);
    errors[1] = d * c_before * f * (1 - f);
    errors[2] = d * i * (1 - g * g);
    errors[3] = dh * tanh_c * o * (1 - o);
    *dc = d * f;
}

// `gates` (T, N, 4H) hold W_ih x_t before and i, f, g, o afterwards; w is W_hh transposed, (H, 4H).
// States before each step are kept in `h_before` and `c_before`, (T, N, H).
KERNEL lstm(REAL* gates, const REAL* w, const REAL* b_ih, const REAL* b_hh, const REAL* h0,
            const REAL* c0, const int* lengths, REAL* y, REAL* h_n, REAL* c_n, REAL* h_before,
            REAL* c_before, INDEX steps, INDEX batch, INDEX hidden, int reverse) {
    __shared__ __align__(16) WIDE h[ROWS * MOST_UNITS];
    __shared__ WIDE c[ROWS * MOST_UNITS], sums[ROWS * 4 * MOST_UNITS];
    const int units = (int)hidden, columns = 4 * units;
    const INDEX first = (INDEX)blockIdx.x * ROWS;
    load_state(h, h0, first, batch, units);
    load_state(c, c0, first, batch, units);
    __syncthreads();
    for (INDEX step = 0; step < steps; step++) {
        const INDEX t = moment(step, steps, reverse);
        const int parts = block_product(h, w, sums, units, columns);
        for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
            const int r = i / units, u = i % units, own = u * ROWS + r;
            const INDEX n = first + r, row = t * batch + n, place = row * units + u;
            if (n >= batch) continue;
            h_before[place] = (REAL)h[own];
            c_before[place] = (REAL)c[own];
            if (waits(lengths, n, t)) {
                y[place] = (REAL)0.0f;
                continue;
            }
            WIDE values[4];
            for (int k = 0; k < 4; k++) {
                const int j = k * units + u;
                values[k] = (WIDE)gates[row * columns + j] + bias_of(b_ih, j) + bias_of(b_hh, j) +
                            element(sums, parts, r, j, columns);
            }
            const REAL h_t = (REAL)lstm_unit(values, &c[own]);
            y[place] = h_t;
            h[own] = (WIDE)h_t;
            for (int k = 0; k < 4; k++) gates[row * columns + k * units + u] = (REAL)values[k];
        }
        __syncthreads();
    }
    store_state(h, h_n, first, batch, units);
    store_state(c, c_n, first, batch, units);
}

// `errors` (T, N, 4H) become those of the sums; w is W_hh, (4H, H).
KERNEL lstm_back(const REAL* dy, const REAL* dh_n, const REAL* dc_n, const REAL* w,
                 const REAL* gates, const REAL* c_before, const int* lengths, REAL* errors,
                 REAL* dh0, REAL* dc0, INDEX steps, INDEX batch, INDEX hidden, int reverse) {
    __shared__ WIDE dh[ROWS * MOST_UNITS], dc[ROWS * MOST_UNITS], sums[ROWS * MAX_THREADS];
    __shared__ __align__(16) WIDE delta[ROWS * 4 * MOST_UNITS];
    const int units = (int)hidden, columns = 4 * units;
    const INDEX first = (INDEX)blockIdx.x * ROWS;
    load_state(dh, dh_n, first, batch, units);
    load_state(dc, dc_n, first, batch, units);
    __syncthreads();
    int parts = 0;
    for (INDEX step = steps; step > 0; step--) {
        const INDEX t = moment(step - 1, steps, reverse);
        for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
            const int r = i / units, u = i % units, own = u * ROWS + r;
            const INDEX n = first + r, row = t * batch + n, place = row * units + u;
            WIDE values[4] = {0, 0, 0, 0}, found[4] = {0, 0, 0, 0};
            if (n < batch) {
                dh[own] += element(sums, parts, r, u, units);
                if (!waits(lengths, n, t)) {
                    const WIDE error = dh[own] + (dy ? (WIDE)dy[place] : (WIDE)0);
                    for (int k = 0; k < 4; k++)
                        values[k] = (WIDE)gates[row * columns + k * units + u];
                    lstm_unit_back(values, (WIDE)c_before[place], error, &dc[own], found);
                    dh[own] = 0;  // all of it goes through the sums
                }
                for (int k = 0; k < 4; k++)
                    errors[row * columns + k * units + u] = (REAL)found[k];
            }
            for (int k = 0; k < 4; k++) delta[(k * units + u) * ROWS + r] = found[k];
        }
        __syncthreads();
        parts = block_product(delta, w, sums, columns, units);
    }
    for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x)
        dh[i] += element(sums, parts, i % ROWS, i / ROWS, units);
    __syncthreads();
    store_state(dh, dh0, first, batch, units);
    store_state(dc, dc0, first, batch, units);
}

// ---- one step of all sequences, after a product of matrices -------------------------------------

// `gates` (N, 4H) hold W_ih x_t before, `products` W_hh h.
KERNEL lstm_step(REAL* gates, const REAL* products, const REAL* b_ih, const REAL* b_hh,
                 const REAL* h, const REAL* c, const int* lengths, REAL* y, REAL* h_next,
                 REAL* c_next, INDEX size, INDEX units, INDEX t) {
    FOR_EACH(i, size) {
        const INDEX n = i / units, u = i % units;
        const bool waiting = waits(lengths, n, t);
        WIDE values[4], c_t = (WIDE)c[i];
        for (int k = 0; k < 4; k++) {
            const INDEX j = k * units + u, at = n * 4 * units + j;
            values[k] = (WIDE)gates[at] + bias_of(b_ih, j) + bias_of(b_hh, j) + (WIDE)products[at];
        }
        const REAL h_t = (REAL)lstm_unit(values, &c_t);
        for (int k = 0; k < 4; k++) gates[n * 4 * units + k * units + u] = (REAL)values[k];
        y[i] = waiting ? (REAL)0.0f : h_t;
        h_next[i] = waiting ? h[i] : h_t;
        c_next[i] = waiting ? c[i] : (REAL)c_t;
    }
}

// `through` is what comes from the step after by W_hh, if there is one; dh is what comes besides.
KERNEL lstm_step_back(const REAL* dy, const REAL* gates, const REAL* c, const int* lengths,
                      const REAL* through, REAL* dh, REAL* dc, REAL* errors, INDEX size,
                      INDEX units, INDEX t) {
    FOR_EACH(i, size) {
        const INDEX n = i / units, u = i % units;
        WIDE error = (WIDE)dh[i] + (through ? (WIDE)through[i] : (WIDE)0), of_c = (WIDE)dc[i];
        WIDE values[4], found[4] = {0, 0, 0, 0};
        if (!waits(lengths, n, t)) {
            if (dy) error += (WIDE)dy[i];
            for (int k = 0; k < 4; k++) values[k] = (WIDE)gates[n * 4 * units + k * units + u];
            lstm_unit_back(values, (WIDE)c[i], error, &of_c, found);
            error = 0;
        }
        dh[i] = (REAL)error;
        dc[i] = (REAL)of_c;
        for (int k = 0; k < 4; k++) errors[n * 4 * units + k * units + u] = (REAL)found[k];
    }
}
