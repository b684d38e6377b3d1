// Activations and their derivatives, as in ops/activations/. The way back reads y where that is
// enough and else x. All have the same parameters; a and b are options, where there are any.

// No exponential overflows, and small results keep their digits.
__device__ WIDE logistic(WIDE x) {
    const WIDE e = exp(x < 0 ? x : -x);
    return (x < 0 ? e : (WIDE)1) / (1 + e);
}

KERNEL sigmoid(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) y[t] = (REAL)logistic((WIDE)x[t]);
}

KERNEL sigmoid_back(const REAL* dy, const REAL* y, REAL* dx, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) dx[t] = (REAL)((WIDE)dy[t] * ((WIDE)y[t] * (1 - (WIDE)y[t])));
}

KERNEL hyperbolic_tangent(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) y[t] = (REAL)tanh((WIDE)x[t]);
}

KERNEL hyperbolic_tangent_back(const REAL* dy, const REAL* y, REAL* dx, INDEX size, WIDE a,
                               WIDE b) {
    FOR_EACH(t, size) dx[t] = (REAL)((WIDE)dy[t] * (1 - (WIDE)y[t] * (WIDE)y[t]));
}

KERNEL silu(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) y[t] = (REAL)((WIDE)x[t] * logistic((WIDE)x[t]));
}

KERNEL silu_back(const REAL* dy, const REAL* x, REAL* dx, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) {
        const WIDE s = logistic((WIDE)x[t]);
        dx[t] = (REAL)((WIDE)dy[t] * (s * (1 + (WIDE)x[t] * (1 - s))));
    }
}

// a = sqrt(1/2), b = 1 / sqrt(2 pi)
KERNEL gelu(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) y[t] = (REAL)((WIDE)x[t] * ((1 + erf(a * (WIDE)x[t])) / 2));
}

KERNEL gelu_back(const REAL* dy, const REAL* x, REAL* dx, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) {
        const WIDE v = (WIDE)x[t], density = b * exp(-(v * v) / 2);
        dx[t] = (REAL)((WIDE)dy[t] * ((1 + erf(a * v)) / 2 + v * density));
    }
}

// a = sqrt(2 / pi), b = 0.044715
KERNEL gelu_by_tanh(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) {
        const WIDE v = (WIDE)x[t];
        y[t] = (REAL)(v * (1 + tanh(a * (v + b * (v * v * v)))) / 2);
    }
}

KERNEL gelu_by_tanh_back(const REAL* dy, const REAL* x, REAL* dx, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) {
        const WIDE v = (WIDE)x[t], p = tanh(a * (v + b * (v * v * v)));
        const WIDE slope = a * (1 + 3 * b * (v * v));
        dx[t] = (REAL)((WIDE)dy[t] * ((1 + p) / 2 + v * (1 - p * p) * slope / 2));
    }
}

KERNEL leaky_relu(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) y[t] = (WIDE)x[t] > 0 ? x[t] : (REAL)(a * (WIDE)x[t]);
}

KERNEL leaky_relu_back(const REAL* dy, const REAL* x, REAL* dx, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) dx[t] = (WIDE)x[t] > 0 ? dy[t] : (REAL)(a * (WIDE)dy[t]);
}

KERNEL elu(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) y[t] = (WIDE)x[t] > 0 ? x[t] : (REAL)(a * expm1((WIDE)x[t]));
}

KERNEL elu_back(const REAL* dy, const REAL* x, REAL* dx, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size)
        dx[t] = (WIDE)x[t] > 0 ? dy[t] : (REAL)((WIDE)dy[t] * (a * exp((WIDE)x[t])));
}

// a = beta, b = threshold
KERNEL softplus(const REAL* x, REAL* y, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) {
        const WIDE u = a * (WIDE)x[t], smooth = log1p(exp(u < 0 ? u : -u)) + (u < 0 ? 0 : u);
        y[t] = u > b ? x[t] : (REAL)(smooth / a);
    }
}

KERNEL softplus_back(const REAL* dy, const REAL* x, REAL* dx, INDEX size, WIDE a, WIDE b) {
    FOR_EACH(t, size) {
        const WIDE u = a * (WIDE)x[t];
        dx[t] = u > b ? dy[t] : (REAL)((WIDE)dy[t] * logistic(u));
    }
}
