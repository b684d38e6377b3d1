// Rows of a table w (V, D), picked by number, as in ops/embedding.py.

// A row that does not exist is `none`.
KERNEL embedding(const REAL* w, const int64* numbers, REAL* y, INDEX size, INDEX features,
                 int64 rows, WIDE none) {
    FOR_EACH(t, size) {
        const int64 row = numbers[t / features];
        const bool there = row >= 0 && row < rows;
        y[t] = there ? w[(INDEX)row * features + t % features] : (REAL)none;
    }
}

// dw, zero before. A thread has one feature of every `parts`-th row (a power of two): it looks at
// all numbers in turn and adds the errors of its own rows. So sums are made in the order of the
// places, the same in each run, without atomic additions and without sorting. Numbers are read
// ahead, so that a thread waits once for several.
#define AHEAD 8

KERNEL embedding_back(const REAL* dy, const int64* numbers, WIDE* dw, INDEX places,
                      INDEX features, int64 rows, int64 left_out, INDEX parts) {
    FOR_EACH(t, parts * features) {
        const INDEX feature = t % features;
        const int64 own = t / features;
        int64 row = -1;  // whose sum is being made
        WIDE sum = 0;
        for (INDEX first = 0; first < places; first += AHEAD) {
            int64 next[AHEAD];
            for (int i = 0; i < AHEAD; i++) next[i] = first + i < places ? numbers[first + i] : -1;
            for (int i = 0; i < AHEAD; i++) {
                const int64 found = next[i];
                if (found < 0 || found >= rows || found == left_out) continue;
                if ((found & (parts - 1)) != own) continue;
                if (found != row) {
                    if (row >= 0) dw[(INDEX)row * features + feature] = sum;
                    row = found;
                    sum = dw[(INDEX)row * features + feature];
                }
                sum += (WIDE)dy[(first + i) * features + feature];
            }
        }
        if (row >= 0) dw[(INDEX)row * features + feature] = sum;
    }
}
#undef AHEAD
