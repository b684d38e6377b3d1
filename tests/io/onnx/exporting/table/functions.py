"""Each function of the array API standard, on arrays with any number of rows.

x: (N, 3, 4) numbers   p: the same between 0 and 1   i: (N, 3) integers up to 2   b: (N, 3) bools
"""

from __future__ import annotations

import math
import operator

import numpy as np

from xpnet.backend import extra

__all__ = ["BESIDES", "ROWS"]

ROWS = {
    **{
        name: lambda xp, x, _f=name: getattr(xp, _f)(x)
        for name in [
            "abs",
            "ceil",
            "cos",
            "cosh",
            "exp",
            "floor",
            "negative",
            "positive",
            "round",
            "sign",
            "sin",
            "sinh",
            "tan",
            "tanh",
            "square",
            "trunc",
            "expm1",
            "atan",
            "asinh",
            "isfinite",
            "isinf",
            "isnan",
            "signbit",
            "real",
            "conj",
            "isnan",
        ]
    },
    **{
        name: lambda xp, p, _f=name: getattr(xp, _f)(p)
        for name in ["acos", "asin", "atanh", "log", "log1p", "log2", "log10", "reciprocal", "sqrt"]
    },
    **{
        name: lambda xp, x, p, _f=name: getattr(xp, _f)(x, p)
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "maximum",
            "minimum",
            "floor_divide",
            "remainder",
            "equal",
            "not_equal",
            "less",
            "less_equal",
            "greater",
            "greater_equal",
            "logaddexp",
            "hypot",
            "atan2",
            "copysign",
        ]
    },
    **{
        name: lambda xp, b, i, _f=name: getattr(xp, _f)(b, i > 0)
        for name in ["logical_and", "logical_or", "logical_xor"]
    },
    **{
        name: lambda xp, i, b, _f=name: (getattr(xp, _f)(i, 5 - i), getattr(xp, _f)(b, i > 1))
        for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]
    },
    **{
        name: lambda xp, x, i, _f=name: (
            getattr(xp, _f)(x),
            getattr(xp, _f)(x, axis=1),
            getattr(xp, _f)(x, axis=(1, -1), keepdims=True),
            getattr(xp, _f)(xp.astype(i, xp.float64)),
        )
        for name in ["max", "min", "mean", "sum", "prod", "std", "var", "count_nonzero"]
    },
    "acosh": lambda xp, p: xp.acosh(p + 1.0),
    "all": lambda xp, b: (xp.all(b), xp.all(b, axis=1), xp.all(b, axis=(0, 1), keepdims=True)),
    "any": lambda xp, b: (xp.any(b), xp.any(b, axis=1), xp.any(b, axis=(0, 1), keepdims=True)),
    "arange": lambda xp, i: i + xp.arange(3) + xp.arange(i.shape[0] * 3, 0, -3)[:, None],
    "argmax": lambda xp, x: (xp.argmax(x), xp.argmax(x, axis=1), xp.argmax(x, keepdims=True)),
    "argmin": lambda xp, x: (xp.argmin(x), xp.argmin(x, axis=-1, keepdims=True)),
    "argsort": lambda xp, i: (xp.argsort(i), xp.argsort(i, descending=True)),
    "asarray": lambda xp, x: xp.asarray([x[0, 0, 0], x[0, 1, 0]]) + xp.asarray([1.0, 2.0]),
    "astype": lambda xp, x: (xp.astype(x, xp.int64), xp.astype(x, xp.bool), xp.astype(x, x.dtype)),
    "bitwise_invert": lambda xp, i, b: (xp.bitwise_invert(i), xp.bitwise_invert(b)),
    "bitwise_left_shift": lambda xp, i: (
        i << 2,
        xp.astype(i, xp.uint32) << xp.astype(i, xp.uint32),
    ),
    "bitwise_right_shift": lambda xp, i: (
        (i - 1) >> 1,
        xp.astype(i, xp.uint32) >> xp.astype(i, xp.uint32),
    ),
    "broadcast_arrays": lambda xp, x, b: xp.broadcast_arrays(x, x[:, :1, :])[1],
    "broadcast_shapes": lambda xp, x: xp.zeros(xp.broadcast_shapes(x.shape, (1, 4))) + x,
    "broadcast_to": lambda xp, x: xp.broadcast_to(x[:, :1, :], x.shape),
    "clip": lambda xp, x, p: (
        xp.clip(x, -0.5, 0.5),
        xp.clip(x, min=0.0),
        xp.clip(x, -p, p),
        xp.clip(x),
    ),
    "concat": lambda xp, x, i: (xp.concat([x, x, x], axis=1), xp.concat([x, x], axis=None)),
    "cumulative_sum": lambda xp, x: (
        xp.cumulative_sum(x, axis=1),
        xp.cumulative_sum(x, axis=-1, include_initial=True),
    ),
    "diff": lambda xp, x: xp.diff(x, axis=1),
    "empty": lambda xp, x: xp.empty((x.shape[0], 2)) * 0.0 + x[:, 0, :2],
    "empty_like": lambda xp, x: xp.where(xp.isnan(xp.empty_like(x)), x, x),
    "expand_dims": lambda xp, x: xp.expand_dims(x, axis=1),
    "eye": lambda xp, x: xp.eye(x.shape[0], 4, k=1) + x[:, 0, :],
    "flip": lambda xp, x: (xp.flip(x), xp.flip(x, axis=1), xp.flip(x, axis=(0, -1))),
    "from_dlpack": lambda xp, x: xp.from_dlpack(np.ones(4, np.float32)) + x,
    "full": lambda xp, x: xp.full((x.shape[0], 4), 2.0) + xp.full((2, 4), x[0, 0, 0])[0, :],
    "full_like": lambda xp, x: xp.full_like(x, 3.0) + x,
    "isin": lambda xp, i: xp.isin(i, xp.asarray([1, 2])),
    "linspace": lambda xp, x: xp.linspace(0.0, 1.0, 4) + xp.linspace(x[0, 0, 0], 1.0, 4),
    "logical_not": lambda xp, b: xp.logical_not(b),
    "matmul": lambda xp, x, i: (xp.matmul(x, xp.ones((4, 2))), i @ xp.ones((3, 1), dtype=xp.int64)),
    "matrix_transpose": lambda xp, x: (xp.matrix_transpose(x), x.mT),
    "meshgrid": lambda xp, x: xp.meshgrid(x[:, 0, 0], x[0, 0, :]),
    "moveaxis": lambda xp, x: (xp.moveaxis(x, 0, -1), xp.moveaxis(x, (0, 1), (2, 0))),
    "ones": lambda xp, x: xp.ones((x.shape[0], 1)) + x[:, 0, :],
    "ones_like": lambda xp, x: xp.ones_like(x) + x,
    "permute_dims": lambda xp, x: xp.permute_dims(x, (1, 0, 2)),
    "pow": lambda xp, x, p: (x**2, p**0.5, xp.pow(p, x), 2.0**x),
    "repeat": lambda xp, x: (
        xp.repeat(x, 2, axis=1),
        xp.repeat(x, 2),
        xp.repeat(x, xp.asarray([1, 0, 2]), axis=1),
    ),
    "reshape": lambda xp, x: (
        xp.reshape(x, (-1,)),
        xp.reshape(x, (4, -1)),
        xp.reshape(x, (x.shape[0], -1)),
    ),
    "roll": lambda xp, x: (xp.roll(x, 1), xp.roll(x, -1, axis=1), xp.roll(x, (1, 2), axis=(1, 2))),
    "searchsorted": lambda xp, x: (
        xp.searchsorted(xp.asarray([-1.0, 0.0, 1.0]), x[:, 0, 0]),
        xp.searchsorted(xp.asarray([-1.0, 0.0, 1.0]), x[:, 0, 0], side="right"),
    ),
    "sort": lambda xp, x, i: (xp.sort(x), xp.sort(i, axis=0, descending=True)),
    "squeeze": lambda xp, x: xp.squeeze(x[:, :1, :], axis=1),
    "stack": lambda xp, x: xp.stack([x, x], axis=1),
    "take": lambda xp, x, i: (xp.take(x, xp.asarray([2, 0]), axis=1), xp.take(x, i[0, :], axis=2)),
    "take_along_axis": lambda xp, x, i: (
        xp.take_along_axis(x, i[:, :, None], axis=1),
        xp.take_along_axis(x, i[:, :, None], axis=-1),
    ),
    "tensordot": lambda xp, x: (
        xp.tensordot(x, x, axes=((1, 2), (1, 2))),
        xp.tensordot(x, xp.ones((4, 2)), axes=1),
    ),
    "tile": lambda xp, x: (xp.tile(x, (1, 2, 1)), xp.tile(x, 3), xp.tile(x, (2, 1, 1, 1))),
    "tril": lambda xp, x: (xp.tril(x), xp.tril(x, k=-1)),
    "triu": lambda xp, x: (xp.triu(x), xp.triu(x, k=1)),
    "unstack": lambda xp, x: xp.unstack(x, axis=1),
    "vecdot": lambda xp, x, p: (xp.vecdot(x, p), xp.vecdot(x, p, axis=1)),
    "where": lambda xp, x, b: (xp.where(x > 0, x, 0.0), xp.where(b[..., None], x, -x)),
    "zeros": lambda xp, x: xp.zeros((x.shape[0], 1)) + x[:, 0, :],
    "zeros_like": lambda xp, x: xp.zeros_like(x) + x,
    "linalg.matmul": lambda xp, x: xp.linalg.matmul(x, xp.ones((4, 2))),
    "linalg.matrix_transpose": lambda xp, x: xp.linalg.matrix_transpose(x),
    "linalg.vecdot": lambda xp, x, p: xp.linalg.vecdot(x, p),
    "linalg.tensordot": lambda xp, x: xp.linalg.tensordot(x, xp.ones((4, 2)), axes=1),
    "linalg.outer": lambda xp, x: xp.linalg.outer(x[:, 0, 0], x[0, 0, :]),
    "linalg.det": lambda xp, x: xp.linalg.det(x[:, :, :3]),
    "linalg.trace": lambda xp, x: (xp.linalg.trace(x), xp.linalg.trace(x, offset=1)),
    "linalg.diagonal": lambda xp, x: (xp.linalg.diagonal(x), xp.linalg.diagonal(x, offset=-1)),
    "linalg.vector_norm": lambda xp, x: tuple(
        xp.linalg.vector_norm(x, axis=1, ord=k) for k in (0, 1, 2, 3, math.inf, -math.inf)
    ),
    "linalg.matrix_norm": lambda xp, x: (xp.linalg.matrix_norm(x), xp.linalg.matrix_norm(x, ord=1)),
    "linalg.matrix_power": lambda xp, x: xp.linalg.matrix_power(x[:, :, :3], 3),
    "fft.fftshift": lambda xp, x: xp.fft.fftshift(x, axes=(1, 2)),
    "fft.ifftshift": lambda xp, x: xp.fft.ifftshift(x, axes=(1,)),
}


def operators_of_python(xp, x, i, b):
    arithmetic = (operator.add, operator.sub, operator.mul, operator.truediv)
    found = [f(x, 2.0) for f in arithmetic] + [f(2.0, x) for f in arithmetic]
    found += [
        -x,
        abs(x),
        ~b,
        x > 0,
        x >= 0,
        x < 0,
        x <= 0,
        i == 1,
        i != 1,
        b & (i > 0),
        b | (i > 0),
    ]
    found += [i // 2, (i - 2) // 2, (i - 2) % 3, i - 5 // (i + 1), x // 0.7, x % 0.7, 5 % (i + 1)]
    return (*found, x @ x.mT, i << 1, i ^ 1)


def types_promoted(xp, x, i, b):
    double, short = xp.astype(x, xp.float64), xp.astype(i, xp.int32)
    return x + double, short + i, i / 2, xp.mean(xp.astype(b, x.dtype)), xp.sum(short), short * 2


def indices(xp, x, i):
    found = [
        x[0, 1, 2],
        x[:, 1],
        x[..., 1],
        x[:, 1:],
        x[:, ::2, ::-1],
        x[:, -1, -2:],
        x[-1],
        x[...],
    ]
    found += [
        x[:, :, -1:0:-1],
        x[:, 5:],
        x[: x.shape[0] - 1],
        x[None, :, None, 0],
        x[x.shape[0] - 1],
    ]
    rows = xp.arange(x.shape[0])
    found += [x[:, np.asarray([0, 2, 0])], x[..., np.asarray([[0, 1], [2, 3]])], x[rows, i[:, 0]]]
    found += [x[:, i[0, :], i[0, :]], x[rows[:, None], i], x[:, np.asarray([True, False, True]), :]]
    return (*found, x[:, :2, None, np.asarray([1, 0])], x[:, [-1, 0]])


def writes(xp, x, i, b):
    found = []
    for key, value in (
        ((slice(None), 0), 5.0),
        ((slice(None), slice(1, None), -1), x[:, :2, 0]),
        ((Ellipsis, slice(None, None, -2)), x[:, :, :2]),
        ((slice(None), 1), x[0, 0, :]),
        (b, 0.0),
        (Ellipsis, x + 1.0),
    ):
        y = xp.asarray(x, copy=True)
        y[key] = value
        found.append(y)
    return tuple(found)


def beyond_the_standard(xp, x, i):
    widths = [(0, 0), (1, 0), (0, 2)]
    table = extra.one_hot(i, 3, x.dtype, xp)
    summed = extra.scatter_add(x[0, :, :], i[0, :], 4), extra.scatter_add(x, i[0, :], 4, 1)
    return extra.pad(x, widths), extra.pad(x, widths, 2.0), extra.erf(x), table, *summed


BESIDES = [operators_of_python, types_promoted, indices, writes, beyond_the_standard]
