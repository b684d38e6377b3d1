"""The shape of one sample, where the model itself tells it."""

from __future__ import annotations

from .. import nn
from ..io.onnx import OnnxModel
from ..nn import Module

__all__ = ["found_shape"]

_FIRST = ("Perceptron", "LogisticRegression", "SoftmaxRegression", "MLP")
"""Models of xpnet that begin with a Linear."""


def found_shape(model: Module) -> tuple[int, ...] | None:
    """Return the shape of a sample; None if it may have several, as with convolutions.

    Examples
    --------
    >>> found_shape(nn.Sequential(nn.Flatten(), nn.Linear(4, 3)))
    (4,)
    >>> found_shape(nn.Conv2d(1, 6, 5))
    """
    if isinstance(model, OnnxModel):
        inputs = model._plan.inputs
        sizes = inputs[0].shape[1:] if len(inputs) == 1 and inputs[0].shape else []
        known = [n for n in sizes if isinstance(n, int) and n > 0]
        return tuple(known) if known and len(known) == len(sizes) else None
    if isinstance(model, nn.Linear):
        return (model.weight.shape[1],)
    own = type(model).__module__.startswith("xpnet.models.") and type(model).__name__ in _FIRST
    if own or isinstance(model, nn.Sequential):
        same = (nn.Flatten, nn.Identity, nn.Dropout)
        inner = [layer for _, layer in model.named_children() if not isinstance(layer, same)]
        return found_shape(inner[0]) if inner else None
    return None
