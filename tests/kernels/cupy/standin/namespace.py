"""The array API standard over the stand-in's arrays, for code that does not know about CuPy.

NumPy computes. Only functions of the standard exist, with its argument ``device``.
"""

from __future__ import annotations

import array_api_compat.numpy as host
import array_api_strict
import numpy as np

from .arrays import asarray as cupy_asarray
from .arrays import compute, ndarray
from .arrays import empty as new_array
from .device import Device, get_current_stream
from .pinned import alloc_pinned_memory

CREATING = {
    "arange", "eye", "full", "full_like", "linspace", "ones", "ones_like",
    "zeros", "zeros_like",
}  # fmt: skip
PRODUCTS = {"matmul", "tensordot", "vecdot"}
JOINING = {"concat", "stack"}


class Namespace:
    """The functions of the standard."""

    __name__ = "cupy"
    ndarray = ndarray
    float16 = np.dtype("float16")

    def __getattr__(self, name):
        if not hasattr(array_api_strict, name):
            raise AttributeError(f"{name} is not in the standard")
        function = getattr(host, name)
        if isinstance(function, type) or not callable(function):
            return function
        wrapped = _creating(function) if name in CREATING else _computing(name, function)
        setattr(self, name, wrapped)
        return wrapped

    def __array_namespace_info__(self):
        return _Info()

    def asarray(self, obj, /, *, dtype=None, device=None, copy=None):
        with device or Device():
            if isinstance(obj, ndarray) and copy:
                obj = obj.copy()
            return cupy_asarray(obj, dtype=dtype)

    def empty(self, shape, *, dtype=None, device=None):
        with device or Device():
            return new_array(shape, dtype or float)

    def empty_like(self, x, /, *, dtype=None, device=None):
        return self.empty(x.shape, dtype=dtype or x.dtype, device=device or x.device)

    def astype(self, x, dtype, /, *, copy=True, device=None):
        return x.astype(dtype, copy=copy)

    def isdtype(self, dtype, kind):
        return host.isdtype(dtype, kind)

    def finfo(self, kind):
        return host.finfo(getattr(kind, "dtype", kind))

    def iinfo(self, kind):
        return host.iinfo(getattr(kind, "dtype", kind))

    def can_cast(self, from_, to):
        return host.can_cast(getattr(from_, "dtype", from_), to)

    def result_type(self, *arrays):
        return host.result_type(*(getattr(x, "dtype", x) for x in arrays))


class _Info:
    """What the devices can do: all that NumPy can."""

    def dtypes(self, *, device=None, kind=None):
        return host.__array_namespace_info__().dtypes(kind=kind)


def _creating(function):
    def create(*args, device=None, **options):
        with device or Device():
            return compute(lambda *a, **o: np.array(function(*a, **o)), *args, **options)

    return create


def _computing(name, function):
    def called(*args, **options):
        if name in PRODUCTS and get_current_stream().is_capturing():
            raise NotImplementedError(
                "calling cuBLAS API during stream capture is currently unsupported"
            )
        if name in JOINING and len(args[0]) > 8 and len({x.dtype for x in args[0]}) == 1:
            alloc_pinned_memory(8 * len(args[0]))  # for a table of addresses
        return compute(function, *args, **options)

    return called
