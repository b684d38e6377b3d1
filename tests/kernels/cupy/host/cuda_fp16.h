// What the kernels need of CUDA's half-precision numbers, on the CPU.
typedef _Float16 __half;
