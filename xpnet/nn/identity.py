"""The layer that does nothing."""

from __future__ import annotations

from typing import Any

from .module import Module

__all__ = ["Identity"]


class Identity(Module):
    """Nothing: returns its input, where a layer is wanted but no function.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Identity().predict(xn.asarray([-1.0, 2.0]))
    array([-1.,  2.], dtype=float32)
    """

    def forward(self, x: Any) -> Any:
        """Return x."""
        return x
