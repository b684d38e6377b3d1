"""Local response normalisation, as in AlexNet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...ops import local_response_norm
from ...ops.norms.local_response_norm import require_window
from ..module import Module

__all__ = ["LocalResponseNorm"]


class LocalResponseNorm(Module):
    """Each element divided by the strength of the channels next to it: (N, C, *spatial).

    y = x / (k + alpha/size · Σ x²)^beta, the sum being over the `size` channels around it. AlexNet
    has ``size=5, alpha=5e-4, k=2.0`` (its paper does not divide alpha by the size).

    Parameters
    ----------
    size : int
        How many channels a window has.
    alpha, beta, k : float

    Raises
    ------
    ArgumentError
        If an argument makes no sense.
    ShapeError
        If the input has no channels.

    References
    ----------
    A. Krizhevsky, I. Sutskever, G. E. Hinton, "ImageNet classification with deep convolutional
    neural networks", NIPS 2012, section 3.3.

    Examples
    --------
    >>> import xpnet as xn
    >>> layer = xn.nn.LocalResponseNorm(3, alpha=3.0, beta=1.0)
    >>> layer.predict(xn.asarray([[[1.0], [2.0], [0.0]]])).round(3)
    array([[[0.167],
            [0.333],
            [0.   ]]], dtype=float32)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        require_window("LocalResponseNorm", size, alpha, beta, k)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, x: Any) -> Any:
        """Divide by the strength of the neighbours."""
        return local_response_norm(x, size=self.size, alpha=self.alpha, beta=self.beta, k=self.k)

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """One operation per element of a window, and five to square, scale, raise and divide."""
        elements: int = math.prod(output.shape)
        return (self.size + 5) * elements
