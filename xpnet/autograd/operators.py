"""Python's operators on Tensors, recorded as the functions of the standard they stand for."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from ..backend import require_one_home
from ..errors import BackendError
from .primitive import NUMBERS, as_operand, understood
from .rules import PRIMITIVES
from .tape import Traced, plain

__all__ = ["Operators"]

Function: TypeAlias = Callable[..., Any]


def _recorded(name: str, function: Function) -> tuple[Function, Function]:
    """Return the methods for ``tensor op other`` and ``other op tensor``."""
    operate = PRIMITIVES[name].operate

    def forward(self: Any, other: Any) -> Any:
        return operate(function, self, other)

    def reflected(self: Any, other: Any) -> Any:
        return operate(function, other, self)

    return forward, reflected


def _passed(function: Function) -> tuple[Function, Function]:
    """Return the methods of an operator whose result has no derivative."""
    name = function.__name__.strip("_")

    def compute(x: Any, y: Any) -> Any:
        x = x.data if isinstance(x, Traced) else x
        y = y.data if isinstance(y, Traced) else y
        if type(x) is not type(y) and type(x) not in NUMBERS and type(y) not in NUMBERS:
            if not understood(name, x, y):
                return NotImplemented
            x, y = as_operand(x, y), as_operand(y, x)
        try:
            return plain(function(x, y))
        except Exception:
            require_one_home(name, (x, y))
            raise

    return compute, lambda self, other: compute(other, self)


#: NumPy's names of what its arrays compute for ``array op tensor``, and the methods that answer.
_FROM_NUMPY = {
    "add": "__radd__",
    "subtract": "__rsub__",
    "multiply": "__rmul__",
    "divide": "__rtruediv__",
    "remainder": "__rmod__",
    "power": "__rpow__",
    "matmul": "__rmatmul__",
    "floor_divide": "__rfloordiv__",
    "bitwise_and": "__rand__",
    "bitwise_or": "__ror__",
    "bitwise_xor": "__rxor__",
    "left_shift": "__rlshift__",
    "right_shift": "__rrshift__",
    "less": "__gt__",
    "less_equal": "__ge__",
    "greater": "__lt__",
    "greater_equal": "__le__",
    "equal": "__eq__",
    "not_equal": "__ne__",
}


class Operators(Traced):
    """The operators that the standard asks of an array.

    There are no in-place ones: ``x += y`` computes ``x + y`` and gives it the name ``x``.
    """

    __slots__ = ()

    __add__, __radd__ = _recorded("add", operator.add)
    __sub__, __rsub__ = _recorded("subtract", operator.sub)
    __mul__, __rmul__ = _recorded("multiply", operator.mul)
    __truediv__, __rtruediv__ = _recorded("divide", operator.truediv)
    __mod__, __rmod__ = _recorded("remainder", operator.mod)
    __pow__, __rpow__ = _recorded("pow", operator.pow)
    __matmul__, __rmatmul__ = _recorded("matmul", operator.matmul)

    __floordiv__, __rfloordiv__ = _passed(operator.floordiv)
    __and__, __rand__ = _passed(operator.and_)
    __or__, __ror__ = _passed(operator.or_)
    __xor__, __rxor__ = _passed(operator.xor)
    __lshift__, __rlshift__ = _passed(operator.lshift)
    __rshift__, __rrshift__ = _passed(operator.rshift)
    __lt__, __gt__ = _passed(operator.lt)  # a > b is b < a
    __le__, __ge__ = _passed(operator.le)
    __eq__ = _passed(operator.eq)[0]
    __ne__ = _passed(operator.ne)[0]
    __hash__ = object.__hash__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute ``array op tensor`` for an array of NumPy; refuse its other functions."""
        answer = _FROM_NUMPY.get(ufunc.__name__)
        if answer and method == "__call__" and not options and not isinstance(inputs[0], Traced):
            return getattr(inputs[1], answer)(inputs[0])
        name = ufunc.__name__
        raise BackendError(
            f"np.{name}: the functions of NumPy, and writing into its arrays, are not for Tensors; "
            f"use xp = xpnet.namespace(x) and xp.{name}, or take the array out with .data"
        )

    def __neg__(self) -> Any:
        return PRIMITIVES["negative"].apply(operator.neg, (self,), {})

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return PRIMITIVES["abs"].apply(operator.abs, (self,), {})

    def __invert__(self) -> Any:
        return plain(~self.data)
