"""Arithmetic, comparison and logic, element by element."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .....backend import dtype_of, extra, is_floating, is_integral, namespace
from ..room import broadcast_shape
from .table import Call, operator

FLOATS = {1: "float32", 10: "float16", 11: "float64", 16: "bfloat16"}
INTEGERS = {2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64",
            12: "uint32", 13: "uint64"}  # fmt: skip
DTYPES = {**FLOATS, **INTEGERS, 9: "bool"}
"""The numbers of the data types in ONNX."""


# ---- one input -------------------------------------------------------------------------------

UNARY = {
    "Neg": "negative", "Abs": "abs", "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Floor": "floor",
    "Ceil": "ceil", "Round": "round", "Sign": "sign", "Sin": "sin", "Cos": "cos", "Tan": "tan",
    "Asin": "asin", "Acos": "acos", "Atan": "atan", "Sinh": "sinh", "Cosh": "cosh",
    "Asinh": "asinh", "Acosh": "acosh", "Atanh": "atanh", "Not": "logical_not", "IsNaN": "isnan",
    "BitwiseNot": "bitwise_invert",
}  # fmt: skip


def _unary(name: str) -> Callable[..., Any]:
    def function(x: Any) -> Any:
        return getattr(namespace(x), name)(x)

    return function


for _name, _function in UNARY.items():
    operator(_name)(_unary(_function))


@operator("Identity")
def identity(x: Any) -> Any:
    """Return what comes."""
    return x


@operator("Reciprocal")
def reciprocal(x: Any) -> Any:
    """Return 1 / x."""
    return 1.0 / x


@operator("Erf")
def erf(x: Any) -> Any:
    """Return the error function."""
    return extra.erf(x)


@operator("IsInf")
def isinf(x: Any, *, detect_negative: int = 1, detect_positive: int = 1) -> Any:
    """Tell which elements are infinite, of either sign or one."""
    xp = namespace(x)
    found = xp.isinf(x)
    if not detect_negative:
        found = xp.logical_and(found, x > 0)
    if not detect_positive:
        found = xp.logical_and(found, x < 0)
    return found


@operator("Cast", outputs=1, choices={"to": tuple(DTYPES)})
def cast(call: Call, x: Any, *, to: int, saturate: int = 1, round_mode: str = "up") -> Any:
    """Change the data type; the other attributes are about 8-bit floats, which are not taken."""
    return as_dtype(x, call.dtype(to))


@operator("CastLike")
def cast_like(x: Any, like: Any, *, saturate: int = 1, round_mode: str = "up") -> Any:
    """Change the data type to that of another array."""
    return namespace(x).astype(x, like.dtype)


def as_dtype(x: Any, name: str) -> Any:
    """Return an array with the data type of a name."""
    xp = namespace(x)
    return xp.astype(x, dtype_of(xp, name), copy=False)


# ---- two and more inputs ---------------------------------------------------------------------

BINARY = {
    "Add": "add", "Sub": "subtract", "Mul": "multiply", "And": "logical_and", "Or": "logical_or",
    "Xor": "logical_xor", "BitwiseAnd": "bitwise_and", "BitwiseOr": "bitwise_or",
    "BitwiseXor": "bitwise_xor",
}  # fmt: skip

COMPARISONS = {
    "Equal": "equal", "Greater": "greater", "GreaterOrEqual": "greater_equal", "Less": "less",
    "LessOrEqual": "less_equal",
}  # fmt: skip


def _binary(name: str) -> Callable[..., Any]:
    def function(a: Any, b: Any) -> Any:
        broadcast_shape(a.shape, b.shape)
        return getattr(namespace(a, b), name)(a, b)

    return function


for _name, _function in BINARY.items():
    operator(_name)(_binary(_function))
for _name, _function in COMPARISONS.items():
    operator(_name, fixed=(0, 1))(_binary(_function))


@operator("BitShift", choices={"direction": ("LEFT", "RIGHT")})
def bit_shift(a: Any, b: Any, *, direction: str) -> Any:
    """Move the bits of whole numbers; what leaves on one side is lost."""
    broadcast_shape(a.shape, b.shape)
    xp = namespace(a, b)
    if direction == "LEFT":
        return xp.bitwise_left_shift(a, b)
    return xp.bitwise_right_shift(a, b)


@operator("Div")
def div(a: Any, b: Any) -> Any:
    """Return a / b; of whole numbers the part before the point."""
    broadcast_shape(a.shape, b.shape)
    xp = namespace(a, b)
    if is_floating(a):
        return xp.divide(a, b)
    quotient = xp.floor_divide(a, b)
    wrong = xp.logical_and(quotient < 0, quotient * b != a)
    return quotient + xp.astype(wrong, quotient.dtype)


@operator("Mod", fixed=(0, 1))
def mod(a: Any, b: Any, *, fmod: int = 0) -> Any:
    """Return the remainder, with the sign of b, or of a with `fmod`."""
    broadcast_shape(a.shape, b.shape)
    xp = namespace(a, b)
    if not fmod:
        return xp.remainder(a, b)
    if not is_floating(a) and "uint" in str(a.dtype):
        return xp.remainder(a, b)
    return xp.sign(a) * xp.remainder(xp.abs(a), xp.abs(b))


@operator("Pow", fixed=(1,))
def power(a: Any, b: Any) -> Any:
    """Return a to the power of b, in the data type of a."""
    broadcast_shape(a.shape, b.shape)
    xp = namespace(a, b)
    if is_integral(a) and is_floating(b):
        return xp.astype(xp.pow(xp.astype(a, b.dtype), b), a.dtype)
    if is_floating(a) or not is_integral(b):
        return xp.pow(a, xp.astype(b, a.dtype))
    wide = xp.astype(a, xp.int64)
    return xp.astype(xp.pow(wide, xp.astype(b, xp.int64)), a.dtype)


def _folded(name: str) -> Callable[..., Any]:
    def function(x: Any, *others: Any) -> Any:
        broadcast_shape(x.shape, *(other.shape for other in others))
        return functools.reduce(getattr(namespace(x, *others), name), others, x)

    return function


operator("Sum")(_folded("add"))
operator("Min", fixed=range(64))(_folded("minimum"))
operator("Max", fixed=range(64))(_folded("maximum"))


@operator("Mean")
def mean(x: Any, *others: Any) -> Any:
    """Return the mean of several arrays, element by element."""
    return _folded("add")(x, *others) / float(1 + len(others))


@operator("Where", fixed=(0,))
def where(condition: Any, a: Any, b: Any) -> Any:
    """Return a where the condition holds, else b."""
    broadcast_shape(condition.shape, a.shape, b.shape)
    return namespace(condition, a, b).where(condition, a, b)


@operator("Clip", host=(1, 2))
def clip(x: Any, min: Any = None, max: Any = None) -> Any:
    """Return x, at least `min` and at most `max`."""
    low = None if min is None else min.item()
    high = None if max is None else max.item()
    if low is not None and high is not None and low > high:
        low = high
    if low is None and high is None:
        return x
    xp = namespace(x)
    if is_floating(x):
        return xp.clip(x, low, high)
    x = x if low is None else xp.maximum(x, xp.full_like(x, low))
    return x if high is None else xp.minimum(x, xp.full_like(x, high))
