"""What a Tensor shows of the array inside it: the standard's attributes and conversions."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..backend import dtype_of, library_of, namespace, to_numpy
from ..errors import AutogradError, BackendError, ShapeError
from ..typing import DType, NativeDevice
from .operators import Operators

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["ArrayAttributes"]


class ArrayAttributes(Operators):
    """The attributes that the standard asks of an array."""

    __slots__ = ()

    @property
    def dtype(self) -> DType:
        """The data type object of the array's library."""
        return self.data.dtype

    @property
    def device(self) -> NativeDevice:
        """The device object of the array's library."""
        return library_of(self.data).device(self.data)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return tuple(self.data.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.data.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        n = 1
        for length in self.data.shape:
            n *= length
        return n

    @property
    def T(self) -> Tensor:  # noqa: N802 - the standard's name
        """The transpose of a matrix."""
        if self.ndim != 2:
            raise ShapeError(
                f"T needs a matrix, got shape {self.shape}; use .mT for stacks of them"
            )
        return self.mT

    @property
    def mT(self) -> Tensor:  # noqa: N802 - the standard's name
        """The last two axes exchanged."""
        return namespace(self).matrix_transpose(self)  # type: ignore[no-any-return]

    def sum(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Short for ``xp.sum``; the standard has functions only, this one is too common."""
        return namespace(self).sum(self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def mean(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Short for ``xp.mean``."""
        return namespace(self).mean(self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def max(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Short for ``xp.max``."""
        return namespace(self).max(self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def min(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """Short for ``xp.min``."""
        return namespace(self).min(self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """Short for ``xp.argmax``."""
        return namespace(self).argmax(self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def reshape(self, *shape: Any) -> Tensor:
        """Short for ``xp.reshape``; the lengths may be given as a tuple or one by one."""
        lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
        return namespace(self).reshape(self, tuple(lengths))  # type: ignore[no-any-return]

    def astype(self, dtype: Any) -> Tensor:
        """Short for ``xp.astype``; the data type may also be a name, such as ``"float32"``."""
        xp = namespace(self)
        return xp.astype(self, dtype_of(library_of(self.data).xp, dtype))  # type: ignore[no-any-return]

    def item(self) -> Any:
        """Return the single element as a Python number; this waits for a GPU."""
        return to_numpy(self.data).item()

    # ---- conversions ---------------------------------------------------------------------

    def __repr__(self) -> str:
        shown = repr(self.data).replace("\n", "\n       ")
        tail = ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({shown}{tail})"

    def __format__(self, spec: str) -> str:
        return format(self._number("format"), spec) if spec else str(self)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self._number("round"), digits)

    def _number(self, where: str) -> Any:
        if self.size != 1:
            raise ShapeError(
                f"{where}: the Tensor must have a single element, got shape {self.shape}; reduce "
                "it, e.g. with .mean(), or take its elements one by one"
            )
        return self.item()

    def __bool__(self) -> bool:
        return bool(self.data)

    def __float__(self) -> float:
        return float(self.data)

    def __int__(self) -> int:
        return int(self.data)

    def __index__(self) -> int:
        return operator.index(self.data)

    def __complex__(self) -> complex:
        return complex(self.data)

    def __len__(self) -> int:
        if self.ndim == 0:
            raise ShapeError("len: a Tensor without axes has no length; use float(x) for its value")
        return self.shape[0]

    def __dlpack__(self, **kwargs: Any) -> Any:
        if self.requires_grad:
            raise AutogradError(
                "a Tensor that requires a gradient cannot be exported; use .detach() or .data"
            )
        return self.data.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> Any:
        return self.data.__dlpack_device__()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise BackendError(
            "a Tensor is not converted to a NumPy array silently; use xpnet.to_numpy(x)"
        )
