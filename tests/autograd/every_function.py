"""One row for each function of the standard, and for each of its options."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

rng = np.random.default_rng(20241201)


@dataclass
class Row:
    """A call: ``xp.<name>(*args, **options)``, or ``call(xp, *args)`` where that is not enough.

    Arrays among `args` are moved to the backend; floating-point ones are differentiated.
    """

    name: str
    args: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)
    call: Callable[..., Any] | None = None
    order: int = 2
    without: tuple[str, ...] = ()

    def __call__(self, xp: Any, *arrays: Any) -> Any:
        if self.call is not None:
            return self.call(xp, *arrays)
        function = xp
        for part in self.name.split("."):
            function = getattr(function, part)
        return function(*arrays, **self.options)

    def __str__(self) -> str:
        shown = [f"{a.dtype}{list(a.shape)}" if hasattr(a, "shape") else repr(a) for a in self.args]
        shown += [f"{key}={value}" for key, value in self.options.items()]
        return f"{self.name}({', '.join(shown)})".replace("float64", "")


ROWS: list[Row] = []


def row(name: str, *args: Any, call: Any = None, order: int = 2, without: Any = (), **options: Any):
    for one in name.split():
        ROWS.append(Row(one, args, options, call, order, tuple(without)))


def normal(*shape: int) -> np.ndarray:
    return np.asarray(rng.standard_normal(shape))


def positive(*shape: int) -> np.ndarray:
    return np.asarray(rng.uniform(0.5, 2.0, shape))


def inside(*shape: int) -> np.ndarray:
    """Numbers between -1 and 1."""
    return np.asarray(rng.uniform(-0.9, 0.9, shape))


def integers(*shape: int, high: int = 5) -> np.ndarray:
    return np.asarray(rng.integers(0, high, shape))


TRUTH = np.asarray([[True, False, True], [False, False, True]])
NO_DATA_DEPENDENT_SHAPES = ("strict-no-bool",)

# ---- element-wise ------------------------------------------------------------------------------
SMOOTH = "abs asinh atan conj cos cosh exp expm1 negative positive real sin sinh square tan tanh"
row(SMOOTH, normal(2, 3))
row(SMOOTH, normal())
row("acos asin atanh", inside(2, 3))
row("acosh", 1.5 + positive(2, 3))
row("log log10 log1p log2 reciprocal sqrt", positive(2, 3))
BINARY = "add atan2 copysign divide hypot logaddexp maximum minimum multiply remainder subtract"
for other in (normal(2, 3), normal(3), normal(2, 1), normal(4, 1, 3), normal(), normal(0, 2, 1)):
    row(BINARY, normal(2, 3), other)
    row("pow", positive(2, 3), other)
for number in (0.7, 2, -1.5):
    row(BINARY, normal(2, 3), number)
    row(BINARY, number, normal(2, 3))
    row("pow", positive(2, 3), number)
row("pow", 2, normal(2, 3))
row("pow", 0.7, normal(2, 3))
row("pow", normal(2, 3), 2)
row("pow", normal(2, 3), 0)
row("pow", normal(2, 3), call=lambda xp, x: xp.pow(x, xp.full_like(x, 3.0)))
row("clip", normal(2, 3))
row("clip", normal(2, 3), -0.5)
row("clip", normal(2, 3), None, 0.5)
row("clip", normal(2, 3), -0.5, 0.5)
row("clip", normal(2, 3), -positive(3), positive(2, 1))
row("clip", normal(2, 3), min=-0.2, max=0.3)
row("where", TRUTH, normal(2, 3), normal(3))
row("where", TRUTH, normal(), normal(2, 1))
row("where", TRUTH, normal(2, 3), 1.5)
row("where", TRUTH, 2, normal(2, 3))
row("astype", normal(2, 3), call=lambda xp, x: xp.astype(x, x.dtype))
row("astype", normal(2, 3), call=lambda xp, x: xp.astype(x, x.dtype, copy=False))

# ---- reductions --------------------------------------------------------------------------------
for options in (
    {},
    {"axis": 0},
    {"axis": -1, "keepdims": True},
    {"axis": (0, 2)},
    {"axis": (-1, 0), "keepdims": True},
    {"keepdims": True},
):
    row("max mean min prod std sum var", normal(2, 3, 4), **options)
    row("std var", normal(2, 3, 4), correction=1.0, **options)
    row("all any count_nonzero", TRUTH[:, None, :], **options)
    if not isinstance(options.get("axis"), tuple):
        row("argmax argmin", normal(2, 3, 4), **options)
row("max mean min prod sum", normal())
row("sum prod", normal(2, 3), call=lambda xp, x: xp.sum(x, axis=1, dtype=x.dtype))
row("sum prod", normal(0, 3), axis=0)
row("mean max min", normal(0, 3), axis=1)
for options in ({"axis": 1}, {"axis": -3, "include_initial": True}):
    row("cumulative_prod cumulative_sum", normal(2, 3, 2), **options)
row("cumulative_prod cumulative_sum", normal(4))
row("diff", normal(3, 4))
row("diff", normal(3, 4), axis=0, n=2)
row("diff", normal(3, 4), normal(3, 1), call=lambda xp, x, p: xp.diff(x, prepend=p))
row("diff", normal(3, 4), normal(2, 4), call=lambda xp, x, a: xp.diff(x, axis=0, append=a, n=2))

# ---- shapes ------------------------------------------------------------------------------------
row("reshape", normal(2, 3), (3, 2))
row("reshape", normal(2, 3), (-1,))
row("reshape", normal(2, 3), shape=(6, 1), copy=True)
row("reshape", normal(), (1, 1))
row("expand_dims", normal(2, 3), axis=1)
row("expand_dims", normal(2, 3), axis=-1)
row("squeeze", normal(2, 1, 3), 1)
row("squeeze", normal(1, 2, 1), axis=(0, -1))
row("broadcast_to", normal(2, 1), (4, 2, 3))
row("broadcast_to", normal(), (2, 2))
row("broadcast_arrays", normal(2, 1), normal(3))
row("matrix_transpose", normal(2, 3, 4))
row("permute_dims", normal(2, 3, 4), (2, 0, 1))
row("permute_dims", normal(2, 3, 4), axes=(-1, 0, -2), without=["jax"])
row("moveaxis", normal(2, 3, 4), 0, -1)
row("moveaxis", normal(2, 3, 4), (0, 2), (1, 0))
row("flip", normal(2, 3))
row("flip", normal(2, 3), axis=1)
row("flip", normal(2, 3, 4), axis=(0, -1))
row("roll", normal(2, 3), 2)
row("roll", normal(2, 3), -1, axis=1)
row("roll", normal(2, 3), (1, 2), axis=(0, 1))
row("tile", normal(2, 3), (2,))
row("tile", normal(2, 3), (2, 1, 3))
row("tile", normal(2, 3), (2, 2))
row("repeat", normal(2, 3), 2)
row("repeat", normal(2, 3), 3, axis=0)
row(
    "repeat",
    normal(2, 3),
    np.asarray([2, 0, 1]),
    axis=1,
    without=NO_DATA_DEPENDENT_SHAPES,
)
row("concat", normal(2, 3), normal(1, 3), call=lambda xp, *a: xp.concat(a))
row("concat", normal(2, 3), normal(2, 0), normal(2, 1), call=lambda xp, *a: xp.concat(a, axis=-1))
row("concat", normal(2, 3), normal(2), call=lambda xp, *a: xp.concat(list(a), axis=None))
row("stack", normal(2, 3), normal(2, 3), call=lambda xp, *a: xp.stack(a))
row("stack", normal(2, 3), normal(2, 3), call=lambda xp, *a: xp.stack(list(a), axis=-1))
row("unstack", normal(2, 3))
row("unstack", normal(2, 3), axis=-1)
row("meshgrid", normal(2), normal(3))
row("meshgrid", normal(2), normal(3), normal(1), indexing="ij")
row("tril triu", normal(2, 3, 4))
row("tril triu", normal(3, 4), k=1)
row("tril triu", normal(3, 4), k=-1)

# ---- picking elements --------------------------------------------------------------------------
row("take", normal(4), np.asarray([3, 0, 3]))
row("take", normal(2, 4), np.asarray([3, 0, 3, -1]), axis=1)
row("take", normal(3, 2), np.asarray([1, 1]), axis=-2)
row("take_along_axis", normal(2, 3), np.asarray([[2, 2, 0, 1], [0, 0, 0, -1]]))
row("take_along_axis", normal(3, 2), np.asarray([[2, 0], [2, 2]]), axis=0)
row("sort", normal(3, 4))
row("sort", normal(3, 4), axis=0, descending=True)
row("sort", normal(3, 4), stable=False)
row("argsort", normal(3, 4), axis=0, descending=True)
row("searchsorted", np.asarray([0.0, 1.0, 2.0]), normal(4), side="right")
row("nonzero", TRUTH, without=NO_DATA_DEPENDENT_SHAPES)
STRICT = ("strict", "strict-device1", "strict-no-bool")
row("isin", integers(2, 3), integers(4))
row("isin", integers(2, 3), integers(4), invert=True, without=STRICT)  # it ignores the option
UNIQUE = ("strict-no-bool",)
row("unique_all unique_counts unique_inverse", integers(6), without=(*UNIQUE, "torch"))
row("unique_values", integers(6), without=UNIQUE)
row("unique_values", np.asarray([2.5, 1.5, 2.5]), without=UNIQUE)
row("unique_all", np.asarray([2.5, 1.5, 2.5]), without=(*UNIQUE, "torch"))

# ---- products ----------------------------------------------------------------------------------
for a, b in (
    (normal(2, 3), normal(3, 4)),
    (normal(5, 2, 3), normal(3, 4)),
    (normal(2, 3), normal(5, 3, 4)),
    (normal(1, 2, 3), normal(5, 3, 4)),
    (normal(3), normal(3, 4)),
    (normal(2, 3), normal(3)),
    (normal(5, 2, 3), normal(3)),
    (normal(3), normal(5, 3, 4)),
    (normal(3), normal(3)),
    (normal(0, 3), normal(3, 4)),
    (normal(2, 0), normal(0, 4)),
):
    row("matmul linalg.matmul", a, b)
row("vecdot linalg.vecdot", normal(2, 3), normal(2, 3))
row("vecdot linalg.vecdot", normal(2, 3), normal(3))
row("vecdot linalg.vecdot", normal(3, 1, 2), normal(3, 4, 1), axis=-3)
row("tensordot linalg.tensordot", normal(2, 3, 4), normal(3, 4, 5))
row("tensordot linalg.tensordot", normal(2, 3), normal(3, 2), axes=1)
row("tensordot linalg.tensordot", normal(2), normal(3), axes=0)
row("tensordot linalg.tensordot", normal(2, 3, 4), normal(4, 2, 5), axes=((0, -1), (1, 0)))
row("linalg.outer", normal(2), normal(3))
row("linalg.cross", normal(2, 3), normal(2, 3))
row("linalg.cross", normal(3, 2), normal(3, 1), axis=-2)

# ---- linear algebra ----------------------------------------------------------------------------


def regular(*shape: int) -> np.ndarray:
    """Matrices far from singular."""
    return normal(*shape) + 4 * np.eye(shape[-2], shape[-1])


def symmetric(xp: Any, x: Any) -> Any:
    return 0.5 * (x + xp.matrix_transpose(x))


def definite(xp: Any, x: Any) -> Any:
    unit = xp.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    return xp.matmul(x, xp.matrix_transpose(x)) + unit


for shape in ((3, 3), (2, 3, 3), (1, 1), (0, 3, 3)):
    row("linalg.inv linalg.det linalg.slogdet", regular(*shape))
row("linalg.solve", regular(3, 3), normal(3))
row("linalg.solve", regular(3, 3), normal(3, 2))
row("linalg.solve", regular(2, 3, 3), normal(2, 3, 2))
row("linalg.solve", regular(2, 3, 3), normal(3, 2))
row("linalg.solve", regular(3, 3), normal(2, 3, 2))
for upper in (False, True):
    row(
        "linalg.cholesky",
        normal(2, 3, 3),
        call=lambda xp, x, upper=upper: xp.linalg.cholesky(definite(xp, x), upper=upper),
    )
for shape in ((3, 3), (2, 2, 2)):
    row("linalg.eigh", normal(*shape), call=lambda xp, x: xp.linalg.eigh(symmetric(xp, x)))
    row("linalg.eigvalsh", normal(*shape), call=lambda xp, x: xp.linalg.eigvalsh(symmetric(xp, x)))
for shape in ((3, 3), (2, 4, 3), (3, 4)):
    row("linalg.svd", normal(*shape), full_matrices=False)
    row("linalg.svdvals linalg.pinv", normal(*shape))
row("linalg.svd", normal(3, 3))
row("linalg.pinv", normal(4, 3), rtol=1e-8)
row("linalg.qr", normal(3, 3))
row("linalg.qr", normal(2, 4, 3))
row("linalg.qr", normal(3, 3), mode="complete")
row("linalg.matrix_rank", normal(2, 4, 3))
for offset in (0, 1, -1, -2):
    row("linalg.diagonal linalg.trace", normal(2, 4, 3), offset=offset)
row("linalg.trace", normal(3, 3), call=lambda xp, x: xp.linalg.trace(x, dtype=x.dtype))
row("linalg.matrix_transpose", normal(2, 3, 4))
for power in (0, 1, 2, 5, -2):
    row("linalg.matrix_power", regular(2, 3, 3), power)
for order in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
    row("linalg.matrix_norm", normal(2, 3, 4), ord=order)
    row("linalg.matrix_norm", normal(4, 3), ord=order, keepdims=True)
for order in (0, 1, 2, 3, 1.5, 0.5, -1, -2, math.inf, -math.inf):
    row("linalg.vector_norm", -positive(2, 3, 4), ord=order)
    row("linalg.vector_norm", positive(2, 3, 4), ord=order, axis=(0, -1))
    row("linalg.vector_norm", positive(2, 3), ord=order, axis=1, keepdims=True)
row("linalg.vector_norm", normal(2, 3))

# ---- Fourier transforms: without a derivative, except for the shifts ---------------------------
row("fft.fftshift fft.ifftshift", normal(3, 4))
row("fft.fftshift fft.ifftshift", normal(3, 4), axes=1)
row("fft.fftshift fft.ifftshift", normal(3, 4), axes=(0, -1))
COMPLEX = normal(3, 4) + 1j * normal(3, 4)
row("fft.rfft fft.rfftn fft.ihfft", normal(3, 4))
row("fft.fft fft.ifft fft.irfft fft.hfft fft.fftn fft.ifftn fft.irfftn", COMPLEX)
row("imag", COMPLEX)

# ---- functions whose result does not vary ------------------------------------------------------
row("ceil floor isfinite isinf isnan round sign signbit trunc", normal(2, 3))
row("equal greater greater_equal less less_equal not_equal floor_divide", normal(2, 3), normal(3))
row("equal greater greater_equal less less_equal not_equal floor_divide", normal(2, 3), 0.5)
row("logical_and logical_or logical_xor", TRUTH, TRUTH[:, ::-1].copy())
row("logical_not", TRUTH)
row("bitwise_and bitwise_or bitwise_xor", integers(2, 3), integers(3))
row("bitwise_left_shift bitwise_right_shift", integers(2, 3), 2)
row("bitwise_invert", integers(2, 3))
row("nextafter", normal(2, 3), normal(3))


def created(name: str, *args: Any, **options: Any) -> None:
    """A row for a function that takes dtype and device, here those of an array."""
    row(
        name,
        normal(2, 3),
        call=lambda xp, x: getattr(xp, name)(*args, dtype=x.dtype, device=x.device, **options),
    )


created("arange", 3)
created("arange", 1, 7, 2)
created("eye", 3)
created("eye", 3, 4, k=1)
created("full", (2, 2), 0.5)
created("linspace", 0.0, 1.0, 5)
created("linspace", 0.0, 1.0, 5, endpoint=False)
created("ones", (2, 3))
created("zeros", 3)
created("asarray", [1.0, 2.0])
row("empty", normal(2, 3), call=lambda xp, x: xp.empty(x.shape, dtype=x.dtype).shape)
row("empty_like", normal(2, 3), call=lambda xp, x: xp.empty_like(x).shape)
row("ones_like zeros_like", normal(2, 3))
row("full_like", normal(2, 3), 1.5)
row("asarray", normal(2, 3))
row("from_dlpack", integers(2, 3))
row("fft.fftfreq", normal(2), call=lambda xp, x: xp.fft.fftfreq(5, d=0.5, device=x.device))
row("fft.rfftfreq", normal(2), call=lambda xp, x: xp.fft.rfftfreq(5, d=0.5, device=x.device))

# ---- facts about types and shapes --------------------------------------------------------------
row("broadcast_shapes", (2, 1), (3,))
row("can_cast", call=lambda xp: xp.can_cast(xp.float32, xp.float64))
row("finfo", call=lambda xp: float(xp.finfo(xp.float32).max))
row("iinfo", call=lambda xp: xp.iinfo(xp.int32).max)
row("isdtype", call=lambda xp: xp.isdtype(xp.float32, "real floating"))
row("result_type", normal(2), call=lambda xp, x: xp.result_type(x, xp.float32))
row("__array_namespace_info__", call=lambda xp: tuple(xp.__array_namespace_info__().dtypes()))
