"""A kernel, run on the CPU, against the generic op."""

from __future__ import annotations

import numpy as np

from tests.kernels.cupy import emulated
from xpnet import kernels, ops

DTYPES = ("float16", "float32", "float64")
TOLERANCE = {"float16": 2e-2, "float32": 2e-5, "float64": 1e-12}


def kernel_of(name):
    return {kernel.name: kernel for kernel in kernels.registered("cupy")}[name]


def moved(hosts, dtype=None):
    """Return arrays on the second GPU, floating-point ones as `dtype`."""
    with emulated.Device(1):
        return [None if x is None else emulated.array(_as(x, dtype)) for x in hosts]


def _as(x, dtype):
    return x if dtype is None or x.dtype.kind != "f" else x.astype(dtype)


def narrowed(value, kind):
    """Return an option with numbers that a type of NumPy has."""
    if isinstance(value, tuple):
        return tuple(narrowed(part, kind) for part in value)
    return float(kind(value)) if isinstance(value, float) else value


def of_numpy(value, kind):
    """Return an option with numbers of NumPy in the place of Python's."""
    if isinstance(value, tuple):
        return tuple(of_numpy(part, kind) for part in value)
    whole = np.uint64 if type(value) is int and value >= 2**63 else np.int64
    kinds = {bool: np.bool_, int: whole, float: kind}
    return kinds.get(type(value), lambda same: same)(value)


def errors_like(y, dtype=None):
    """Return some numbers of both signs in the shape of `y`, of each part of a tuple."""
    if isinstance(y, tuple):
        return tuple(errors_like(part, dtype) for part in y)
    values = np.cos(np.arange(y.size)).reshape(y.shape)
    return values.astype(dtype or y.dtype)


def _exact(dy):
    if isinstance(dy, tuple):
        return tuple(map(_exact, dy))
    return None if dy is None else dy.astype("float64")


def run(name, arrays, wrt=(0,), dy=None, **options):
    """Return a kernel's results and gradients, None where there is none or nobody asks."""
    kernel = kernel_of(name)
    assert kernel.accepts(*arrays, **options) is True
    y, saved = kernel.forward(*arrays, **options)
    needs = tuple(i in wrt for i in range(len(arrays)))
    dy = errors_like(y) if dy is None else dy
    several = isinstance(y, tuple)
    dy = tuple(moved(dy)) if several else moved([dy])[0]
    return [*(y if several else (y,)), *kernel.backward(dy, saved, needs)]


def expected(name, hosts, wrt=(0,), dy=None, **options):
    """Return the generic op's results and gradients in float64."""
    exact = [x if x is None or x.dtype.kind != "f" else x.astype("float64") for x in hosts]
    y, saved = ops.OPS[name].forward(*exact, **options)
    needs = tuple(i in wrt for i in range(len(hosts)))
    dy = errors_like(y) if dy is None else _exact(dy)
    gradients = ops.OPS[name].backward(dy, saved, needs)
    results = y if isinstance(y, tuple) else (y,)
    return [*results, *(g if needed else None for g, needed in zip(gradients, needs, strict=True))]


def agree(name, hosts, wrt=(0,), dtype="float64", dy=None, **options):
    """Raise unless kernel and generic op give the same, on the arrays' device and in their dtype.

    Returns what the kernel gives.
    """
    rounded = [None if x is None else _as(x, dtype) for x in hosts]
    arrays = moved(rounded)
    results = run(name, arrays, wrt, dy, **options)
    wanted = expected(name, rounded, wrt, dy, **options)
    assert len(results) == len(wanted)
    for actual, truth in zip(results, wanted, strict=True):
        if truth is None:
            assert actual is None
            continue
        assert actual.dtype == arrays[0].dtype
        assert actual.shape == np.shape(truth)
        assert actual.device == emulated.Device(1)
        # sums in float16 are compared with the size of their terms
        scale = max(1.0, float(np.abs(np.nan_to_num(truth)).max(initial=0)))
        tolerance = TOLERANCE[dtype]
        np.testing.assert_allclose(
            np.asarray(actual, "float64"), truth, rtol=tolerance, atol=tolerance * scale
        )
    for array, before in zip(arrays, rounded, strict=True):
        if before is not None:
            np.testing.assert_array_equal(np.asarray(array), before)
    return results
