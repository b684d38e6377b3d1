"""What the layers of a model make of an image."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import is_array, namespace, to_numpy, unwrap
from ..errors import ArgumentError, ShapeError, choose
from ..nn import Module, layer_outputs
from .figures import axes_for
from .mosaic import columns_for, draw
from .pictures import show

__all__ = ["feature_maps"]


def feature_maps(
    model: Module, image: Any, layer: str | None = None, limit: int = 64, axes: Any = None
) -> Any:
    """Show the channels that each layer of a model makes of an image.

    Shown are all layers whose output is a picture, (C, H, W): convolutions, activations, pooling.
    Every layer has a colour scale of its own, because sizes change from layer to layer.

    Parameters
    ----------
    model : Module
        It stays as it is; see :func:`xpnet.nn.layer_outputs`.
    image : array, (C, H, W) or (1, C, H, W)
        Also (H, W), if the model takes one channel.
    layer : str, optional
        Show the channels of this layer alone, by its name in ``model.named_modules()``.
    limit : int
        The largest number of channels shown of a layer.
    axes : Axes or sequence of Axes, optional
        One for the image and one for each layer, or a single one for `layer`. Default: a figure
        of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, or the model has no such layer.
    ShapeError
        If the image is none, or no layer has a picture as its output.

    Examples
    --------
    >>> import xpnet as xn
    >>> image = xn.asarray([[0.0] * 28] * 28)
    >>> figure = xn.plot.feature_maps(xn.models.LeNet5(), image)
    >>> [ax.get_title() for ax in figure.axes if ax.get_title()][:3]
    ['image, 28×28', 'features.0: Conv2d, 6 × 28×28', 'features.1: ReLU, 6 × 28×28']
    """
    if not isinstance(model, Module):
        raise ArgumentError(
            f"plot.feature_maps: model must be an nn.Module, got {type(model).__name__}; pass the "
            "model first and the image second"
        )
    x = _batch_of_one(image)
    maps = _maps(model, x, layer)
    kinds = {name: type(module).__name__ for name, module in model.named_modules()}
    count = len(maps) + (layer is None)
    size = (3.5, 2.6) if layer is None else (5.5, 4.3)
    figure, found = axes_for("plot.feature_maps", axes, count, size, _columns(count))
    if layer is None:
        _draw_image(found.pop(0), to_numpy(x)[0])
    for ax, (name, channels) in zip(found, maps.items(), strict=True):
        c, h, w = channels.shape
        shown = channels[:limit]
        draw(ax, shown, columns_for(shown.shape[0], h, w, aspect=1.2), "")
        kind = kinds.get(name.split("#")[0], type(model).__name__)
        number = f"{limit} of {c}" if c > limit else f"{c}"
        ax.set_title(f"{name}: {kind}, {number} × {h}×{w}", fontsize=10)
    return figure


def _batch_of_one(image: Any) -> Any:
    """Return an image of any of its forms as (1, C, H, W), in the library it came in."""
    image = unwrap(image)
    shape = tuple(image.shape) if is_array(image) else ()
    if len(shape) in (2, 3):
        xp = namespace(image)
        return xp.reshape(image, (1, *(1,) * (3 - len(shape)), *shape))
    if len(shape) == 4 and shape[0] == 1:
        return image
    raise ShapeError(
        f"plot.feature_maps: image must be one array (C, H, W), got {shape or type(image).__name__}"
        "; take one of the data set, as in images[0]"
    )


def _maps(model: Module, x: Any, layer: str | None) -> dict[str, np.ndarray]:
    """Return the outputs (C, H, W) by the names of the layers."""
    if layer is not None:
        choose("plot.feature_maps", "layer", layer, [name for name, _ in model.named_modules()])
    seen = layer_outputs(model, x, None if layer is None else [layer])
    maps = {
        name: to_numpy(output)[0]
        for name, output in seen.items()
        if is_array(output) and output.ndim == 4
    }
    if not maps:
        which = "a layer" if layer is None else f"layer {layer!r}"
        raise ShapeError(
            f"plot.feature_maps: {which} must give a picture, (1, C, H, W), got "
            f"{[tuple(output.shape) for output in seen.values() if is_array(output)]}; choose a "
            "convolution, or what follows one"
        )
    return maps


def _columns(count: int) -> int:
    """Return how many axes stand side by side: up to four, with few places left empty."""
    return min(range(min(count, 4), 0, -1), key=lambda n: (-count % n > 1, -n))


def _draw_image(ax: Any, pixels: np.ndarray) -> None:
    """Draw the input: in colour if it has three channels, else its channels side by side."""
    c, h, w = pixels.shape
    picture = np.moveaxis(pixels, 0, -1) if c == 3 else np.concatenate(list(pixels), axis=1)
    low, high = float(picture.min()), float(picture.max())
    if c == 3:  # (H, W, 3) from 0 to 1
        picture = (picture - min(low, 0.0)) / (max(high, 1.0) - min(low, 0.0))
    show(ax, picture, low, high)
    ax.set_title(f"image, {h}×{w}", fontsize=10)
