"""The mean of each window, over any number of spatial axes.

    y[n, c, o] = Σ_k x[n, c, s·o + k - p] / n_o        dx[n, c, i] = Σ_o dy[n, c, o] [i in o] / n_o

    x: (N, C, *spatial)   y: (N, C, *out)

n_o is the number of elements of window o. With count_include_pad the padding counts among them (as
zeros), but never what ceil_mode adds beyond the padding.

Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, 1998, *Gradient-based learning applied to document
recognition*, section II.A (there with a trainable factor and bias).
"""

from __future__ import annotations

from typing import Any

from ...backend import library_of, namespace, unwrap
from ...typing import Array
from ...windows import Windows, counted, per_axis, pool_windows
from ..op import Op
from ..sliding import slide, spread
from .pools import check_pool

__all__ = ["avg_pool"]


def check(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> None:
    check_pool("avg_pool", x, kernel_size, stride, padding, 1, ceil_mode)


def forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Any]:
    win = pool_windows("avg_pool", x.shape[2:], kernel_size, stride, padding, 1, ceil_mode)
    spatial = tuple(x.shape[2:])
    pads = per_axis("avg_pool", "padding", padding, len(spatial), least=0)
    share = _shares(x, win, spatial, pads if count_include_pad else None)
    first, *others = slide(x, win)
    return sum(others, start=first) * share, (share, win, spatial)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    share, win, spatial = saved
    return (spread([dy * share] * win.places, win, spatial),)


avg_pool = Op("avg_pool", forward, backward, check)


def _shares(x: Array, win: Windows, spatial: tuple[int, ...], pads: Any) -> Any:
    """Return 1/n_o: a number if all windows have the same, else an array (*out)."""
    xp = namespace(x)
    bare = unwrap(x)
    share: Any = 1.0
    for axis, counts in enumerate(counted(win, spatial, pads)):
        if len(set(counts)) == 1:
            share = share * (1.0 / counts[0])
        else:
            shape = (1,) * axis + (len(counts),) + (1,) * (len(spatial) - axis - 1)
            column = xp.asarray(
                [1.0 / n for n in counts], dtype=x.dtype, device=library_of(bare).device(bare)
            )
            share = share * xp.reshape(column, shape)
    return share
