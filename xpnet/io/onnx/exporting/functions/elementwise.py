"""Functions of each element by itself, and of pairs of elements."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..namespace import NAMESPACE as xp  # noqa: N811 - as everywhere in the house
from ..namespace import STANDARD, compute, standard
from ..symbol import Symbol, as_symbol, emit
from .operands import cast, common, promoted

__all__: list[str] = []

UNARY = {
    "abs": "Abs",
    "acos": "Acos",
    "acosh": "Acosh",
    "asin": "Asin",
    "asinh": "Asinh",
    "atan": "Atan",
    "atanh": "Atanh",
    "ceil": "Ceil",
    "cos": "Cos",
    "cosh": "Cosh",
    "exp": "Exp",
    "floor": "Floor",
    "isinf": "IsInf",
    "isnan": "IsNaN",
    "log": "Log",
    "logical_not": "Not",
    "negative": "Neg",
    "reciprocal": "Reciprocal",
    "round": "Round",
    "sign": "Sign",
    "sin": "Sin",
    "sinh": "Sinh",
    "sqrt": "Sqrt",
    "tan": "Tan",
    "tanh": "Tanh",
}
WHOLE_STAY = ("ceil", "floor", "round")

BINARY = {
    "add": "Add",
    "equal": "Equal",
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "less": "Less",
    "less_equal": "LessOrEqual",
    "logical_and": "And",
    "logical_or": "Or",
    "logical_xor": "Xor",
    "maximum": "Max",
    "minimum": "Min",
    "multiply": "Mul",
    "subtract": "Sub",
}


def _is_whole(x: Any) -> bool:
    return np.dtype(common(x)).kind in "iub"


def _unary(name: str, op: str) -> Callable[..., Symbol]:
    function: Any = getattr(compute, name, None) or np.reciprocal

    def call(x: Any, /) -> Any:
        x = as_symbol(x)
        if name in WHOLE_STAY and _is_whole(x):
            return x
        if name in ("isinf", "isnan") and _is_whole(x):
            return xp.zeros_like(x, dtype=np.bool_)
        with np.errstate(all="ignore"):
            return emit(op, [x], function(x.array))

    return call


def _binary(name: str, op: str) -> Callable[..., Symbol]:
    function: Any = getattr(compute, name)

    def call(x1: Any, x2: Any, /) -> Symbol:
        a, b = promoted(x1, x2)
        with np.errstate(all="ignore"):
            return emit(op, [a, b], function(a.array, b.array))

    return call


for _name, _op in UNARY.items():
    STANDARD[_name] = _unary(_name, _op)
for _name, _op in BINARY.items():
    STANDARD[_name] = _binary(_name, _op)


@standard("divide")
def divide(x1: Any, x2: Any, /) -> Symbol:
    dtype = common(x1, x2)
    a, b = promoted(x1, x2, dtype=np.float64 if dtype.kind in "iub" else dtype)
    with np.errstate(all="ignore"):
        return emit("Div", [a, b], a.array / b.array)


@standard("floor_divide")
def floor_divide(x1: Any, x2: Any, /) -> Any:
    a, b = promoted(x1, x2)
    if not _is_whole(a):
        return xp.floor(a / b)
    exact = a - xp.remainder(a, b)  # Div cuts off, so let there be nothing to cut off
    return emit("Div", [exact, b], np.floor_divide(a.array, b.array))


@standard("remainder")
def remainder(x1: Any, x2: Any, /) -> Any:
    a, b = promoted(x1, x2)
    if _is_whole(a):
        return emit("Mod", [a, b], np.remainder(a.array, b.array))
    return a - b * xp.floor(a / b)


@standard("pow")
def power(x1: Any, x2: Any, /) -> Any:
    if isinstance(x1, Symbol) and isinstance(x2, int | float) and x2 == 2:
        return xp.square(x1)
    a, b = promoted(x1, x2)
    with np.errstate(all="ignore"):
        return emit("Pow", [a, b], np.power(a.array, b.array))


@standard("square")
def square(x: Any, /) -> Any:
    return xp.multiply(x, x)


@standard("not_equal")
def not_equal(x1: Any, x2: Any, /) -> Any:
    return xp.logical_not(xp.equal(x1, x2))


@standard("positive")
def positive(x: Any, /) -> Symbol:
    return as_symbol(x)


@standard("real")
def real(x: Any, /) -> Symbol:
    return as_symbol(x)


@standard("conj")
def conj(x: Any, /) -> Symbol:
    return as_symbol(x)


@standard("trunc")
def trunc(x: Any, /) -> Any:
    x = as_symbol(x)
    return x if _is_whole(x) else xp.sign(x) * xp.floor(xp.abs(x))


@standard("isfinite")
def isfinite(x: Any, /) -> Any:
    return xp.logical_not(xp.logical_or(xp.isnan(x), xp.isinf(x)))


@standard("signbit")
def signbit(x: Any, /) -> Any:
    """Tell zeros apart by 1/x, as minus zero is not less than zero."""
    x = as_symbol(x)
    return xp.less(xp.where(x == 0, 1 / x, x), 0)


@standard("copysign")
def copysign(x1: Any, x2: Any, /) -> Any:
    a, b = promoted(x1, x2)
    return xp.where(xp.signbit(b), -xp.abs(a), xp.abs(a))


@standard("log2")
def log2(x: Any, /) -> Any:
    return xp.log(x) * (1 / math.log(2))


@standard("log10")
def log10(x: Any, /) -> Any:
    return xp.log(x) * (1 / math.log(10))


@standard("expm1")
def expm1(x: Any, /) -> Any:
    """exp(x) - 1 is 2 t / (1 - t) with t = tanh(x / 2), which loses no digits near zero."""
    x = as_symbol(x)
    t = xp.tanh(0.5 * x)
    return xp.where(xp.abs(x) < 0.5, 2.0 * t / (1.0 - t), xp.exp(x) - 1.0)


@standard("log1p")
def log1p(x: Any, /) -> Any:
    """log(u) x / (u - 1) with u = 1 + x: what u lost of x is put right (W. Kahan)."""
    x = as_symbol(x)
    u = 1.0 + x
    log = xp.log(u)
    near = xp.where(u == 1.0, x, log * (x / (u - 1.0)))
    return xp.where(xp.abs(x) < 0.5, near, log)


@standard("logaddexp")
def logaddexp(x1: Any, x2: Any, /) -> Any:
    a, b = promoted(x1, x2)
    return xp.maximum(a, b) + xp.log1p(xp.exp(-xp.abs(a - b)))


@standard("hypot")
def hypot(x1: Any, x2: Any, /) -> Any:
    a, b = promoted(x1, x2)
    return xp.sqrt(a * a + b * b)


@standard("atan2")
def atan2(x1: Any, x2: Any, /) -> Any:
    """The angle of the half plane x2 > 0 is atan(x1 / x2); on the other side π is missing."""
    y, x = promoted(x1, x2)
    half_turn = xp.asarray(math.pi, dtype=y.dtype)
    turn = xp.where(xp.signbit(y), -half_turn, half_turn)
    angle = xp.atan(y / x) + xp.where(xp.signbit(x), turn, 0.0)
    on_axis = xp.logical_and(y == 0, x == 0)
    return xp.where(on_axis, xp.where(xp.signbit(x), turn, y), angle)


def _bitwise(name: str, logical: str, op: str) -> None:
    def call(x1: Any, x2: Any, /) -> Any:
        a, b = promoted(x1, x2)
        if a.dtype == np.bool_:
            return getattr(xp, logical)(a, b)
        return emit(op, [a, b], getattr(np, name)(a.array, b.array))

    STANDARD[name] = call


_bitwise("bitwise_and", "logical_and", "BitwiseAnd")
_bitwise("bitwise_or", "logical_or", "BitwiseOr")
_bitwise("bitwise_xor", "logical_xor", "BitwiseXor")


@standard("bitwise_invert")
def bitwise_invert(x: Any, /) -> Any:
    x = as_symbol(x)
    if x.dtype == np.bool_:
        return xp.logical_not(x)
    return emit("BitwiseNot", [x], np.invert(x.array))


def _shift(name: str, direction: str) -> None:
    """ONNX shifts numbers without a sign alone; a shift is a product or quotient otherwise."""

    def call(x1: Any, x2: Any, /) -> Any:
        a, b = promoted(x1, x2)
        if a.dtype.kind == "u":
            result = getattr(np, name)(a.array, b.array)
            return emit("BitShift", [a, b], result, direction=direction)
        factor = cast(xp.round(xp.pow(2.0, cast(b, np.float64))), a.dtype)
        return a * factor if direction == "LEFT" else xp.floor_divide(a, factor)

    STANDARD["bitwise_" + name] = call


_shift("left_shift", "LEFT")
_shift("right_shift", "RIGHT")


@standard("clip")
def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    x = as_symbol(x)
    ends = [None if end is None else promoted(end, dtype=x.dtype)[0] for end in (min, max)]
    if all(end is None or end.ndim == 0 for end in ends):
        if ends[0] is None and ends[1] is None:
            return x
        low, high = (None if end is None else end.array for end in ends)
        return emit("Clip", [x, *ends], np.clip(x.array, low, high))
    least, most = ends
    x = x if least is None else xp.maximum(x, least)
    return x if most is None else xp.minimum(x, most)


@standard("where")
def where(condition: Any, x1: Any, x2: Any, /) -> Symbol:
    condition = cast(as_symbol(condition), np.bool_)
    a, b = promoted(x1, x2)
    return emit("Where", [condition, a, b], np.where(condition.array, a.array, b.array))


@standard("astype")
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Symbol:
    return cast(as_symbol(x), dtype)
