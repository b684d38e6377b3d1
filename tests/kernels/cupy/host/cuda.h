// CUDA on the CPU, as far as the kernels need it. Blocks run one after the other. The threads of a
// block run one after the other as well, or, in a source with barriers, as fibers that take turns
// at each __syncthreads(), in one order up to a barrier and in the reverse order up to the next, and
// the other way round in the next block: a result that depends on which thread is first shows. Shared
// memory is filled with NaN at the beginning of each block.

#include <cmath>
#include <csetjmp>
#include <cstring>
#include <ucontext.h>
#include <vector>

using std::erf;
using std::exp;
using std::expm1;
using std::log;
using std::log1p;
using std::sqrt;
using std::tanh;

static inline float rsqrt(float x) { return 1 / sqrt(x); }
static inline double rsqrt(double x) { return 1 / sqrt(x); }

static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned __int128)a * b >> 64;
}

struct Three { unsigned x, y, z; };
static Three blockIdx, threadIdx, blockDim, gridDim;

#define __global__
#define __device__ static inline
#define __forceinline__
#define __shared__ static __attribute__((section("of_block")))
#define __align__(n) __attribute__((aligned(n)))
#define KERNEL static void

// Where the linker puts the arrays of that section; null if there are none.
extern "C" char __start_of_block[] __attribute__((weak, visibility("hidden")));
extern "C" char __stop_of_block[] __attribute__((weak, visibility("hidden")));

static const unsigned MOST = 1024;
static ucontext_t contexts[MOST];  // each thread begins in one of its own ...
static jmp_buf fibers[MOST];       // ... and goes on by jumps, which cost no system calls
static jmp_buf scheduler;
static std::vector<char> started, ended, stacks;
static void (*body)(void**);
static void** parameters;
static const size_t STACK = 1 << 16;

static void __syncthreads() {
    if (!_setjmp(fibers[threadIdx.x])) _longjmp(scheduler, 1);
}

static void fiber() {
    body(parameters);
    ended[threadIdx.x] = 1;
    _longjmp(scheduler, 1);
}

static void take_turn() {
    const unsigned i = threadIdx.x;
    if (ended[i] || _setjmp(scheduler)) return;
    if (started[i]) _longjmp(fibers[i], 1);
    started[i] = 1;
    getcontext(&contexts[i]);
    contexts[i].uc_stack.ss_sp = stacks.data() + i * STACK;
    contexts[i].uc_stack.ss_size = STACK;
    contexts[i].uc_link = nullptr;
    makecontext(&contexts[i], fiber, 0);
    setcontext(&contexts[i]);
}

// Returns 1 if a thread ended while others waited at a barrier: on a GPU that hangs or worse.
static int run_block() {
    const unsigned n = blockDim.x;
    if (__start_of_block) memset(__start_of_block, 0xFF, __stop_of_block - __start_of_block);
    stacks.resize(n * STACK);
    started.assign(n, 0);
    ended.assign(n, 0);
    for (unsigned turn = 0;; turn++) {
        for (unsigned i = 0; i < n; i++) {
            threadIdx.x = (turn + blockIdx.x) % 2 ? n - 1 - i : i;
            take_turn();
        }
        unsigned done = 0;
        for (unsigned i = 0; i < n; i++) done += ended[i];
        if (done == n) return 0;
        if (done) return 1;
    }
}

static int run_grid(unsigned blocks, unsigned threads, bool barriers, void (*f)(void**), void** p) {
    body = f;
    parameters = p;
    gridDim.x = blocks;
    blockDim.x = threads;
    for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++) {
        if (barriers) {
            if (run_block()) return 1;
        } else {
            for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) f(p);
        }
    }
    return 0;
}
