"""What is called of cuBLAS, by address, with columns that lie in one piece."""

from __future__ import annotations

import ctypes
from itertools import count

import numpy as np

from .device import Place, get_current_stream, memory_at, perform

TYPES = {0: np.float32, 1: np.float64, 2: np.float16}
SUMS = {68: np.float32, 77: np.float32, 70: np.float64}


class Library:
    """The functions; each returns 0, as cuBLAS does if all is well."""

    def __init__(self):
        self.numbers = count(1)
        self.streams, self.workspaces, self.computes = {}, {}, []
        self.destroyed = []

    def cublasCreate_v2(self, handle):
        handle._obj.value = next(self.numbers)
        return 0

    def cublasDestroy_v2(self, handle):
        assert handle.value not in self.destroyed
        self.destroyed.append(handle.value)
        return 0

    def cublasSetMathMode(self, handle, mode):
        assert mode in (0, 16)
        return 0

    def cublasSetStream_v2(self, handle, stream):
        self.streams[handle.value] = stream
        self.workspaces.pop(handle.value, None)  # a new stream takes it away
        return 0

    def cublasSetWorkspace_v2(self, handle, address, size):
        assert memory_at(address) is not None
        self.workspaces[handle.value] = (address, size)
        return 0

    def cublasGemmEx(
        self, handle, transa, transb, m, n, k, alpha, a, a_type, lda, b, b_type, ldb,
        beta, c, c_type, ldc, compute, algorithm,
    ):  # fmt: skip
        assert self.streams[handle.value] == get_current_stream().ptr
        assert handle.value in self.workspaces, "cuBLAS would get itself memory"
        assert a_type == b_type == c_type
        number = ctypes.c_double if compute == 70 else ctypes.c_float
        assert type(alpha._obj) is type(beta._obj) is number
        assert algorithm == -1
        self.computes.append(compute)
        real, sums = TYPES[a_type], SUMS[compute]
        assert (real is np.float64) == (sums is np.float64)
        rows_a, columns_a = (k, m) if transa else (m, k)
        rows_b, columns_b = (n, k) if transb else (k, n)
        first = _matrix(a, rows_a, columns_a, lda, real)
        second = _matrix(b, rows_b, columns_b, ldb, real)
        third = _matrix(c, m, n, ldc, real)
        factor, share = alpha._obj.value, beta._obj.value

        def multiply():
            x, y, z = (place.there() for place in (first, second, third))
            x, y = (x.T if transa else x).astype(sums), (y.T if transb else y).astype(sums)
            result = factor * (x @ y)
            z[...] = result + share * z.astype(sums) if share else result

        perform(multiply)
        return 0


def _matrix(address, rows, columns, leading, real):
    """Return where a matrix lies whose columns lie in one piece each."""
    assert leading >= max(1, rows), "cuBLAS refuses such a leading dimension"
    memory = memory_at(address)
    size = np.dtype(real).itemsize
    offset = address - memory.bytes.ctypes.data
    end = offset + (leading * (columns - 1) + rows) * size
    assert columns == 0 or end <= memory.bytes.size
    return Place(memory, offset, (rows, columns), (size, leading * size), np.dtype(real))
