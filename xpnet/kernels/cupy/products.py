"""Products of two matrices by a cuBLAS handle of our own, so that a graph can record them.

CuPy refuses calls of cuBLAS while a stream is being captured (cupy#6290); cuBLAS itself does not
mind, if its workspace is given to it. All products of the kernels go this way, recorded or not: so
a recorded step does bit for bit what the step does that is not. Where cuBLAS cannot be loaded,
CuPy's own product serves, and nothing can be recorded.

cuBLAS thinks of columns that lie in one piece, we of rows: a matrix that lies in rows is for it the
transposed one. So C = A B is asked for as Cᵀ = Bᵀ Aᵀ, and nothing is moved.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
import threading
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ...backend import recording
from ...errors import BackendError
from ...typing import Array
from .gpu import cupy

__all__ = ["product"]

AS_IT_LIES, TRANSPOSED = 0, 1
"""cublasOperation_t."""

WORKSPACE, OF_HOPPER = 4 << 20, 32 << 20
"""Bytes of a workspace, as NVIDIA recommends them: below compute capability 9.0, and from it."""

COMPUTE_FLOAT, COMPUTE_TF32, COMPUTE_DOUBLE = 68, 77, 70
"""cublasComputeType_t: what sums are made in. Half precision is summed in float32."""

_TYPES = {"f": (0, COMPUTE_FLOAT), "d": (1, COMPUTE_DOUBLE), "e": (2, COMPUTE_FLOAT)}
"""cudaDataType of a dtype, and what its sums are made in."""

CUPY_TF32 = 7
"""CuPy's number for products of float32 in TF32, where somebody asked for them."""

DEFAULT_ALGORITHM = -1

SUMS_IN_FULL = 16
"""cublasMath_t: products of half precision are not rounded before they are added up."""

ALLOC_FAILED = 3
"""cublasStatus_t: there was no memory for what cuBLAS needs."""


class Matrix(NamedTuple):
    """How a matrix lies in memory, as cuBLAS is told of it."""

    address: int
    operation: int
    leading: int


def product(
    a: Array, b: Array, out: Array | None = None, *, alpha: float = 1.0, beta: float = 0.0
) -> Array:
    """Return alpha a b + beta out, (m, k) (k, n) -> (m, n), on the current device.

    Parameters
    ----------
    a, b : array
        Of one dtype: float16, float32 or float64. Transposed views (``w.T``) and slices of rows or
        columns are read where they lie; others are copied first.
    out : array, optional
        Written to. It lies in one piece.
    alpha, beta : float
        Without `beta`, `out` need not hold numbers yet.
    """
    (m, k), n = a.shape, b.shape[1]
    if out is None:
        out = cupy().empty((m, n), a.dtype)
    if not out.size:
        return out
    if _library() is None:
        if recording() is not None:
            raise BackendError(
                "product: cuBLAS must be there to record a product, it was not found; install it "
                "with CuPy, pip install 'cupy-cuda13x[ctk]'"
            )
        return _by_cupy(a, b, out, alpha, beta)
    a, first = _read(a)
    b, second = _read(b)
    third = _layout(out)
    if third is None or third.operation != AS_IT_LIES:
        raise BackendError(
            f"product: out must lie in rows, got strides {out.strides} for shape {out.shape}; give "
            "an array that empty made"
        )
    kind, compute = _TYPES[a.dtype.char]
    number = ctypes.c_double if kind == 1 else ctypes.c_float
    if compute == COMPUTE_FLOAT and kind == 0 and _asks_for_tf32():
        compute = COMPUTE_TF32
    status = _library().cublasGemmEx(
        _handle().ready(),
        *(second.operation, first.operation),
        *(n, m, k),
        ctypes.byref(number(alpha)),
        *(second.address, kind, second.leading),
        *(first.address, kind, first.leading),
        ctypes.byref(number(beta)),
        *(third.address, kind, third.leading),
        *(compute, DEFAULT_ALGORITHM),
    )
    _check("cublasGemmEx", status)
    return out


def _by_cupy(a: Array, b: Array, out: Array, alpha: float, beta: float) -> Array:
    if alpha == 1 and beta == 0:
        return cupy().matmul(a, b, out=out)
    scaled = cupy().matmul(a, b)
    scaled *= alpha
    if beta:
        scaled += beta * out
    out[...] = scaled
    return out


# ---- how matrices lie ----------------------------------------------------------------------------


def _read(x: Array) -> tuple[Array, Matrix]:
    """Return the matrix, or a copy, and how it lies."""
    found = _layout(x)
    if found is None:
        x = cupy().ascontiguousarray(x)
        found = _layout(x)
    return x, found  # type: ignore[return-value]


def _layout(x: Array) -> Matrix | None:
    """Tell how a matrix lies if its rows, or its columns, do so in one piece each."""
    (rows, columns), itemsize = x.shape, x.dtype.itemsize
    down, along = (stride // itemsize for stride in x.strides)
    # strides of an axis of length 1 mean nothing
    if (along == 1 or columns == 1) and (down >= columns or rows == 1):
        return Matrix(x.data.ptr, AS_IT_LIES, max(columns, down if rows > 1 else 1))
    if (down == 1 or rows == 1) and (along >= rows or columns == 1):
        return Matrix(x.data.ptr, TRANSPOSED, max(rows, along if columns > 1 else 1))
    return None


def _asks_for_tf32() -> bool:
    linalg = importlib.import_module("cupy._core._routines_linalg")
    return bool(linalg.get_compute_type(np.dtype(np.float32)) == CUPY_TF32)


# ---- cuBLAS --------------------------------------------------------------------------------------


@cache
def _library() -> Any:
    """Return cuBLAS, the one that CuPy loads, with the types of its functions; None without it."""
    names = ["libcublas.so.13", "libcublas.so.12"]
    with suppress(Exception):  # CuPy may have been installed in another way: the names are left
        pathfinder = importlib.import_module("cuda.pathfinder")
        names.insert(0, pathfinder.load_nvidia_dynamic_lib("cublas").abs_path)
    for name in filter(None, names):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        pointer, integer = ctypes.c_void_p, ctypes.c_int
        matrix = (pointer, integer, integer)
        for function, arguments in {
            "cublasCreate_v2": (ctypes.POINTER(pointer),),
            "cublasDestroy_v2": (pointer,),
            "cublasSetStream_v2": (pointer, pointer),
            "cublasSetMathMode": (pointer, integer),
            "cublasSetWorkspace_v2": (pointer, pointer, ctypes.c_size_t),
            "cublasGemmEx": (
                *(pointer, integer, integer, integer, integer, integer),
                *(pointer, *matrix, *matrix, pointer, *matrix, integer, integer),
            ),
        }.items():
            getattr(library, function).argtypes = arguments
            getattr(library, function).restype = integer
        return library
    return None


class _Handle:
    """A handle of cuBLAS for one device and thread, with a workspace for each stream."""

    def __init__(self) -> None:
        self.pointer = ctypes.c_void_p()
        self.library, self.device = _library(), cupy().cuda.Device()
        _check("cublasCreate_v2", self.library.cublasCreate_v2(ctypes.byref(self.pointer)))
        status = _library().cublasSetMathMode(self.pointer, SUMS_IN_FULL)
        _check("cublasSetMathMode", status)
        self.stream: int | None = None
        self.workspaces: dict[int, Array] = {}

    def __del__(self) -> None:
        """Give the handle back, when its thread has ended; a process that ends does so itself."""
        if self.pointer and not sys.is_finalizing():
            with self.device:
                self.library.cublasDestroy_v2(self.pointer)

    def ready(self) -> ctypes.c_void_p:
        """Return the handle, set to the current stream."""
        stream: int = cupy().cuda.get_current_stream().ptr
        if stream != self.stream:
            if stream not in self.workspaces:
                lasting = cupy().get_default_memory_pool().malloc  # longer than a recording
                with cupy().cuda.using_allocator(lasting):
                    self.workspaces[stream] = cupy().empty(_workspace_bytes(), np.uint8)
            room = self.workspaces[stream]
            _check("cublasSetStream_v2", _library().cublasSetStream_v2(self.pointer, stream))
            # a new stream takes the workspace away
            status = _library().cublasSetWorkspace_v2(self.pointer, room.data.ptr, room.size)
            _check("cublasSetWorkspace_v2", status)
            self.stream = stream
        return self.pointer


def _workspace_bytes() -> int:
    capability = int(cupy().cuda.Device().compute_capability)
    return OF_HOPPER if capability >= 90 else WORKSPACE


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.handles: dict[int, _Handle] = {}


_of_thread = _OfThread()


def _handle() -> _Handle:
    device: int = cupy().cuda.Device().id
    if device not in _of_thread.handles:
        _of_thread.handles[device] = _Handle()
    return _of_thread.handles[device]


def _check(function: str, status: int) -> None:
    if status:
        # the name, by which the shortage is recognised
        name = "CUBLAS_STATUS_ALLOC_FAILED" if status == ALLOC_FAILED else f"status {status}"
        raise BackendError(
            f"product: {function} must succeed, got {name} of cuBLAS; is the GPU out of "
            "memory? XPNET_KERNELS=off does without it"
        )
