"""Half precision on a library that has it but not fast: NumPy.

A product of float16 matrices takes NumPy forty times as long as one of float32 matrices, and its
sums along a column are made in float16. Inside ``autocast`` the costly ops therefore compute in
float32 there, between inputs and results that are rounded to float16: what the units of a GPU for
such products do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..autograd.precision import HALF, cast
from ..backend import dtype_name, library_of
from ..kernels import find
from ..typing import Array

if TYPE_CHECKING:
    from .op import Op

__all__ = ["InSingle", "in_single"]


def in_single(name: str, x: Any) -> bool:
    """Tell whether an op whose first input is `x` is to be computed in float32."""
    return name in HALF and library_of(x).half_in_single and dtype_name(x.dtype) == "float16"


class InSingle:
    """An op, or the kernel for its inputs, computed in float32 between rounded numbers."""

    def __init__(self, op: Op) -> None:
        self.op = op

    def forward(self, *inputs: Any, **options: Any) -> tuple[Any, Any]:
        """Compute the result, and what :meth:`backward` needs."""
        wide = [cast(x, "float32") for x in inputs]
        inner = find(self.op.name, *wide, **options) or self.op
        y, saved = inner.forward(*wide, **options)
        if isinstance(y, tuple):
            return tuple(cast(part, "float16") for part in y), (inner.backward, saved)
        return cast(y, "float16"), (inner.backward, saved)

    def backward(self, dy: Any, saved: Any, needs: tuple[bool, ...]) -> Sequence[Array | None]:
        """Return the gradients, rounded."""
        backward, inner = saved
        dy = [cast(d, "float32") for d in dy] if isinstance(dy, list) else cast(dy, "float32")
        return [cast(g, "float16") for g in backward(dy, inner, needs)]
