"""Parameter: a Tensor that a module owns and an optimizer changes."""

from __future__ import annotations

from typing import Any

from ..autograd import Tensor
from ..backend import namespace

__all__ = ["Parameter"]


class Parameter(Tensor):
    """A leaf that requires a gradient and is found by ``Module.parameters()``.

    Its array is its own, a copy of what it is made of. It is reached in one place: read ``p.data``,
    and change it by ``p.data = new``.

    Examples
    --------
    >>> Parameter([0.5]).requires_grad
    True
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad=requires_grad)
        self.data = namespace(self.data).asarray(self.data, copy=True)

    def __repr__(self) -> str:
        return (
            super().__repr__().replace("Tensor", "Parameter", 1).replace(", requires_grad=True", "")
        )
