// What every source begins with. A source is compiled for the types it is used with:
//   REAL   what arrays hold: __half (then HALF is defined too), float or double
//   WIDE   what sums are made in: float for __half, else REAL
//   INDEX  what counts elements: int32, or int64 where arrays are large

#ifdef HALF
#include <cuda_fp16.h>
#endif

typedef int int32;
typedef long long int64;

// A kernel must leave registers for blocks of this size.
#define MAX_THREADS 512

#ifndef KERNEL
#define KERNEL extern "C" __global__ void __launch_bounds__(MAX_THREADS)
#endif

// Each thread takes every so many-th of `size` elements, so any grid does.
#define FOR_EACH(t, size)                                           \
    for (INDEX t = (INDEX)blockIdx.x * blockDim.x + threadIdx.x;    \
         t < (size); t += (INDEX)blockDim.x * gridDim.x)

// Windows that slide over images, as in geometry.py.
struct Window {
    int channels, height, width;  // an image: (channels, height, width)
    int out_height, out_width;    // how many windows there are
    int kernel_height, kernel_width;
    int stride_height, stride_width;
    int dilation_height, dilation_width;
    int top, left;  // padding before the image
};
