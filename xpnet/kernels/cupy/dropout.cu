// Dropout, the same both ways: y = scale x where the element's word reaches the threshold, else 0.
#include "random.cuh"

// A word for each element: a thread draws eight and has their elements.
KERNEL dropout(const REAL* x, REAL* y, INDEX size, int64 seed, int64 draw, int64 threshold,
               WIDE scale) {
    FOR_EACH(b, size / 8 + 1) {
        uint64 words[4];
        philox((uint64)seed, (uint64)b + 1, 0, 0, (uint64)draw, words);
        for (int i = 0; i < 8; i++) {
            const INDEX t = 8 * b + i;
            if (t >= size) break;
            y[t] = (int64)half_word(words, i) < threshold ? (REAL)0.0f : (REAL)(scale * (WIDE)x[t]);
        }
    }
}

// A word for so many elements in turn.
KERNEL dropout_together(const REAL* x, REAL* y, INDEX size, INDEX together, int64 seed, int64 draw,
                        int64 threshold, WIDE scale) {
    FOR_EACH(t, size) {
        const INDEX word = t / together;
        uint64 words[4];
        philox((uint64)seed, (uint64)(word / 8) + 1, 0, 0, (uint64)draw, words);
        const bool out = (int64)half_word(words, (int)(word % 8)) < threshold;
        y[t] = out ? (REAL)0.0f : (REAL)(scale * (WIDE)x[t]);
    }
}
