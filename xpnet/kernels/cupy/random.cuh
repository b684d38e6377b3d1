// Philox-4x64-10 (J. K. Salmon et al., 2011): four words for a counter and a key, on their own.
// See backend/random.py for which element of an array uses which word.

typedef unsigned int uint32;
typedef unsigned long long uint64;

__device__ void philox(uint64 key, uint64 c0, uint64 c1, uint64 c2, uint64 c3, uint64* words) {
    uint64 other = 0;
    for (int i = 0; i < 10; i++) {
        const uint64 a = 0xD2E7470EE14C6C93ULL, b = 0xCA5A826395121157ULL;
        const uint64 high0 = __umul64hi(a, c0), low0 = a * c0;
        const uint64 high1 = __umul64hi(b, c2), low1 = b * c2;
        c0 = high1 ^ c1 ^ key;
        c1 = low1;
        c2 = high0 ^ c3 ^ other;
        c3 = low0;
        key += 0x9E3779B97F4A7C15ULL;
        other += 0xBB67AE8584CAA73BULL;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

// The 32-bit word i of 8 in four 64-bit ones: the lower half comes first.
__device__ uint32 half_word(const uint64* words, int i) {
    return (uint32)(words[i / 2] >> (i % 2 * 32));
}
