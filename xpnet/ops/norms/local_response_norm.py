"""Each element divided by the strength of its neighbours in the channels next to it.

    y_c = x_c s_c^(-β)        s_c = k + α/size Σ_{j in window of c} x_j²

    x: (N, C, *spatial)   y like x

at each place, the window of c being the channels c - ⌊size/2⌋ ... c + ⌊(size-1)/2⌋ that exist.
Channels inhibit each other, as neurons next to each other do. The sum is divided by the size of the
window, also at the ends, as in PyTorch; AlexNet's formula has α Σ x² there, so AlexNet's
α = 10⁻⁴ with size 5 is alpha=5e-4 here.

x_c enters s_j for every j whose window has c in it, with ∂s_j/∂x_c = 2α/size x_c. So with δ = dy

    dx_c = δ_c s_c^(-β) - 2αβ/size x_c Σ_{j: c in window of j} δ_j x_j s_j^(-β-1)

and that sum is over the window turned around: c - ⌊(size-1)/2⌋ ... c + ⌊size/2⌋.

A. Krizhevsky, I. Sutskever, G. E. Hinton, 2012, *ImageNet classification with deep convolutional
neural networks*, section 3.3.
"""

from __future__ import annotations

from typing import Any

from ...backend import extra
from ...errors import ArgumentError
from ...typing import Array
from ..op import Op
from .channels import require_channels, require_positive

__all__ = ["local_response_norm", "require_window"]


def require_window(where: str, size: Any, alpha: Any, beta: Any, k: Any) -> None:
    """Raise an ArgumentError unless the options make sense."""
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ArgumentError(
            f"{where}: size must be an integer >= 1, got {size!r}; it is the number of channels "
            "in a window, 5 in AlexNet"
        )
    require_positive(where, alpha=alpha, beta=beta, k=k)


def check(x: Array, *, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
    require_channels("local_response_norm", x)
    require_window("local_response_norm", size, alpha, beta, k)


def forward(
    x: Array, *, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> tuple[Array, Any]:
    s = k + alpha / size * _window_sums(x * x, size // 2, (size - 1) // 2)
    share = s**-beta
    return x * share, (x, s, share, size, alpha, beta)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    x, s, share, size, alpha, beta = saved
    weighted = dy * share
    others = _window_sums(weighted * x / s, (size - 1) // 2, size // 2)
    return (weighted - (2.0 * alpha * beta / size) * x * others,)


local_response_norm = Op("local_response_norm", forward, backward, check)


def _window_sums(a: Array, before: int, after: int) -> Array:
    """Sum each channel with so many before and after it: (N, C, *spatial), as it came."""
    channels = a.shape[1]
    rest = [(0, 0)] * (len(a.shape) - 2)
    padded = extra.pad(a, [(0, 0), (before, after), *rest])
    total: Any = padded[:, :channels, ...]
    for shift in range(1, before + after + 1):
        total = total + padded[:, shift : shift + channels, ...]
    return total
