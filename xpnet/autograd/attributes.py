"""What a Tensor shows of the array inside it: the standard's attributes and conversions."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..backend import library_of, namespace, to_numpy
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

    def item(self) -> Any:
        """Return the single element as a Python number; this waits for a GPU."""
        return to_numpy(self.data).item()

    # ---- conversions ---------------------------------------------------------------------

    def __repr__(self) -> str:
        shown = repr(self.data).replace("\n", "\n       ")
        tail = ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({shown}{tail})"

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
