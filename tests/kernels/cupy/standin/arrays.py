"""Arrays of the stand-in: NumPy's, with a device and memory of their own.

Every operation on them makes a new array in new memory, or a view, and is done by `perform`, so
that a graph can record it. Looking at a value waits for the GPU.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np

from . import pinned
from .device import (
    GUARD,
    Device,
    get_current_stream,
    new_memory,
    perform,
    place_of,
    thread,
    wait,
)


class Address(NamedTuple):
    """Where an array begins."""

    ptr: int

    def copy_from_host_async(self, address, size, stream=None):
        _not_recorded()
        ctypes.memmove(self.ptr, address, size)


class ndarray(np.ndarray):  # noqa: N801
    """An array that knows its device and the memory that it lies in."""

    def __array_finalize__(self, source):
        self.memory = getattr(source, "memory", None)
        self._device = getattr(source, "_device", None) or thread().devices[-1]

    # ---- of CuPy alone

    @property
    def device(self):
        return self._device

    @property
    def data(self):
        return Address(self.__array_interface__["data"][0])

    def get(self, stream=None):
        wait("ndarray.get")
        return plain(self).copy()

    def set(self, host, stream=None):
        host = np.asarray(host)
        assert host.shape == self.shape
        assert host.dtype == self.dtype
        assert self.flags.c_contiguous
        _not_recorded()
        plain(self)[...] = host

    # ---- operations

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        function = getattr(ufunc, method)
        if method == "at":
            return _do(inputs[0], lambda x, *others: _at(function, x, others), inputs, options)
        if out is None:
            return compute(function, *inputs, **options)
        (target,) = out
        if type(target) is not ndarray:  # a test that compares
            return function(*map(plain, inputs), out=out, **options)
        return compute_into(target, function, *inputs, **options)

    def __array_function__(self, function, types, args, kwargs):
        return compute(function, *args, **kwargs)

    def __getitem__(self, key):
        return compute(lambda x, k: x[k], self, key)

    def __setitem__(self, key, value):
        if isinstance(value, np.ndarray) and not isinstance(value, ndarray) and value.ndim:
            raise TypeError("an array of the host; CuPy converts none by itself")

        def written(x, k, v):
            x = x.copy()
            x[k] = v
            return x

        _do(self, written, (self, key, value), {})

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        if not copy and self.dtype == dtype:
            return self
        return compute(lambda x: x.astype(dtype), self)

    def copy(self, order="C"):
        return compute(lambda x: x.copy(), self)

    def take(self, indices, axis=None):
        return compute(lambda x, i: x.take(i, axis=axis), self, indices)

    def reshape(self, *shape, order="C"):
        return compute(lambda x: x.reshape(*shape), self)

    def ravel(self, order="C"):
        return self.reshape(-1)

    def argmax(self, axis=None):
        return compute(lambda x: x.argmax(axis=axis), self)

    def fill(self, value):
        self[...] = value

    # ---- looking at values

    def __bool__(self):
        wait("bool")
        return bool(plain(self))

    def __float__(self):
        wait("float")
        return float(plain(self))

    def __int__(self):
        wait("int")
        return int(plain(self))

    def __index__(self):
        wait("index")
        return int(plain(self))

    def item(self, *args):
        wait("item")
        return plain(self).item(*args)

    def tolist(self):
        wait("tolist")
        return plain(self).tolist()


ndarray.__module__ = "cupy"


def plain(x):
    """Return an array of the GPU as NumPy sees it; anything else as it is."""
    return x.view(np.ndarray) if isinstance(x, ndarray) else x


def _plain_tree(x):
    if isinstance(x, tuple | list):
        return type(x)(map(_plain_tree, x))
    return plain(x)


class _Argument:
    """Arguments of a recorded function: arrays by where they lie, everything else as it is."""

    def __init__(self, x):
        self.parts = self.place = None
        if isinstance(x, ndarray) and x.memory is not None:
            self.place = place_of(x)
        elif isinstance(x, tuple | list):
            self.kind, self.parts = type(x), [_Argument(part) for part in x]
        else:
            self.value = plain(x)

    def there(self):
        if self.place is not None:
            return self.place.there()
        if self.parts is not None:
            return self.kind(part.there() for part in self.parts)
        return self.value


def _not_recorded():
    if get_current_stream().is_capturing():
        raise RuntimeError("the current stream is capturing: no copies from the host")


def empty(shape, dtype=float, order="C"):
    dtype = np.dtype(dtype)
    shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    size = int(np.prod(shape)) * dtype.itemsize
    memory = new_memory(size)
    x = np.ndarray(shape, dtype, memory.bytes, GUARD).view(ndarray)
    x.memory, x._device = memory, thread().devices[-1]
    return x


def _arrays_in(x):
    if isinstance(x, ndarray):
        yield x
    elif isinstance(x, tuple | list):
        for part in x:
            yield from _arrays_in(part)


def compute(function, *args, **options):
    """Return what a function of NumPy gives, as arrays of the GPU."""
    given = list(_arrays_in([*args, *options.values()]))
    bare_args, bare_options = _plain_tree(args), {k: _plain_tree(v) for k, v in options.items()}
    with np.errstate(all="ignore"):
        first = function(*bare_args, **bare_options)
    if isinstance(first, tuple):
        results = [
            compute(lambda *a, i=i, **o: function(*a, **o)[i], *args, **options)
            for i in range(len(first))
        ]
        return getattr(type(first), "_make", tuple)(results)
    if not isinstance(first, np.ndarray | np.generic):
        return first
    first = np.asarray(first)
    for x in given:
        if first.size and np.may_share_memory(first, plain(x)):
            view = first.view(ndarray)
            view.memory, view._device = x.memory, x._device
            return view
    result = empty(first.shape, first.dtype)
    _do(result, function, args, options)
    return result


def compute_into(target, function, *args, **options):
    """Let a function of NumPy write its result into an array of the GPU."""
    _do(target, function, args, options)
    return target


def _at(function, x, others):
    x = x.copy()
    function(x, *others)
    return x


def _do(target, function, args, options):
    place, arguments = place_of(target), _Argument(args)
    names, values = list(options), _Argument(list(options.values()))

    def work():
        result = function(*arguments.there(), **dict(zip(names, values.there(), strict=True)))
        place.there()[...] = result

    perform(work)


# ---- the functions of CuPy that kernels use ------------------------------------------------------


def require_here(*arrays):
    for x in arrays:
        assert type(x) is ndarray, f"{type(x)} is not an array of the GPU"
        assert x.device == Device(), "an array of another device"


def zeros(shape, dtype=float):
    x = empty(shape, dtype)
    x[...] = 0
    return x


def array(values, dtype=None):
    """Return a copy, on the current device."""
    if isinstance(values, ndarray):
        return values.copy()
    values = np.asarray(values, dtype)
    x = empty(values.shape, values.dtype)
    if pinned.is_pinned(values):  # read where it lies, at each replay of a graph, too
        _do(x, lambda: values, (), {})
    elif values.ndim:
        pinned.alloc_pinned_memory(values.nbytes)
        x.set(np.ascontiguousarray(values))
    else:
        x[...] = values.item()
    return x


def asarray(values, dtype=None):
    if isinstance(values, ndarray):
        return values if dtype in (None, values.dtype) else values.astype(dtype)
    return array(values, dtype)


def asnumpy(x):
    return x.get() if isinstance(x, ndarray) else np.asarray(x)


def ascontiguousarray(x, dtype=None):
    require_here(x)
    x = x if x.ndim else x.reshape(1)  # as in NumPy
    if x.flags.c_contiguous and dtype in (None, x.dtype):
        return x
    copy = empty(x.shape, dtype or x.dtype)
    copy[...] = x
    return copy


def matmul(a, b, out=None):
    if get_current_stream().is_capturing():
        raise NotImplementedError(
            "calling cuBLAS API during stream capture is currently unsupported"
        )
    require_here(a, b, *([] if out is None else [out]))
    if out is None:
        out = empty((a.shape[0], b.shape[1]), a.dtype)
    assert a.ndim == b.ndim == 2, "other products are slower, and fail for some dtypes"
    assert a.dtype == b.dtype == out.dtype
    assert out.flags.c_contiguous
    exact = np.float32 if a.dtype == np.float16 else a.dtype
    return compute_into(out, lambda x, y: np.matmul(x.astype(exact), y.astype(exact)), a, b)


class _Add:
    """A function of CuPy with `at`."""

    __name__ = "add"
    at = staticmethod(np.add.at)

    def __call__(self, a, b, out=None, dtype=None):
        require_here(a, b)
        if out is None:
            return compute(np.add, a, b, dtype=dtype)
        return compute_into(out, np.add, a, b, dtype=dtype)


add = _Add()


def arange(n):
    return compute(lambda: np.arange(n))


def may_share_memory(a, b):
    return np.may_share_memory(plain(a), plain(b))
