"""Many small pictures as one, with one colour scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .figures import DIVERGING, SEQUENTIAL, matplotlib

__all__ = ["columns_for", "draw", "mosaic"]

# Pixels of a tile's longer side, at least, and of the line between two tiles: thin beside a tile.
TILE, LINE = 36, 4


def columns_for(count: int, height: int, width: int, aspect: float = 1.0) -> int:
    """Return how many tiles of a size stand side by side for a mosaic about `aspect` as wide.

    A number near it is taken if that leaves fewer places empty.

    Examples
    --------
    >>> columns_for(6, 28, 28), columns_for(16, 5, 5, aspect=1.5)
    (3, 4)
    """
    wanted = math.sqrt(aspect * count * height / width)
    near = range(max(1, math.ceil(0.66 * wanted)), min(count, math.ceil(1.34 * wanted)) + 1)
    # without a number so near, the next one
    numbers = near or range(1, count + 1)
    return min(
        numbers, key=lambda n: (-count % n if near else 0, round(abs(math.log2(n / wanted)), 6), -n)
    )


def mosaic(tiles: np.ndarray, columns: int, tile: int = TILE, line: int = LINE) -> np.ndarray:
    """Lay tiles of (N, H, W) out in rows of `columns`.

    Pixels are repeated until the longer side of a tile has at least `tile`. Between tiles are
    lines of NaN; places without a tile are minus infinity.

    Examples
    --------
    >>> mosaic(np.arange(3.0).reshape(3, 1, 1), 2, tile=1, line=1)
    array([[  0.,  nan,   1.],
           [ nan,  nan,  nan],
           [  2.,  nan, -inf]])
    """
    n = tiles.shape[0]
    times = math.ceil(tile / max(tiles.shape[1:]))
    tiles = tiles.repeat(times, axis=1).repeat(times, axis=2)
    h, w = tiles.shape[1:]
    rows = math.ceil(n / columns)
    whole = np.full((rows * (h + line) - line, columns * (w + line) - line), np.nan)
    for i in range(rows * columns):
        top, left = i // columns * (h + line), i % columns * (w + line)
        whole[top : top + h, left : left + w] = tiles[i] if i < n else -np.inf
    return whole


def draw(ax: Any, tiles: np.ndarray, columns: int, label: str) -> None:
    """Draw tiles of (N, H, W), and the colour scale that all of them share.

    Where numbers of both signs occur, zero is white; else colours go from zero to the largest.
    """
    finite = tiles[np.isfinite(tiles)]
    largest = float(np.abs(finite).max(initial=0)) or 1.0
    signed = bool((finite < 0).any())
    maps = matplotlib("plot", "cm").ScalarMappable(cmap=DIVERGING if signed else SEQUENTIAL)
    whole = mosaic(tiles, columns)
    drawn = ax.imshow(
        # what is not finite is masked but for minus infinity, which is below the scale
        np.ma.masked_where(np.isnan(whole), np.nan_to_num(whole, neginf=-2 * largest)),
        cmap=maps.cmap.with_extremes(bad="0.6" if signed else "white", under="white"),
        vmin=-largest if signed else 0.0,
        vmax=largest,
        interpolation="nearest",
    )
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.figure.colorbar(drawn, ax=ax, label=label, shrink=0.8, aspect=25, pad=0.02)
