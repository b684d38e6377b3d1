"""LeNet-5: two convolutions with pooling, then dense layers."""

from __future__ import annotations

from typing import Any

from .. import nn
from .images import require_images

__all__ = ["LeNet5"]


class LeNet5(nn.Module):
    """LeNet-5 as it is taught today: rectifiers and maximum pooling.

    ======================  ===================  ==========
    layer                   output               parameters
    ======================  ===================  ==========
    convolution 5x5, pad 2  (N, 6, 28, 28)              156
    maximum 2x2             (N, 6, 14, 14)
    convolution 5x5         (N, 16, 10, 10)           2,416
    maximum 2x2             (N, 16, 5, 5)
    dense 400 -> 120        (N, 120)                 48,120
    dense 120 -> 84         (N, 84)                  10,164
    dense 84 -> 10          (N, 10)                     850
    ======================  ===================  ==========

    The original of 1998, :class:`LeNet5Original`, had scaled tanh units, trainable averages in
    place of maxima, an incomplete table of connections between the convolutions, and radial basis
    functions as outputs.

    Parameters
    ----------
    in_channels : int
        C, 1 for grey images.
    classes : int
        K. The scores are not squashed: train it with the loss ``"cross_entropy"``.

    Raises
    ------
    ShapeError
        If the input is not (N, C, 28, 28).

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86, 1998, section II.B.

    Examples
    --------
    >>> import xpnet as xn
    >>> summary = xn.models.LeNet5().summary((1, 1, 28, 28))
    >>> summary.output, summary.parameters
    ((1, 10), 61706)
    """

    def __init__(self, in_channels: int = 1, classes: int = 10) -> None:
        self.in_channels = in_channels
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 6, kernel_size=5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 16, kernel_size=5),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(16 * 5 * 5, 120),
            nn.ReLU(),
            nn.Linear(120, 84),
            nn.ReLU(),
            nn.Linear(84, classes),
        )

    def forward(self, x: Any) -> Any:
        """Return the scores: (N, C, 28, 28) -> (N, K)."""
        require_images("LeNet5", x, self.in_channels, (28,))
        return self.classifier(self.features(x))
