// The rectifier and its derivative; a NaN stays one.

KERNEL relu(const REAL* x, REAL* y, INDEX size) {
    FOR_EACH(t, size) {
        const WIDE value = (WIDE)x[t];
        y[t] = value < 0 ? (REAL)0.0f : x[t];
    }
}

KERNEL relu_back(const REAL* dy, const REAL* y, REAL* dx, INDEX size) {
    FOR_EACH(t, size) dx[t] = (WIDE)y[t] > 0 ? dy[t] : (REAL)0.0f;
}
