"""LeNet-5 as it was published in 1998."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import nn
from ..backend import DEFAULT_FLOAT, DeviceLike, asarray, extra, namespace
from ..nn import functional as F
from ..nn import init
from ..typing import Array
from .codes import digit_codes
from .images import require_images

__all__ = ["LeNet5Original"]

CONNECTIONS = (
    # each map of C3 sees three neighbours of the six maps of S2,
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    # four neighbours,
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    # four that are not all neighbours,
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    # or all of them
    (0, 1, 2, 3, 4, 5),
)
"""Table I of the paper: the maps of S2 that each map of C3 is connected to."""


class LeNet5Original(nn.Module):
    """LeNet-5 of 1998: trainable sub-sampling, a table of connections, and coded outputs.

    ===  ==========================  ===================  ==========
         layer                       output               parameters
    ===  ==========================  ===================  ==========
         images, padded              (N, 1, 32, 32)
    C1   convolution 5x5             (N, 6, 28, 28)              156
    S2   sub-sampling 2x2            (N, 6, 14, 14)               12
    C3   convolution 5x5 by a table  (N, 16, 10, 10)           1,516
    S4   sub-sampling 2x2            (N, 16, 5, 5)                32
    C5   convolution 5x5             (N, 120, 1, 1)           48,120
    F6   dense                       (N, 84)                  10,164
         radial basis functions      (N, 10)               840 fixed
    ===  ==========================  ===================  ==========

    Every layer up to F6 ends in the squashing f(a) = 1.7159 tanh(2a/3). Initial weights are uniform
    in ±2.4/F, F being the number of inputs of a unit.

    An output unit measures how far the 84 squashed units of F6, seen as a picture of 12 x 7 points,
    are from the fixed picture of its class, w_k with components ±1: ``y_k = Σ_j (x_j - w_kj)²``
    (equation 7). The pictures of the ten digits are drawn anew in ``codes.py``, after the manner of
    the paper's figure 3; any other number of classes has random codes. The model returns the
    scores -y_k, the largest one wins, so that the loss ``"cross_entropy"`` is y of the true class
    plus log Σ exp(-y_k): the paper's discriminative criterion, equation 9, without the constant
    that stands there for images of no class.

    Parameters
    ----------
    in_channels : int
        C, 1 for grey images.
    classes : int
        K.
    device : str or Device, optional
    dtype : str

    Notes
    -----
    Images of 28x28 are padded by 2. A pixel is expected to be 0 for background and 1 for ink; the
    model maps this to -0.1 and 1.175, as in section II.B.

    Raises
    ------
    ShapeError
        If the input is not (N, C, 28, 28) or (N, C, 32, 32).

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86, 1998, section II.B, table I, equations 5 to 9.

    Examples
    --------
    >>> import xpnet as xn
    >>> summary = xn.models.LeNet5Original().summary((1, 1, 28, 28))
    >>> summary.output, summary.parameters
    ((1, 10), 60000)
    """

    def __init__(
        self,
        in_channels: int = 1,
        classes: int = 10,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        place: dict[str, Any] = {"device": device, "dtype": dtype}
        self.in_channels = in_channels
        self.c1 = nn.Conv2d(in_channels, 6, kernel_size=5, **place)
        self.s2 = Subsampling(6, **place)
        self.c3 = TableConv2d(CONNECTIONS, kernel_size=5, **place)
        self.s4 = Subsampling(16, **place)
        self.c5 = nn.Conv2d(16, 120, kernel_size=5, **place)
        self.f6 = nn.Linear(120, 84, **place)
        self.output = CodeDistances(digit_codes(classes), **place)
        for layer, inputs in ((self.c1, 25 * in_channels), (self.c5, 400), (self.f6, 120)):
            for parameter in layer.parameters():
                init.uniform_(parameter, -2.4 / inputs, 2.4 / inputs)

    def forward(self, x: Any) -> Any:
        """Return the scores: (N, C, 28, 28) or (N, C, 32, 32) -> (N, K)."""
        require_images("LeNet5Original", x, self.in_channels, (28, 32))
        if x.shape[2] == 28:
            x = extra.pad(x, [(0, 0), (0, 0), (2, 2), (2, 2)])
        x = squash(self.c1(1.275 * x - 0.1))  # (N, 6, 28, 28)
        x = squash(self.s2(x))  # (N, 6, 14, 14)
        x = squash(self.c3(x))  # (N, 16, 10, 10)
        x = squash(self.s4(x))  # (N, 16, 5, 5)
        x = squash(self.c5(x))  # (N, 120, 1, 1)
        x = squash(self.f6(F.flatten(x)))  # (N, 84)
        return self.output(x)


def squash(a: Any) -> Any:
    """Return 1.7159 tanh(2a/3): it maps 1 to 1 and -1 to -1, where it bends most.

    Examples
    --------
    >>> import xpnet as xn
    >>> squash(xn.asarray([0.0, 1.0])).round(4)
    array([0., 1.], dtype=float32)
    """
    return 1.7159 * F.tanh((2.0 / 3.0) * a)


class Subsampling(nn.Module):
    """The sum of each 2x2 window times a coefficient of its map plus a bias.

    (N, C, H, W) -> (N, C, H/2, W/2), with 2 C parameters.
    """

    def __init__(self, channels: int, *, device: DeviceLike = None, dtype: Any = DEFAULT_FLOAT):
        place: dict[str, Any] = {"device": device, "dtype": dtype}
        low, high = -2.4 / 4, 2.4 / 4
        self.coefficient = nn.Parameter(
            init.draw("uniform", (channels, 1, 1), low=low, high=high, **place)
        )
        self.bias = nn.Parameter(
            init.draw("uniform", (channels, 1, 1), low=low, high=high, **place)
        )

    def forward(self, x: Any) -> Any:
        """Add up, scale and shift: (N, C, H, W) -> (N, C, H/2, W/2)."""
        return 4.0 * F.avg_pool2d(x, 2) * self.coefficient + self.bias

    def flops(self, inputs: Any, output: Any) -> int:
        """Three additions, a product and another addition per output."""
        operations: int = 5 * math.prod(output.shape)
        return operations


class TableConv2d(nn.Module):
    """A convolution in which each map of the output sees only some maps of the input.

    Its kernels are one array (number of connections, k, k). They take their places in a weight
    (M, C, k, k), the rest of which is zero, so that it is one ordinary convolution.

    Parameters
    ----------
    connections : tuple of M tuples of int
        The input maps that each output map sees.
    kernel_size : int

    Attributes
    ----------
    kernels : Parameter, (number of connections, k, k)
    bias : Parameter, (M,)
    """

    places: Array

    def __init__(
        self,
        connections: tuple[tuple[int, ...], ...],
        kernel_size: int,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        place: dict[str, Any] = {"device": device, "dtype": dtype}
        inputs = 1 + max(max(row) for row in connections)
        count, k = sum(len(row) for row in connections), kernel_size
        self.shape = (len(connections), inputs, k, k)
        # ±2.4/F, F being the number of inputs of the units that share the kernel
        bounds = np.repeat([2.4 / (len(row) * k * k) for row in connections], _lengths(connections))
        unit = init.draw("uniform", (count, k, k), low=-1.0, high=1.0, **place)
        scale = asarray(bounds[:, None, None], dtype, device)
        self.kernels = nn.Parameter(unit * scale)
        unit = init.draw("uniform", (len(connections),), low=-1.0, high=1.0, **place)
        starts = np.cumsum([0, *_lengths(connections)[:-1]])
        self.bias = nn.Parameter(unit * asarray(bounds[starts], dtype, device))
        places = np.full((len(connections), inputs), count)  # a kernel of zeros comes last
        for m, row in enumerate(connections):
            for i, c in enumerate(row):
                places[m, c] = starts[m] + i
        self.register_buffer("places", asarray(places.reshape(-1), "int64", device))

    def forward(self, x: Any) -> Any:
        """Convolve: (N, C, H, W) -> (N, M, H - k + 1, W - k + 1)."""
        kernels = extra.pad(self.kernels, [(0, 1), (0, 0), (0, 0)])
        weight = namespace(kernels).take(kernels, self.places, axis=0)  # (M C, k, k)
        return F.conv2d(x, namespace(weight).reshape(weight, self.shape), self.bias)

    def flops(self, inputs: Any, output: Any) -> int:
        """Two operations per weight and place, one per bias and output."""
        n, _, h, w = output.shape
        operations: int = 2 * math.prod(self.kernels.shape) * n * h * w + math.prod(output.shape)
        return operations


class CodeDistances(nn.Module):
    """Minus the squared distances to fixed codes: (N, D) -> (N, K)."""

    codes: Array

    def __init__(
        self, codes: np.ndarray, *, device: DeviceLike = None, dtype: Any = DEFAULT_FLOAT
    ) -> None:
        self.register_buffer("codes", asarray(codes, dtype, device))

    def forward(self, x: Any) -> Any:
        """Return -Σ_j (x_j - w_kj)²."""
        xp = namespace(x, self.codes)
        difference = xp.expand_dims(x, axis=1) - self.codes  # (N, 1, D) - (K, D) -> (N, K, D)
        return -xp.sum(difference * difference, axis=2)

    def flops(self, inputs: Any, output: Any) -> int:
        """A difference, a square and an addition per component."""
        operations: int = 3 * math.prod(output.shape) * self.codes.shape[1]
        return operations


def _lengths(connections: tuple[tuple[int, ...], ...]) -> list[int]:
    return [len(row) for row in connections]
