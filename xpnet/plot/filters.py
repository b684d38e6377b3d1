"""The kernels of a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import to_numpy
from ..errors import ArgumentError, ShapeError, choose
from ..nn import Conv1d, Conv2d, Module
from .figures import one_axes
from .mosaic import columns_for, draw

__all__ = ["filters"]


def filters(source: Any, layer: str | None = None, limit: int = 16, ax: Any = None) -> Any:
    """Show the kernels of a convolution, all in one colour scale.

    A row for each output channel and a column for each input channel; kernels of a single input
    channel stand in a block.

    Parameters
    ----------
    source : Module or array
        A convolution, a model with one, or weights (M, C, H, W) or (M, C, T).
    layer : str, optional
        The convolution's name in the model, as in ``model.named_modules()``. Default: the first.
    limit : int
        The largest number of rows and of columns; 64 single kernels, with the default of 16.
    ax : Axes, optional
        Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, the model has no such convolution, or `limit` is not
        positive.
    ShapeError
        If the weights are not those of a convolution of one or two dimensions.

    Examples
    --------
    >>> import xpnet as xn
    >>> figure = xn.plot.filters(xn.models.LeNet5())
    >>> figure.axes[0].get_title()
    'features.0: Conv2d, 6 kernels of 5×5'
    """
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or limit < 1:
        raise ArgumentError(
            f"plot.filters: limit must be a positive integer, got {limit!r}; 16 is the default"
        )
    title = ""
    if isinstance(source, Module):
        name, convolution = _convolution(source, layer)
        title = f"{name}: {type(convolution).__name__}, " if name else ""
        source = convolution.weight
    w = to_numpy(source)
    if w.ndim == 3:
        w = w[:, :, np.newaxis, :]  # (M, C, T) -> (M, C, 1, T)
    if w.ndim != 4 or w.size == 0:
        raise ShapeError(
            f"plot.filters: weight must be (M, C, H, W) or (M, C, T), got {w.shape}; reshape it, "
            "as in weight.reshape(-1, 1, 28, 28) for a dense layer on images"
        )
    m, c, height, width = w.shape
    rows, columns = (min(m, 4 * limit), 1) if c == 1 else (min(m, limit), min(c, limit))
    tiles = w[:rows, :columns].reshape(-1, height, width)
    if c == 1:
        columns = columns_for(rows, height, width, aspect=1.5)
    lines = -(-tiles.shape[0] // columns)
    across, down = columns * (width + 1), lines * (height + 1)
    wide = float(np.clip(5.5 * across / max(across, down), 1.5, 5.5))
    high = float(np.clip(5.5 * down / max(across, down), 1.0, 5.5))
    figure, ax = one_axes("plot.filters", ax, (wide + 1.6, high + 0.8))
    draw(ax, tiles, columns, "weight")
    size = f"{height}×{width}" if height > 1 else f"{width}"
    count = f"{rows} of {m}" if rows < m else f"{m}"
    ax.set_title(f"{title}{count} kernels of {size}", fontsize=10)
    if c > 1:
        shown = f"{columns} of {c} " if columns < c else ""
        ax.set(xlabel=f"{shown}input channels →", ylabel="← output channels")
    return figure


def _convolution(model: Module, layer: str | None) -> tuple[str, Any]:
    """Return the convolution asked for, or the first, and its name."""
    found = {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, Conv1d | Conv2d)
    }
    if not found:
        raise ArgumentError(
            f"plot.filters: the model must have a Conv1d or Conv2d, got a {type(model).__name__} "
            "without; pass the weights to be shown as an array (M, C, H, W)"
        )
    name = next(iter(found)) if layer is None else layer
    return name, found[choose("plot.filters", "layer", name, found)]
