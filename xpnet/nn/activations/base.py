"""What activation layers have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..module import Module

__all__ = [
    "Activation",
]


class Activation(Module):
    """A function of ``nn.functional`` and its options; counted as one operation per element."""

    function: ClassVar[Callable[..., Any]]
    options: ClassVar[tuple[str, ...]] = ()

    def forward(self, x: Any) -> Any:
        """Apply the function; the shape stays the same."""
        return self.function(x, **{name: getattr(self, name) for name in self.options})

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Count one operation per element."""
        return math.prod(output.shape)
