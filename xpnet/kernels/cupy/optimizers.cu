// Steps of optimizers in place, one thread per parameter: the operations of optim/*.py in the same
// order. What is the same for all parameters comes computed from the host.

// The direction to descend in: the gradient, or its negative, plus the weight decay.
__device__ WIDE descent(WIDE g, WIDE p, WIDE decay, int maximize) {
    if (maximize) g = -g;
    return decay != 0 ? g + decay * p : g;
}

// `velocity` is null without momentum; in the first step it holds nothing yet.
KERNEL sgd(REAL* p, const REAL* g, REAL* velocity, INDEX size, WIDE lr, WIDE momentum, WIDE kept,
           WIDE decay, int nesterov, int maximize, int first) {
    FOR_EACH(t, size) {
        const WIDE start = (WIDE)p[t];
        WIDE d = descent((WIDE)g[t], start, decay, maximize);
        if (velocity) {
            const WIDE v = first ? d : momentum * (WIDE)velocity[t] + kept * d;
            velocity[t] = (REAL)v;
            d = nesterov ? d + momentum * v : v;
        }
        p[t] = (REAL)(start - lr * d);
    }
}

// `largest` is null without AMSGrad; `shrink` is what AdamW's decay leaves of a parameter.
KERNEL adam(REAL* p, const REAL* g, REAL* m, REAL* v, REAL* largest, INDEX size, WIDE step_size,
            WIDE rest1, WIDE beta2, WIDE rest2, WIDE eps, WIDE decay, WIDE shrink, int maximize) {
    FOR_EACH(t, size) {
        const WIDE start = (WIDE)p[t] * shrink, before = (WIDE)m[t];
        const WIDE d = descent((WIDE)g[t], start, decay, maximize);
        const WIDE mean = before + rest1 * (d - before);
        WIDE square = beta2 * (WIDE)v[t] + rest2 * (d * d);
        m[t] = (REAL)mean;
        v[t] = (REAL)square;
        if (largest) {
            square = larger((WIDE)largest[t], square);
            largest[t] = (REAL)square;
        }
        p[t] = (REAL)(start - step_size * (mean / (sqrt(square) + eps)));
    }
}
