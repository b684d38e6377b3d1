// Steps of optimizers in place, of all parameters in one launch: the operations of optim/*.py in
// the same order. A block works on a chunk of one tensor, which it finds in a table by value.

#define TENSORS 64
#define NUMBERS 8

struct Tensors {  // as in together.py
    REAL* p[TENSORS];
    const REAL* g[TENSORS];
    REAL* a[TENSORS];  // the arrays that the rule keeps of each parameter; null where there is none
    REAL* b[TENSORS];
    REAL* c[TENSORS];
    int64 size[TENSORS];
    WIDE decay[TENSORS];     // added to the gradient, times the parameter
    int first[TENSORS + 1];  // the number of the first block of each, and of all blocks
    int count, chunk;
};

// What may change from step to step: by value, or where `kept` points to if a graph replays the step.
struct Numbers {
    WIDE n[NUMBERS];
};

#define NUMBER(i) (kept ? kept[i] : given.n[i])

KERNEL keep(WIDE* kept, Numbers given) {
    FOR_EACH(t, NUMBERS) kept[t] = given.n[t];
}

// The tensor of this block: the last one that begins no later.
__device__ int tensor_of(const Tensors& all) {
    int low = 0, high = all.count;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (all.first[middle] <= (int)blockIdx.x) low = middle;
        else high = middle;
    }
    return low;
}

// Let `i` be the tensor of this block and `t` go through its chunk.
#define FOR_EACH_OF(all, i, t)                                                        \
    const int i = tensor_of(all);                                                     \
    const int64 start = (int64)((int)blockIdx.x - all.first[i]) * all.chunk;          \
    const int64 stop = start + all.chunk < all.size[i] ? start + all.chunk : all.size[i]; \
    for (int64 t = start + threadIdx.x; t < stop; t += blockDim.x)

// The direction to descend in: the gradient, or its negative, plus the weight decay.
__device__ WIDE descent(WIDE g, WIDE p, WIDE decay, int maximize) {
    if (maximize) g = -g;
    return decay != 0 ? g + decay * p : g;
}

// lr, momentum, 1 - dampening. The velocity, a, holds nothing yet in the first step.
KERNEL sgd(Tensors all, Numbers given, const WIDE* kept, int nesterov, int maximize, int first) {
    const WIDE lr = NUMBER(0), momentum = NUMBER(1), rest = NUMBER(2);
    FOR_EACH_OF(all, i, t) {
        const WIDE p = (WIDE)all.p[i][t];
        WIDE d = descent((WIDE)all.g[i][t], p, all.decay[i], maximize);
        if (all.a[i]) {
            const WIDE v = first ? d : momentum * (WIDE)all.a[i][t] + rest * d;
            all.a[i][t] = (REAL)v;
            d = nesterov ? d + momentum * v : v;
        }
        all.p[i][t] = (REAL)(p - lr * d);
    }
}

// The step size, 1 - beta1, beta2, 1 - beta2, eps, and what AdamW's decay leaves of a parameter.
// Kept are m, v and, with AMSGrad, the largest v.
KERNEL adam(Tensors all, Numbers given, const WIDE* kept, int maximize) {
    const WIDE step_size = NUMBER(0), rest1 = NUMBER(1), beta2 = NUMBER(2), rest2 = NUMBER(3);
    const WIDE eps = NUMBER(4), shrink = NUMBER(5);
    FOR_EACH_OF(all, i, t) {
        const WIDE p = (WIDE)all.p[i][t] * shrink, before = (WIDE)all.a[i][t];
        const WIDE d = descent((WIDE)all.g[i][t], p, all.decay[i], maximize);
        const WIDE mean = before + rest1 * (d - before);
        WIDE square = beta2 * (WIDE)all.b[i][t] + rest2 * (d * d);
        all.a[i][t] = (REAL)mean;
        all.b[i][t] = (REAL)square;
        if (all.c[i]) {
            square = larger((WIDE)all.c[i][t], square);
            all.c[i][t] = (REAL)square;
        }
        all.p[i][t] = (REAL)(p - step_size * (mean / (sqrt(square) + eps)));
    }
}

// lr, alpha, 1 - alpha, eps, momentum. Kept are v and, where asked for, the velocity and the mean.
KERNEL rmsprop(Tensors all, Numbers given, const WIDE* kept, int maximize) {
    const WIDE lr = NUMBER(0), alpha = NUMBER(1), rest = NUMBER(2), eps = NUMBER(3);
    const WIDE momentum = NUMBER(4);
    FOR_EACH_OF(all, i, t) {
        const WIDE p = (WIDE)all.p[i][t];
        const WIDE g = descent((WIDE)all.g[i][t], p, all.decay[i], maximize);
        WIDE square = alpha * (WIDE)all.a[i][t] + rest * (g * g);
        all.a[i][t] = (REAL)square;
        if (all.c[i]) {
            const WIDE before = (WIDE)all.c[i][t], mean = before + rest * (g - before);
            all.c[i][t] = (REAL)mean;
            square -= mean * mean;
        }
        WIDE d = g / (sqrt(square) + eps);
        if (all.b[i]) {
            d += momentum * (WIDE)all.b[i][t];
            all.b[i][t] = (REAL)d;
        }
        all.p[i][t] = (REAL)(p - lr * d);
    }
}

// The step size and eps. Kept is the sum of squares.
KERNEL adagrad(Tensors all, Numbers given, const WIDE* kept, int maximize) {
    const WIDE step_size = NUMBER(0), eps = NUMBER(1);
    FOR_EACH_OF(all, i, t) {
        const WIDE p = (WIDE)all.p[i][t];
        const WIDE g = descent((WIDE)all.g[i][t], p, all.decay[i], maximize);
        const WIDE sum = (WIDE)all.a[i][t] + g * g;
        all.a[i][t] = (REAL)sum;
        all.p[i][t] = (REAL)(p - step_size * (g / (sqrt(sum) + eps)));
    }
}

// lr, beta1, 1 - beta1, beta2, 1 - beta2, and what the decay leaves of a parameter. Kept is m.
KERNEL lion(Tensors all, Numbers given, const WIDE* kept, int maximize) {
    const WIDE lr = NUMBER(0), beta1 = NUMBER(1), rest1 = NUMBER(2), beta2 = NUMBER(3);
    const WIDE rest2 = NUMBER(4), shrink = NUMBER(5);
    FOR_EACH_OF(all, i, t) {
        const WIDE g = maximize ? -(WIDE)all.g[i][t] : (WIDE)all.g[i][t], m = (WIDE)all.a[i][t];
        const WIDE c = beta1 * m + rest1 * g;
        const WIDE sign = c > 0 ? (WIDE)1 : c < 0 ? (WIDE)-1 : c;  // NaN stays one
        all.a[i][t] = (REAL)(beta2 * m + rest2 * g);
        all.p[i][t] = (REAL)(shrink * (WIDE)all.p[i][t] - lr * sign);
    }
}

// ---- clipping by the norm ------------------------------------------------------------------------

// The sum of the squares of each chunk, from place `offset` on.
KERNEL squares(Tensors all, WIDE* sums, INDEX offset) {
    WIDE sum = 0;
    FOR_EACH_OF(all, i, t) sum += (WIDE)all.g[i][t] * (WIDE)all.g[i][t];
    sum = block_sum(sum);
    if (threadIdx.x == 0) sums[offset + blockIdx.x] = sum;
}

// p = g times min(1, most / (norm + 1e-6)). Every block makes the norm anew of the few sums.
KERNEL clipped(Tensors all, const WIDE* sums, INDEX parts, REAL* norm, WIDE most) {
    WIDE sum = 0;
    for (INDEX t = threadIdx.x; t < parts; t += blockDim.x) sum += sums[t];
    const WIDE total = sqrt(block_sum(sum));
    if (blockIdx.x == 0 && threadIdx.x == 0) norm[0] = (REAL)total;
    WIDE factor = most / (total + (WIDE)1e-6);
    if (factor > 1) factor = 1;
    FOR_EACH_OF(all, i, t) all.p[i][t] = (REAL)((WIDE)all.g[i][t] * factor);
}

// ---- taking the scale of the loss out ------------------------------------------------------------

// p = g times `factor`. Each block notes whether all of its g were finite, from place `offset` on.
KERNEL unscaled(Tensors all, int* finite, INDEX offset, WIDE factor) {
    WIDE others = 0;
    FOR_EACH_OF(all, i, t) {
        const WIDE g = (WIDE)all.g[i][t];
        if (g - g != 0) others = 1;  // infinite, or NaN
        all.p[i][t] = (REAL)(g * factor);
    }
    others = block_sum(others);
    if (threadIdx.x == 0) finite[offset + blockIdx.x] = others == 0;
}
