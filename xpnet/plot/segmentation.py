"""An image with the classes of its pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import to_numpy
from ..errors import ArgumentError, ShapeError
from ..training.metrics.classes import predicted_classes
from .figures import COLOURS, axes_for, matplotlib
from .pictures import one, show

__all__ = ["segmentation"]


def segmentation(
    image: Any,
    mask: Any,
    prediction: Any = None,
    class_names: Sequence[Any] | None = None,
    background: int | None = 0,
    axes: Any = None,
) -> Any:
    """Show an image and, coloured over it in grey, the classes of its pixels, with a legend.

    Parameters
    ----------
    image : array, (H, W), (1, H, W) or (3, H, W)
    mask : array, (H, W) or (1, H, W)
        The true classes, whole numbers of any type; negative ones, as of pixels to be ignored,
        have no colour.
    prediction : array, optional
        Classes from 0 on like `mask`; or scores (K, H, W), of which the largest counts; or, with
        fractions or negative numbers, (H, W) or (1, H, W), what speaks for class 1 of two. If all
        are from 0 to 1 they are probabilities, and class 1 is where they exceed 1/2; otherwise
        scores, and it is where they are positive.
    class_names : sequence, (K,), optional
        Default: "class 1" and so on.
    background : int or None
        The class that has no colour; None colours all.
    axes : sequence of Axes, optional
        One for the image, one for the mask, and one for the prediction if there is one. Default:
        a figure of its own, with the legend below.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, there are more classes than names, or the mask has
        fractions.
    ShapeError
        If image, mask and prediction differ in size.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> image = np.zeros((8, 8))
    >>> mask = np.eye(8, dtype=int)
    >>> figure = xn.plot.segmentation(image, mask, prediction=mask, class_names=["", "line"])
    >>> [ax.get_title() for ax in figure.axes]
    ['image', 'truth', 'prediction, 100.0 % of pixels right']
    """
    picture = one("plot.segmentation", image)
    layers = {"truth": _classes("mask", mask, picture)}
    if prediction is not None:
        predicted = _classes("prediction", prediction, picture)
        known = layers["truth"] >= 0
        share = np.mean(predicted[known] == layers["truth"][known]) if known.any() else 1.0
        layers[f"prediction, {share * 100:.1f} % of pixels right"] = predicted
    present = sorted({int(k) for classes in layers.values() for k in np.unique(classes) if k >= 0})
    names = _names(present, class_names)
    height = 2.9 * picture.shape[0] / picture.shape[1] + 0.7
    count = 1 + len(layers)
    figure, found = axes_for("plot.segmentation", axes, count, (2.9, height))
    low, high = float(picture.min()), float(picture.max())
    show(found[0], picture, low, high)
    found[0].set_title("image", fontsize=10)
    # without its own colours, in which those of the classes would not be recognized
    grey = picture if picture.ndim == 2 else picture.mean(axis=-1)
    for ax, (title, classes) in zip(found[1:], layers.items(), strict=True):
        show(ax, grey, low, high)
        ax.imshow(_overlay(classes, background), interpolation="nearest")
        ax.set_title(title, fontsize=10)
    coloured = [k for k in present if k != background]
    patches = matplotlib("plot.segmentation", "patches")
    handles = [patches.Patch(color=_colour(k), label=names[k]) for k in coloured]
    if handles and axes is None:
        figure.legend(handles=handles, loc="outside lower center", ncols=6, frameon=False)
    elif handles:
        found[-1].legend(handles=handles, fontsize=8, framealpha=0.8)
    return figure


def _classes(argument: str, classes: Any, picture: np.ndarray) -> np.ndarray:
    """Return the class of each pixel, (H, W)."""
    values = to_numpy(classes)
    shape = values.shape
    if values.ndim == 3 and shape[0] == 1:
        values = values[0]
    elif values.ndim == 3 and values.dtype.kind == "f":
        values = predicted_classes(values[np.newaxis])[0]  # (K, H, W) -> (1, K, H, W) -> (H, W)
    if values.shape != picture.shape[:2]:
        raise ShapeError(
            f"plot.segmentation: {argument} must have the height and width of the image, "
            f"{picture.shape[:2]}, got {shape}; pass one image and what belongs to it"
        )
    if values.dtype.kind == "f":
        values = _of_floats(argument, values)
    return np.asarray(values, dtype=np.int64)


def _of_floats(argument: str, values: np.ndarray) -> np.ndarray:
    """Return classes from floating-point numbers, (H, W), that are classes or mean one of two."""
    whole = bool(np.all(values == np.rint(values)) and np.all(np.isfinite(values)))
    if argument == "mask" and not whole:
        raise ArgumentError(
            "plot.segmentation: mask must be class numbers, got fractions; round them, or pass "
            "mask > 0.5 if they are shares of one class"
        )
    if argument == "mask" or (whole and np.all(values >= 0)):
        return values
    probabilities = bool(np.all((values >= 0) & (values <= 1)))
    return values > (0.5 if probabilities else 0.0)


def _names(present: list[int], class_names: Sequence[Any] | None) -> dict[int, str]:
    if class_names is None:
        return {k: f"class {k}" for k in present}
    if present and present[-1] >= len(class_names):
        raise ArgumentError(
            f"plot.segmentation: class_names must name all classes, {present[-1] + 1} of them, "
            f"got {len(class_names)}; add the others, also that of the background"
        )
    return {k: str(class_names[k]) for k in present}


def _colour(k: int) -> str:
    """Return the colour of a class; class 0 is the background as a rule, 1 comes first."""
    return COLOURS[(k - 1) % len(COLOURS)]


def _overlay(classes: np.ndarray, background: int | None) -> np.ndarray:
    """Return a half transparent picture, (H, W, 4), of the classes' colours."""
    picture = np.zeros((*classes.shape, 4), dtype=np.float32)
    for k in np.unique(classes):
        if k >= 0 and k != background:
            red, green, blue = (int(_colour(k)[i : i + 2], 16) / 255 for i in (1, 3, 5))
            picture[classes == k] = (red, green, blue, 0.6)
    return picture
