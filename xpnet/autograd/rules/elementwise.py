"""Derivatives of the element-wise functions.

Each line reads: name, then the gradient for each argument, given ``dy`` (the gradient of the
result), ``y`` (the result) and the arguments. At a kink the convention is PyTorch's: 0 for
``abs`` at 0, and one half for each side where ``maximum`` and ``minimum`` tie.
"""

from __future__ import annotations

import math

from ...backend import namespace
from ...typing import Array
from ..primitive import define

LN2, LN10 = math.log(2), math.log(10)


def sin(x: Array) -> Array:
    return namespace(x).sin(x)


def cos(x: Array) -> Array:
    return namespace(x).cos(x)


def sign(x: Array) -> Array:
    return namespace(x).sign(x)


def sqrt(x: Array) -> Array:
    return namespace(x).sqrt(x)


def where(condition: Array, x: Array, other: float) -> Array:
    return namespace(condition, x).where(condition, x, other)


def log_or_zero(x: Array) -> Array:
    xp = namespace(x)
    return xp.log(xp.where(x > 0, x, 1.0))


def half_where_tied(wins: Array, ties: Array, like: Array) -> Array:
    """1 where this side wins, 1/2 where both sides tie, 0 elsewhere."""
    xp = namespace(wins, like)
    return xp.astype(wins, like.dtype) + 0.5 * xp.astype(ties, like.dtype)


def sign_with_zero(x: Array) -> Array:
    """-1 for negative numbers and -0.0, else 1."""
    xp = namespace(x)
    return xp.where(xp.signbit(x), -xp.ones_like(x), xp.ones_like(x))


# ---- one argument ------------------------------------------------------------------------------
define("abs", lambda dy, y, x: dy * sign(x))
define("acos", lambda dy, y, x: -dy / sqrt((1 - x) * (1 + x)))
define("acosh", lambda dy, y, x: dy / (sqrt(x - 1) * sqrt(x + 1)))
define("asin", lambda dy, y, x: dy / sqrt((1 - x) * (1 + x)))
define("asinh", lambda dy, y, x: dy / namespace(x).hypot(x, namespace(x).ones_like(x)))
define("atan", lambda dy, y, x: dy / (1 + x * x))
define("atanh", lambda dy, y, x: dy / ((1 - x) * (1 + x)))
define("conj", lambda dy, y, x: dy)
define("cos", lambda dy, y, x: -dy * sin(x))
define("cosh", lambda dy, y, x: dy * namespace(x).sinh(x))
define("exp", lambda dy, y, x: dy * y)
define("expm1", lambda dy, y, x: dy * (y + 1))
define("log", lambda dy, y, x: dy / x)
define("log10", lambda dy, y, x: dy / (LN10 * x))
define("log1p", lambda dy, y, x: dy / (1 + x))
define("log2", lambda dy, y, x: dy / (LN2 * x))
define("negative", lambda dy, y, x: -dy)
define("positive", lambda dy, y, x: dy)
define("real", lambda dy, y, x: dy)
define("reciprocal", lambda dy, y, x: -dy * y * y)
define("sin", lambda dy, y, x: dy * cos(x))
define("sinh", lambda dy, y, x: dy * namespace(x).cosh(x))
define("sqrt", lambda dy, y, x: dy * 0.5 / y)
define("square", lambda dy, y, x: dy * 2 * x)
define("tan", lambda dy, y, x: dy * (1 + y * y))
define("tanh", lambda dy, y, x: dy * (1 - y * y))
define("xpnet.erf", lambda dy, y, x: dy * (2 / math.sqrt(math.pi)) * namespace(x).exp(-x * x))

# ---- two arguments, broadcast against each other -----------------------------------------------
define("add", lambda dy, y, a, b: dy, lambda dy, y, a, b: dy, broadcasts=True)
define("subtract", lambda dy, y, a, b: dy, lambda dy, y, a, b: -dy, broadcasts=True)
define("multiply", lambda dy, y, a, b: dy * b, lambda dy, y, a, b: dy * a, broadcasts=True)
define("divide", lambda dy, y, a, b: dy / b, lambda dy, y, a, b: -dy * y / b, broadcasts=True)
define(
    "remainder",
    lambda dy, y, a, b: dy,
    lambda dy, y, a, b: -dy * namespace(a, b).floor(a / b),
    broadcasts=True,
)
define(
    "atan2",
    lambda dy, y, a, b: dy * b / (a * a + b * b),
    lambda dy, y, a, b: -dy * a / (a * a + b * b),
    broadcasts=True,
)
define(
    "copysign",
    lambda dy, y, a, b: dy * sign(a) * sign_with_zero(y),
    lambda dy, y, a, b: namespace(y).zeros_like(y),
    broadcasts=True,
)
define(
    "hypot",
    lambda dy, y, a, b: dy * a / where(y > 0, y, 1.0),
    lambda dy, y, a, b: dy * b / where(y > 0, y, 1.0),
    broadcasts=True,
)
define(
    "maximum",
    lambda dy, y, a, b: dy * half_where_tied(a > b, a == b, y),
    lambda dy, y, a, b: dy * half_where_tied(b > a, a == b, y),
    broadcasts=True,
)
define(
    "minimum",
    lambda dy, y, a, b: dy * half_where_tied(a < b, a == b, y),
    lambda dy, y, a, b: dy * half_where_tied(b < a, a == b, y),
    broadcasts=True,
)


def share_of(dy: Array, y: Array, part: Array) -> Array:
    """exp(part - y), the share that one side has in a sum of exponentials; y = -inf gives 0."""
    xp = namespace(y)
    known = y > -math.inf
    return dy * xp.where(known, xp.exp(part - xp.where(known, y, 0.0)), 0.0)


define(
    "logaddexp",
    lambda dy, y, a, b: share_of(dy, y, a),
    lambda dy, y, a, b: share_of(dy, y, b),
    broadcasts=True,
)


def pow_base(dy: Array, y: Array, a: Array, b: Array | float) -> Array:
    """d(a^b)/da = b a^(b-1), and 0 where b = 0, whatever a is."""
    if isinstance(b, int | float):
        return dy * b * a ** (b - 1) if b != 0 else namespace(dy).zeros_like(dy)
    xp = namespace(dy, b)
    return dy * xp.where(b == 0, 0.0, b * a ** xp.where(b == 0, 1.0, b - 1))


def pow_exponent(dy: Array, y: Array, a: Array | float, b: Array) -> Array:
    """d(a^b)/db = a^b ln a, and 0 where a = 0 (the limit from above for b > 0)."""
    if isinstance(a, int | float):
        return dy * y * (math.log(a) if a > 0 else 0.0 if a == 0 else math.nan)
    xp = namespace(dy, a)
    return dy * y * xp.where(a < 0, math.nan, log_or_zero(a))


define("pow", pow_base, pow_exponent, broadcasts=True)
define(
    "where",
    None,
    lambda dy, y, condition, a, b: where(condition, dy, 0.0),
    lambda dy, y, condition, a, b: namespace(dy, condition).where(condition, 0.0, dy),
    broadcasts=True,
)
define("astype", lambda dy, y, x, *a, **k: namespace(dy).astype(dy, x.dtype))


def inside(dy: Array, y: Array, x: Array, low: Array | None, high: Array | None) -> Array:
    xp = namespace(dy, x)
    if low is not None:
        dy = xp.where(x >= low, dy, 0.0)
    if high is not None:
        dy = xp.where(x <= high, dy, 0.0)
    return dy


def below(dy: Array, y: Array, x: Array, low: Array, high: Array | None) -> Array:
    return where(x < low, dy, 0.0)


def above(dy: Array, y: Array, x: Array, low: Array | None, high: Array) -> Array:
    return where(x > high, dy, 0.0)


define("clip", inside, below, above, broadcasts=True)
