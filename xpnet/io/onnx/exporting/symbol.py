"""Symbol: an array of the standard that writes down what is computed with it, as nodes of ONNX."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from ....errors import ArgumentError
from .graph import Value, current_trace

__all__ = ["Symbol", "as_symbol", "constant", "emit", "emit_all", "ints"]

SCALARS = (bool, int, float)


def _function(name: str) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        from .namespace import NAMESPACE

        return getattr(NAMESPACE, name)(*args)

    return call


def _operator(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    function = _function(name)

    def forward(self: Symbol, other: Any) -> Any:
        return function(self, other) if _is_operand(other) else NotImplemented

    def reflected(self: Symbol, other: Any) -> Any:
        return function(other, self) if _is_operand(other) else NotImplemented

    return forward, reflected


def _is_operand(x: Any) -> bool:
    return isinstance(x, Symbol | np.ndarray | np.generic | bool | int | float)


class Symbol:
    """An array with the operators and attributes of the standard.

    It holds a value of the graph, which holds the numbers of this run. Writing into it gives it
    another value, as if it had been written into.
    """

    # decides which library an array belongs to, see backend/library.py
    __module__ = "xpnet_onnx"
    __slots__ = ("value",)
    __array_priority__ = 1000
    __array_ufunc__ = None  # so that NumPy leaves `array op symbol` to this class
    __hash__: ClassVar[Any] = object.__hash__

    def __init__(self, value: Value) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Symbol(shape={self.shape}, dtype={self.dtype})"

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        from .namespace import NAMESPACE

        return NAMESPACE

    @property
    def array(self) -> np.ndarray:
        """The numbers of this run."""
        return self.value.array

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.value.array.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.value.array.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.array.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The data type, one of NumPy's."""
        return self.value.array.dtype

    @property
    def device(self) -> str:
        """The only one."""
        return "onnx"

    def to_device(self, device: str, /, *, stream: Any = None) -> Symbol:
        """Stay."""
        return self

    @property
    def mT(self) -> Any:  # noqa: N802 - the standard's name
        """The last two axes exchanged."""
        return _function("matrix_transpose")(self)

    @property
    def T(self) -> Any:  # noqa: N802 - the standard's name
        """The transpose of a matrix."""
        return self.mT

    __add__, __radd__ = _operator("add")
    __sub__, __rsub__ = _operator("subtract")
    __mul__, __rmul__ = _operator("multiply")
    __truediv__, __rtruediv__ = _operator("divide")
    __floordiv__, __rfloordiv__ = _operator("floor_divide")
    __mod__, __rmod__ = _operator("remainder")
    __pow__, __rpow__ = _operator("pow")
    __matmul__, __rmatmul__ = _operator("matmul")
    __and__, __rand__ = _operator("bitwise_and")
    __or__, __ror__ = _operator("bitwise_or")
    __xor__, __rxor__ = _operator("bitwise_xor")
    __lshift__, __rlshift__ = _operator("bitwise_left_shift")
    __rshift__, __rrshift__ = _operator("bitwise_right_shift")
    __lt__, __gt__ = _operator("less")  # a > b is b < a
    __le__, __ge__ = _operator("less_equal")
    __eq__ = _operator("equal")[0]
    __ne__ = _operator("not_equal")[0]
    __neg__ = _function("negative")
    __pos__ = _function("positive")
    __abs__ = _function("abs")
    __invert__ = _function("bitwise_invert")

    def __getitem__(self, key: Any) -> Any:
        from .functions.indexing import picked

        return picked(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        from .functions.indexing import written

        self.value = written(self, key, value).value

    def __deepcopy__(self, memo: Any) -> Symbol:
        return Symbol(self.value)

    def __len__(self) -> int:
        return len(self.value.array)

    def known(self, where: str) -> np.ndarray:
        """Return the numbers, which must not depend on the input."""
        if self.value.varies:
            raise ArgumentError(
                f"export: the graph must not depend on the numbers of the input, got {where} of an "
                "array computed from it; choose elements with xp.where, which is computed in the "
                "graph, or compute the value outside of the model"
            )
        return self.value.array

    def __bool__(self) -> bool:
        return bool(self.known("bool()"))

    def __float__(self) -> float:
        return float(self.known("float()"))

    def __int__(self) -> int:
        return int(self.known("int()"))

    def __index__(self) -> int:
        return operator.index(self.known("an index").item())


def constant(array: Any, name: str = "") -> Symbol:
    """Return a constant; one with a name is a parameter or a buffer."""
    return Symbol(Value(np.asarray(array), name=name))


def ints(numbers: int | Sequence[int]) -> Symbol:
    """Return a constant of integers, of which some may turn out to depend on the batch."""
    return constant(np.asarray(numbers, np.int64))


def as_symbol(x: Any, dtype: Any = None) -> Symbol:
    """Return a Symbol; numbers and arrays of NumPy become constants."""
    if isinstance(x, Symbol):
        return x
    return constant(np.asarray(x, dtype))


def emit_all(
    op: str, inputs: Sequence[Symbol | None], results: Sequence[Any], **attributes: Any
) -> list[Symbol]:
    """Add a node with these results, which were computed by NumPy."""
    given = {key: value for key, value in attributes.items() if value is not None}
    values = [None if x is None else x.value for x in inputs]
    arrays = [np.asarray(array) for array in results]
    return [Symbol(value) for value in current_trace().emit(op, values, arrays, given)]


def emit(op: str, inputs: Sequence[Symbol | None], result: Any, **attributes: Any) -> Symbol:
    """Add a node with a single result."""
    return emit_all(op, inputs, [result], **attributes)[0]
