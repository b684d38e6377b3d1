// Dropout, the same both ways: y = scale x where the element's word reaches the threshold, else 0.
#include "random.cuh"

// Where a graph replays the draw, `begun` holds the seed and the number of the first draw of the
// replay, and `draw` counts from that one on.
__device__ void find_draw(const int64* begun, int64& seed, int64& draw) {
    if (begun) {
        seed = begun[0];
        draw += begun[1];
    }
}

KERNEL begin(int64* begun, int64 seed, int64 draw) {
    FOR_EACH(t, 2) begun[t] = t ? draw : seed;
}

// A word for each element: a thread draws eight and has their elements.
KERNEL dropout(const REAL* x, REAL* y, INDEX size, const int64* begun, int64 seed, int64 draw,
               int64 threshold, WIDE scale) {
    find_draw(begun, seed, draw);
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
KERNEL dropout_together(const REAL* x, REAL* y, INDEX size, INDEX together, const int64* begun,
                        int64 seed, int64 draw, int64 threshold, WIDE scale) {
    find_draw(begun, seed, draw);
    FOR_EACH(t, size) {
        const INDEX word = t / together;
        uint64 words[4];
        philox((uint64)seed, (uint64)(word / 8) + 1, 0, 0, (uint64)draw, words);
        const bool out = (int64)half_word(words, (int)(word % 8)) < threshold;
        y[t] = out ? (REAL)0.0f : (REAL)(scale * (WIDE)x[t]);
    }
}
