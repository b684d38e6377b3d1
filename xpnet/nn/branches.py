"""Modules whose input takes several paths that meet again: Residual, Parallel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..backend import namespace
from ..errors import ArgumentError, ShapeError, choose
from .containers import ModuleList, Sequential, require_module
from .module import Module

__all__ = ["Parallel", "Residual"]


class Residual(Module):
    """Layers that compute what is to be added to their input: y = f(x) + x.

    Where f changes the shape, a second path brings x into that shape: y = f(x) + shortcut(x). The
    error passes the shortcut unchanged, so that networks of hundreds of layers can be trained.

    Parameters
    ----------
    *layers : Module
        f: applied one after the other.
    shortcut : Module, optional
        Default: x as it is.

    Attributes
    ----------
    layers : Sequential
    shortcut : Module or None

    Raises
    ------
    ShapeError
        If the two paths give different shapes; the message says which shortcut would fit.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", CVPR 2016,
    equations 1 and 2.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> from xpnet import nn
    >>> block = nn.Residual(
    ...     nn.Conv2d(4, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1),
    ...     shortcut=nn.Conv2d(4, 8, kernel_size=1, stride=2))
    >>> block.predict(np.ones((1, 4, 6, 6), dtype=np.float32)).shape
    (1, 8, 3, 3)
    """

    shortcut: Module | None

    def __init__(self, *layers: Module, shortcut: Module | None = None) -> None:
        self.layers = Sequential(*(require_module("Residual", layer) for layer in layers))
        self.shortcut = None if shortcut is None else require_module("Residual", shortcut)

    def forward(self, x: Any) -> Any:
        """Add both paths."""
        y = self.layers(x)
        beside = x if self.shortcut is None else self.shortcut(x)
        if tuple(y.shape) != tuple(beside.shape):
            path = "x" if self.shortcut is None else "shortcut(x)"
            raise ShapeError(
                f"Residual: layers(x) must have the shape of {path}, {tuple(beside.shape)}, got "
                f"{tuple(y.shape)}; give shortcut={_fitting(tuple(x.shape), tuple(y.shape))}"
            )
        return y + beside

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """One addition per element, beside what the layers take."""
        elements: int = math.prod(output.shape)
        return elements


def _fitting(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """Write down a layer that turns one shape into the other, as far as can be guessed."""
    axes = len(before) - 2
    if axes == 0 and len(after) == 2:
        return f"nn.Linear({before[1]}, {after[1]})"
    if len(before) == len(after) and 1 <= axes <= 3:
        stride = max(1, math.ceil(before[2] / max(after[2], 1)))
        if tuple((n - 1) // stride + 1 for n in before[2:]) == after[2:]:
            step = f", stride={stride}" if stride > 1 else ""
            return f"nn.Conv{axes}d({before[1]}, {after[1]}, kernel_size=1{step})"
    return "a module that gives this shape"


class Parallel(Module):
    """Branches that all see the same input, and whose outputs are put together.

    Parameters
    ----------
    *branches : Module
    axis : int
        Along which the outputs are joined; 1 is that of the channels or features.
    reduce : {"concat", "sum"}
        Join the outputs, or add them up.

    Attributes
    ----------
    branches : ModuleList

    Raises
    ------
    ArgumentError
        If there is no branch, or `reduce` is something else.
    ShapeError
        If the outputs do not fit together.

    References
    ----------
    C. Szegedy, W. Liu, Y. Jia et al., "Going deeper with convolutions", CVPR 2015, figure 2.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> from xpnet import nn
    >>> inception = nn.Parallel(nn.Conv2d(3, 4, 1), nn.Conv2d(3, 8, 5, padding=2))
    >>> inception.predict(np.ones((1, 3, 6, 6), dtype=np.float32)).shape
    (1, 12, 6, 6)
    """

    def __init__(self, *branches: Module, axis: int = 1, reduce: str = "concat") -> None:
        if not branches:
            raise ArgumentError(
                "Parallel: branches must be at least one module, got none; nn.Identity() passes "
                "its input on"
            )
        self.branches = ModuleList(require_module("Parallel", branch) for branch in branches)
        self.axis = axis
        self.reduce = choose("Parallel", "reduce", reduce, ("concat", "sum"))

    def forward(self, x: Any) -> Any:
        """Apply each branch and put the outputs together."""
        outputs = [branch(x) for branch in self.branches]
        self._require_fit([tuple(y.shape) for y in outputs])
        if self.reduce == "sum":
            return sum(outputs[1:], start=outputs[0])
        return namespace(*outputs).concat(outputs, axis=self.axis)

    def _require_fit(self, shapes: list[tuple[int, ...]]) -> None:
        rank = len(shapes[0])
        if self.reduce == "sum":
            if len(set(shapes)) > 1:
                raise ShapeError(
                    f"Parallel: outputs of the branches must have one shape to be added, got "
                    f"{shapes}; reduce='concat' joins them along an axis"
                )
            return
        if not -rank <= self.axis < rank:
            raise ShapeError(
                f"Parallel: axis must be an axis of the outputs, got {self.axis} with {shapes}; "
                "channels or features are axis 1"
            )
        axis = self.axis % rank
        if len({shape[:axis] + shape[axis + 1 :] for shape in shapes}) > 1:
            raise ShapeError(
                f"Parallel: outputs of the branches must have one shape but for axis {self.axis}, "
                f"got {shapes}; choose paddings and strides that give images of one size"
            )

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """One addition per element and further branch to sum, none to join."""
        elements: int = math.prod(output.shape)
        return elements * (len(self.branches) - 1) if self.reduce == "sum" else 0
