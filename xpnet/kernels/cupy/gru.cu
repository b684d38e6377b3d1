// The gated recurrent unit, as in ops/recurrent/gru.py.
#include "recurrent.cuh"

// One unit in one step: a and u are its sums of r, z, n; a becomes r, z, n. Returns h_t.
__device__ WIDE gru_unit(WIDE* a, const WIDE* u, WIDE h) {
    a[0] = logistic(a[0] + u[0]);
    a[1] = logistic(a[1] + u[1]);
    a[2] = tanh(a[2] + a[0] * u[2]);
    return (1 - a[1]) * a[2] + a[1] * h;
}

// The errors of a and u, from that of h_t. Returns what h_t-1 has of it without the sums.
__device__ WIDE gru_unit_back(const WIDE* gates, WIDE u_n, WIDE h_before, WIDE dh, WIDE* of_a,
                              WIDE* of_u) {
    const WIDE r = gates[0], z = gates[1], n = gates[2];
    of_a[2] = dh * (1 - z) * (1 - n * n);
    of_a[1] = of_u[1] = dh * (h_before - n) * z * (1 - z);
    of_a[0] = of_u[0] = of_a[2] * u_n * r * (1 - r);
    of_u[2] = of_a[2] * r;
    return dh * z;
}

// `gates` (T, N, 3H) hold W_ih x_t before and r, z, n afterwards; w is W_hh transposed, (H, 3H).
// u_n and the states before each step are kept, (T, N, H).
KERNEL gru(REAL* gates, const REAL* w, const REAL* b_ih, const REAL* b_hh, const REAL* h0,
           const int* lengths, REAL* y, REAL* h_n, REAL* h_before, REAL* u_n, INDEX steps,
           INDEX batch, INDEX hidden, int reverse) {
    __shared__ __align__(16) WIDE h[ROWS * MOST_UNITS];
    __shared__ WIDE sums[ROWS * 4 * MOST_UNITS];
    const int units = (int)hidden, columns = 3 * units;
    const INDEX first = (INDEX)blockIdx.x * ROWS;
    load_state(h, h0, first, batch, units);
    __syncthreads();
    for (INDEX step = 0; step < steps; step++) {
        const INDEX t = moment(step, steps, reverse);
        const int parts = block_product(h, w, sums, units, columns);
        for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
            const int r = i / units, u = i % units, own = u * ROWS + r;
            const INDEX n = first + r, row = t * batch + n, place = row * units + u;
            if (n >= batch) continue;
            h_before[place] = (REAL)h[own];
            if (waits(lengths, n, t)) {
                y[place] = (REAL)0.0f;
                continue;
            }
            WIDE a[3], of_state[3];
            for (int k = 0; k < 3; k++) {
                const int j = k * units + u;
                a[k] = (WIDE)gates[row * columns + j] + bias_of(b_ih, j);
                of_state[k] = element(sums, parts, r, j, columns) + bias_of(b_hh, j);
            }
            const REAL h_t = (REAL)gru_unit(a, of_state, h[own]);
            y[place] = h_t;
            h[own] = (WIDE)h_t;
            u_n[place] = (REAL)of_state[2];
            for (int k = 0; k < 3; k++) gates[row * columns + k * units + u] = (REAL)a[k];
        }
        __syncthreads();
    }
    store_state(h, h_n, first, batch, units);
}

// The errors of a_t and of u_t, (T, N, 3H); w is W_hh, (3H, H).
KERNEL gru_back(const REAL* dy, const REAL* dh_n, const REAL* w, const REAL* gates,
                const REAL* h_before, const REAL* u_n, const int* lengths, REAL* of_inputs,
                REAL* of_states, REAL* dh0, INDEX steps, INDEX batch, INDEX hidden, int reverse) {
    __shared__ WIDE dh[ROWS * MOST_UNITS], sums[ROWS * MAX_THREADS];
    __shared__ __align__(16) WIDE delta[ROWS * 3 * MOST_UNITS];
    const int units = (int)hidden, columns = 3 * units;
    const INDEX first = (INDEX)blockIdx.x * ROWS;
    load_state(dh, dh_n, first, batch, units);
    __syncthreads();
    int parts = 0;
    for (INDEX step = steps; step > 0; step--) {
        const INDEX t = moment(step - 1, steps, reverse);
        for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
            const int r = i / units, u = i % units, own = u * ROWS + r;
            const INDEX n = first + r, row = t * batch + n, place = row * units + u;
            WIDE values[3], of_a[3] = {0, 0, 0}, of_u[3] = {0, 0, 0};
            if (n < batch) {
                dh[own] += element(sums, parts, r, u, units);
                if (!waits(lengths, n, t)) {
                    const WIDE error = dh[own] + (dy ? (WIDE)dy[place] : (WIDE)0);
                    for (int k = 0; k < 3; k++)
                        values[k] = (WIDE)gates[row * columns + k * units + u];
                    dh[own] = gru_unit_back(values, (WIDE)u_n[place], (WIDE)h_before[place], error,
                                            of_a, of_u);
                }
                for (int k = 0; k < 3; k++) {
                    of_inputs[row * columns + k * units + u] = (REAL)of_a[k];
                    of_states[row * columns + k * units + u] = (REAL)of_u[k];
                }
            }
            for (int k = 0; k < 3; k++) delta[(k * units + u) * ROWS + r] = of_u[k];
        }
        __syncthreads();
        parts = block_product(delta, w, sums, columns, units);
    }
    for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x)
        dh[i] += element(sums, parts, i % ROWS, i / ROWS, units);
    __syncthreads();
    store_state(dh, dh0, first, batch, units);
}

// ---- one step of all sequences, after a product of matrices -------------------------------------

// `gates` (N, 3H) hold W_ih x_t before, `products` W_hh h.
KERNEL gru_step(REAL* gates, const REAL* products, const REAL* b_ih, const REAL* b_hh,
                const REAL* h, const int* lengths, REAL* y, REAL* h_next, REAL* u_n, INDEX size,
                INDEX units, INDEX t) {
    FOR_EACH(i, size) {
        const INDEX n = i / units, u = i % units;
        const bool waiting = waits(lengths, n, t);
        WIDE a[3], of_state[3];
        for (int k = 0; k < 3; k++) {
            const INDEX j = k * units + u, at = n * 3 * units + j;
            a[k] = (WIDE)gates[at] + bias_of(b_ih, j);
            of_state[k] = (WIDE)products[at] + bias_of(b_hh, j);
        }
        const REAL h_t = (REAL)gru_unit(a, of_state, (WIDE)h[i]);
        for (int k = 0; k < 3; k++) gates[n * 3 * units + k * units + u] = (REAL)a[k];
        u_n[i] = (REAL)of_state[2];
        y[i] = waiting ? (REAL)0.0f : h_t;
        h_next[i] = waiting ? h[i] : h_t;
    }
}

// `through` is what comes from the step after by W_hh, if there is one; dh is what comes besides.
KERNEL gru_step_back(const REAL* dy, const REAL* gates, const REAL* h, const REAL* u_n,
                     const int* lengths, const REAL* through, REAL* dh, REAL* of_inputs,
                     REAL* of_states, INDEX size, INDEX units, INDEX t) {
    FOR_EACH(i, size) {
        const INDEX n = i / units, u = i % units;
        WIDE error = (WIDE)dh[i] + (through ? (WIDE)through[i] : (WIDE)0);
        WIDE values[3], of_a[3] = {0, 0, 0}, of_u[3] = {0, 0, 0};
        if (!waits(lengths, n, t)) {
            if (dy) error += (WIDE)dy[i];
            for (int k = 0; k < 3; k++) values[k] = (WIDE)gates[n * 3 * units + k * units + u];
            error = gru_unit_back(values, (WIDE)u_n[i], (WIDE)h[i], error, of_a, of_u);
        }
        dh[i] = (REAL)error;
        for (int k = 0; k < 3; k++) {
            of_inputs[n * 3 * units + k * units + u] = (REAL)of_a[k];
            of_states[n * 3 * units + k * units + u] = (REAL)of_u[k];
        }
    }
}
