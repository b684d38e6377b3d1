"""Loss: what the losses as modules have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...backend import asarray, is_array, unwrap
from ...ops.losses.reduction import require_reduction
from ..module import Module

__all__ = ["Loss"]


class Loss(Module):
    """A function of ``nn.functional`` and its options."""

    function: ClassVar[Callable[..., Any]]
    options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, reduction: str = "mean") -> None:
        require_reduction(type(self).__name__, reduction)
        self.reduction = reduction

    def forward(self, input: Any, target: Any, *, reduction: str | None = None) -> Any:
        """Return the loss of predictions against what they should have been.

        `reduction` is one for this call alone.
        """
        options = {name: getattr(self, name) for name in self.options}
        return self.function(input, target, reduction=reduction or self.reduction, **options)

    def _own(self, name: str, weight: Any) -> None:
        """Keep weights as a buffer, which moves with ``to``."""
        if weight is None:
            setattr(self, name, None)
        else:
            weight = unwrap(weight)
            self.register_buffer(name, weight if is_array(weight) else asarray(weight))
