"""Padding layers: borders of zeros, of another constant, or of what the image itself has."""

from __future__ import annotations

from typing import Any, ClassVar

from ..errors import ArgumentError
from ..ops.matching import require_image
from ..windows import per_axis
from . import functional
from .module import Module

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ZeroPad1d",
    "ZeroPad2d",
]


class _Pad(Module):
    axes: ClassVar[int]
    mode: ClassVar[str] = "constant"
    value: float = 0.0

    def __init__(self, padding: Any) -> None:
        where = type(self).__name__
        try:
            self.padding = per_axis(where, "padding", padding, 2 * self.axes, least=0)
        except ArgumentError:
            order = "(left, right)" if self.axes == 1 else "(left, right, top, bottom)"
            raise ArgumentError(
                f"{where}: padding must be an integer >= 0 or {order}, got {padding!r}; write "
                f"padding=1 or padding={(1,) * (2 * self.axes)}"
            ) from None

    def forward(self, x: Any) -> Any:
        """Add the borders."""
        require_image(type(self).__name__, x, self.axes)
        return functional.pad(x, self.padding, self.mode, self.value)


class ConstantPad2d(_Pad):
    """A border of one value: (N, C, H, W) -> (N, C, top + H + bottom, left + W + right).

    Parameters
    ----------
    padding : int or (left, right, top, bottom)
    value : float

    Raises
    ------
    ArgumentError
        If the padding is not one number >= 0 or one for each side.
    ShapeError
        If the input is not (N, C, H, W).

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ConstantPad2d((1, 0, 0, 1), 9.0).predict(xn.asarray([[[[1.0, 2.0]]]]))
    array([[[[9., 1., 2.],
             [9., 9., 9.]]]], dtype=float32)
    """

    axes = 2

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value


class ConstantPad1d(ConstantPad2d):
    """The same for sequences: (N, C, L) -> (N, C, left + L + right); `padding` (left, right).

    See :class:`ConstantPad2d`.
    """

    axes = 1


class ZeroPad2d(_Pad):
    """A border of zeros: (N, C, H, W) -> (N, C, top + H + bottom, left + W + right).

    See :class:`ConstantPad2d`.

    Parameters
    ----------
    padding : int or (left, right, top, bottom)

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ZeroPad2d((1, 0, 0, 1)).predict(xn.asarray([[[[1.0, 2.0]]]]))
    array([[[[0., 1., 2.],
             [0., 0., 0.]]]], dtype=float32)
    """

    axes = 2


class ZeroPad1d(ZeroPad2d):
    """The same for sequences: (N, C, L) -> (N, C, left + L + right); `padding` (left, right)."""

    axes = 1


class ReflectionPad2d(_Pad):
    """A border that mirrors the image at its outermost elements: (N, C, H, W) -> (N, C, H', W').

    Less is added than the image has: at most H - 1 rows and W - 1 columns to each side.

    Parameters
    ----------
    padding : int or (left, right, top, bottom)

    Raises
    ------
    ArgumentError
        If the padding is not one number >= 0 or one for each side.
    ShapeError
        If the input is not (N, C, H, W), or has too few elements to mirror.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ReflectionPad2d((2, 1, 0, 0)).predict(xn.asarray([[[[1.0, 2.0, 3.0]]]]))
    array([[[[3., 2., 1., 2., 3., 2.]]]], dtype=float32)
    """

    axes = 2
    mode = "reflect"


class ReflectionPad1d(ReflectionPad2d):
    """The same for sequences: (N, C, L) -> (N, C, left + L + right); `padding` (left, right)."""

    axes = 1


class ReplicationPad2d(_Pad):
    """A border that repeats the outermost elements: (N, C, H, W) -> (N, C, H', W').

    Parameters
    ----------
    padding : int or (left, right, top, bottom)

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ReplicationPad2d((2, 1, 0, 0)).predict(xn.asarray([[[[1.0, 2.0, 3.0]]]]))
    array([[[[1., 1., 1., 2., 3., 3.]]]], dtype=float32)
    """

    axes = 2
    mode = "replicate"


class ReplicationPad1d(ReplicationPad2d):
    """The same for sequences: (N, C, L) -> (N, C, left + L + right); `padding` (left, right)."""

    axes = 1


class CircularPad2d(_Pad):
    """A border that continues with the other end of the image: (N, C, H, W) -> (N, C, H', W').

    Parameters
    ----------
    padding : int or (left, right, top, bottom)
        At most as much as the image has.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.CircularPad2d((2, 1, 0, 0)).predict(xn.asarray([[[[1.0, 2.0, 3.0]]]]))
    array([[[[2., 3., 1., 2., 3., 1.]]]], dtype=float32)
    """

    axes = 2
    mode = "circular"


class CircularPad1d(CircularPad2d):
    """The same for sequences: (N, C, L) -> (N, C, left + L + right); `padding` (left, right)."""

    axes = 1
