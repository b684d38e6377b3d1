"""Transposed convolution: the adjoint of a convolution, which makes small images large.

    y[n, m, i] = Σ_c Σ_k w[c, m, k] x[n, c, (i + p - d·k) / s] + b[m]    where that is an integer

    x: (N, C, *spatial)   w: (C, M/G, *kernel)   b: (M,)   y: (N, M, *out)
    out = s (spatial - 1) - 2 p + d (kernel - 1) + output_padding + 1

So y is what :mod:`~xpnet.ops.conv` calls dx, for a convolution with these weights that maps M
channels of size `out` to C of size `spatial`; the stride s now spreads the elements of x instead
of skipping some. With a stride, several sizes `out` are mapped to one size, and output_padding
(< s or < d) says which was meant. The two gradients are those of the adjoint: dx is that
convolution of dy, and dw is its dw, with the parts of input and error exchanged.

M. D. Zeiler, D. Krishnan, G. W. Taylor, R. Fergus, 2010, *Deconvolutional networks*; V. Dumoulin,
F. Visin, 2016, *A guide to convolution arithmetic for deep learning*, section 4.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..typing import Array
from ..windows import adjoint_windows
from .conv import correlate, correlate_rotated, correlate_with_error, sum_of_error, with_bias
from .matching import require_bias, require_groups, require_image, require_same_dtype
from .op import Op

__all__ = ["conv_transpose"]


def check(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> None:
    axes = len(w.shape) - 2
    where = f"conv_transpose{axes}d" if axes > 0 else "conv_transpose"
    if axes < 1:
        raise ShapeError(
            f"conv_transpose: weight must be (C, M/groups, *kernel), got {tuple(w.shape)}; it "
            "needs at least one spatial axis"
        )
    require_groups(where, groups, in_channels=w.shape[0])
    require_image(where, x, axes, w.shape[0])
    require_bias(where, b, w.shape[1] * groups)
    require_same_dtype(where, x, w)
    adjoint_windows(where, x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation)


def forward(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> tuple[Array, Any]:
    win, out = adjoint_windows(
        "conv_transpose", x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation
    )
    y = correlate_rotated(x, w, win, groups, out)
    return with_bias(y, b), (x, w, win, groups)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, win, groups = saved
    dx = correlate(dy, w, win, groups) if needs[0] else None
    dw = correlate_with_error(x, dy, win, groups, w.shape) if needs[1] else None
    db = sum_of_error(dy) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


conv_transpose = Op("conv_transpose", forward, backward, check)
