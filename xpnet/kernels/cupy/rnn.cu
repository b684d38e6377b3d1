// The simple recurrent network, as in ops/recurrent/rnn.py, and what all recurrent layers need.
#include "recurrent.cuh"

// x (T, N, D) with zeros beyond the ends, so that it does not matter what was there.
KERNEL without_padding(const REAL* x, const int* lengths, REAL* result, INDEX size, INDEX batch,
                       INDEX features) {
    FOR_EACH(i, size) {
        const INDEX n = i / features % batch, t = i / features / batch;
        result[i] = waits(lengths, n, t) ? (REAL)0.0f : x[i];
    }
}

// y (T, N, H) holds W_ih x_t before; w is W_hh transposed, (H, H). States before each step are kept.
KERNEL rnn(REAL* y, const REAL* w, const REAL* b_ih, const REAL* b_hh, const REAL* h0,
           const int* lengths, REAL* h_n, REAL* h_before, INDEX steps, INDEX batch, INDEX hidden,
           int reverse, int rectify) {
    __shared__ __align__(16) WIDE h[ROWS * MOST_UNITS];
    __shared__ WIDE sums[ROWS * MAX_THREADS];
    const int units = (int)hidden;
    const INDEX first = (INDEX)blockIdx.x * ROWS;
    load_state(h, h0, first, batch, units);
    __syncthreads();
    for (INDEX step = 0; step < steps; step++) {
        const INDEX t = moment(step, steps, reverse);
        const int parts = block_product(h, w, sums, units, units);
        for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
            const int r = i / units, u = i % units, own = u * ROWS + r;
            const INDEX n = first + r, place = (t * batch + n) * units + u;
            if (n >= batch) continue;
            h_before[place] = (REAL)h[own];
            if (waits(lengths, n, t)) {
                y[place] = (REAL)0.0f;
                continue;
            }
            const WIDE a = (WIDE)y[place] + bias_of(b_ih, u) + bias_of(b_hh, u) +
                           element(sums, parts, r, u, units);
            const REAL h_t = (REAL)(!rectify ? tanh(a) : a < 0 ? (WIDE)0 : a);
            y[place] = h_t;
            h[own] = (WIDE)h_t;
        }
        __syncthreads();
    }
    store_state(h, h_n, first, batch, units);
}

// `errors` (T, N, H) become those of the sums; w is W_hh, (H, H).
KERNEL rnn_back(const REAL* dy, const REAL* dh_n, const REAL* w, const REAL* y, const int* lengths,
                REAL* errors, REAL* dh0, INDEX steps, INDEX batch, INDEX hidden, int reverse,
                int rectify) {
    __shared__ WIDE dh[ROWS * MOST_UNITS], sums[ROWS * MAX_THREADS];
    __shared__ __align__(16) WIDE delta[ROWS * MOST_UNITS];
    const int units = (int)hidden;
    const INDEX first = (INDEX)blockIdx.x * ROWS;
    load_state(dh, dh_n, first, batch, units);
    __syncthreads();
    int parts = 0;
    for (INDEX step = steps; step > 0; step--) {
        const INDEX t = moment(step - 1, steps, reverse);
        for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x) {
            const int r = i / units, u = i % units, own = u * ROWS + r;
            const INDEX n = first + r, place = (t * batch + n) * units + u;
            WIDE found = 0;
            if (n < batch) {
                dh[own] += element(sums, parts, r, u, units);
                if (!waits(lengths, n, t)) {
                    const WIDE value = (WIDE)y[place], error = dy ? (WIDE)dy[place] : (WIDE)0;
                    const WIDE slope = !rectify ? 1 - value * value : value > 0 ? (WIDE)1 : (WIDE)0;
                    found = (dh[own] + error) * slope;
                    dh[own] = 0;
                }
                errors[place] = (REAL)found;
            }
            delta[own] = found;
        }
        __syncthreads();
        parts = block_product(delta, w, sums, units, units);
    }
    for (int i = threadIdx.x; i < units * ROWS; i += blockDim.x)
        dh[i] += element(sums, parts, i % ROWS, i / ROWS, units);
    __syncthreads();
    store_state(dh, dh0, first, batch, units);
}

// ---- one step of all sequences, after a product of matrices -------------------------------------

// y (N, H) holds W_ih x_t before, `products` W_hh h.
KERNEL rnn_step(REAL* y, const REAL* products, const REAL* b_ih, const REAL* b_hh, const REAL* h,
                const int* lengths, REAL* h_next, INDEX size, INDEX units, INDEX t, int rectify) {
    FOR_EACH(i, size) {
        const INDEX n = i / units, u = i % units;
        const WIDE a = (WIDE)y[i] + bias_of(b_ih, u) + bias_of(b_hh, u) + (WIDE)products[i];
        const REAL h_t = (REAL)(!rectify ? tanh(a) : a < 0 ? (WIDE)0 : a);
        const bool waiting = waits(lengths, n, t);
        y[i] = waiting ? (REAL)0.0f : h_t;
        h_next[i] = waiting ? h[i] : h_t;
    }
}

// `through` is what comes from the step after by W_hh, if there is one; dh is what comes besides.
KERNEL rnn_step_back(const REAL* dy, const REAL* y, const int* lengths, const REAL* through,
                     REAL* dh, REAL* errors, INDEX size, INDEX units, INDEX t, int rectify) {
    FOR_EACH(i, size) {
        const INDEX n = i / units;
        const WIDE value = (WIDE)y[i];
        const WIDE slope = !rectify ? 1 - value * value : value > 0 ? (WIDE)1 : (WIDE)0;
        WIDE error = (WIDE)dh[i] + (through ? (WIDE)through[i] : (WIDE)0), found = 0;
        if (!waits(lengths, n, t)) {
            found = (error + (dy ? (WIDE)dy[i] : (WIDE)0)) * slope;
            error = 0;
        }
        dh[i] = (REAL)error;
        errors[i] = (REAL)found;
    }
}
