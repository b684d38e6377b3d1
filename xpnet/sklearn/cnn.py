"""CNNClassifier: convolutions with pooling, then dense layers, for images."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from .. import nn, optim
from ..optim import Optimizer
from .classifier import Classifier
from .parameters import Rule, flag, function_or, integer, keep, number, optional, sizes

__all__ = ["CNNClassifier"]

RULES: dict[str, Rule] = {
    "activation": function_or(),
    "image_shape": optional(sizes()),
    "channels": sizes(),
    "hidden_layer_sizes": sizes(),
    "kernel_size": integer(1),
    "learning_rate_init": number(0, open_low=True),
    "dropout": number(0, 1, open_high=True),
    "batch_norm": flag(),
}


class CNNClassifier(Classifier):
    """A convolutional network that tells images apart.

    Blocks of a convolution (as large as its input), an activation and 2x2 max pooling, one for
    each entry of `channels`, then dense layers. An axis of which one pixel is left is pooled no
    further: of 8x8 pixels, the fourth block has nothing to pool. Images with channels last,
    (N, H, W, C), must be transposed before: ``X.transpose(0, 3, 1, 2)``.

    Parameters
    ----------
    channels : sequence of int
        Channels of each convolution.
    hidden_layer_sizes : sequence of int
        Units of the dense layers after them.
    kernel_size : int
        Height and width of the convolutions.
    image_shape : (int, int) or (int, int, int), optional
        (H, W) or (C, H, W) of the images where X are rows (N, D). Default: one channel, square if
        D is a square number, else one line of D pixels.
    activation : str or callable
        A name of ``nn.ACTIVATIONS``.
    batch_norm : bool
        Normalise the output of each convolution.
    dropout : float
        Share of the units before each dense layer that is switched off in a training step.
    learning_rate_init : float
        Of Adam.
    alpha : float
        L2 penalty: ``alpha / 2 Σ w²`` is added to the sum of the losses of each batch.
    batch_size : int or "auto"
        "auto" is min(200, N).
    max_iter : int
        Epochs.
    shuffle : bool
    random_state : int, RandomState or None
    tol : float or None
        Training ends when the loss, or the score, has not improved by `tol` in `n_iter_no_change`
        epochs. None: it takes all `max_iter` epochs.
    n_iter_no_change : int
    early_stopping : bool
        Hold out ``validation_fraction`` of the samples (or use ``validation_data``), end training
        when their score does not improve, and go back to the best epoch.
    validation_fraction : float
    loss : {"log_loss", "hinge", "squared_hinge"} or callable
    class_weight : dict, "balanced" or None
    callbacks : sequence of xpnet.training.Callback
    warm_start : bool
    verbose : bool
        Show a progress bar.
    device : str, optional
        Where to train. Default: where X is.
    dtype : {"float32", "float64"}, optional
        Default: that of X; float64 where X are integers.

    Attributes
    ----------
    module_ : xpnet.nn.Module
    image_shape_ : (int, int, int)
        C, H and W.
    classes_ : ndarray
    n_iter_, loss_, loss_curve_, validation_scores_, best_validation_score_
    n_features_in_ : int
        D of rows; C of images (N, C, H, W).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from xpnet.sklearn import CNNClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = CNNClassifier((8,), (32,), learning_rate_init=0.01, max_iter=15, random_state=0)
    >>> model.fit(X[:1000] / 16, y[:1000]).score(X[1000:] / 16, y[1000:]) > 0.85
    True
    >>> model.image_shape_
    (1, 8, 8)
    """

    _rules: ClassVar[Mapping[str, Rule]] = RULES
    _architecture = (
        "channels", "hidden_layer_sizes", "kernel_size", "image_shape", "activation", "batch_norm",
        "dropout",
    )  # fmt: skip
    _images = True

    image_shape_: tuple[int, int, int]

    def __init__(
        self,
        channels: Sequence[int] = (32, 64),
        hidden_layer_sizes: Sequence[int] = (128,),
        *,
        kernel_size: int = 3,
        image_shape: Sequence[int] | None = None,
        activation: Any = "relu",
        batch_norm: bool = False,
        dropout: float = 0.0,
        learning_rate_init: float = 0.001,
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        max_iter: int = 20,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float | None = None,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        loss: Any = "log_loss",
        class_weight: Any = None,
        callbacks: Sequence[Any] = (),
        warm_start: bool = False,
        verbose: bool = False,
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())

    def _network(self, shape: tuple[int, ...], outputs: int) -> nn.Module:
        self.image_shape_ = self._image(shape)
        channels, *size = self.image_shape_
        make_activation = nn.get_activation(self.activation)
        layers: list[nn.Module] = [nn.Unflatten(1, self.image_shape_)] if len(shape) == 1 else []
        if len(shape) == 2:
            layers.append(nn.Unflatten(1, (1, shape[0])))  # (N, H, W) -> (N, 1, H, W)
        for wanted in self.channels:
            layers.append(nn.Conv2d(channels, wanted, self.kernel_size, padding="same"))
            if self.batch_norm:
                layers.append(nn.BatchNorm2d(wanted))
            layers.append(make_activation())
            window = tuple(min(2, side) for side in size)
            if max(window) > 1:
                layers.append(nn.MaxPool2d(window))
            channels, size = wanted, [side // step for side, step in zip(size, window, strict=True)]
        layers.append(nn.Flatten())
        features = channels * math.prod(size)
        for units in self.hidden_layer_sizes:
            layers += [*self._dropout(), nn.Linear(features, units), make_activation()]
            features = units
        return nn.Sequential(*layers, *self._dropout(), nn.Linear(features, outputs))

    def _dropout(self) -> list[nn.Module]:
        return [nn.Dropout(self.dropout)] if self.dropout else []

    def _image(self, shape: tuple[int, ...]) -> tuple[int, int, int]:
        """Return C, H and W of images, or of rows of pixels."""
        if len(shape) == 3:
            if shape[2] in (1, 3, 4) and shape[0] == shape[1] > 4:
                warnings.warn(
                    f"CNNClassifier: X must be (N, C, H, W), got {shape} after N, which means "
                    f"{shape[0]} channels of {shape[1]}x{shape[2]} pixels; if channels are last, "
                    "transpose: X.transpose(0, 3, 1, 2)",
                    stacklevel=7,
                )
            return shape[0], shape[1], shape[2]
        if len(shape) == 2:
            return 1, shape[0], shape[1]
        if len(shape) > 3:
            raise ValueError(
                f"CNNClassifier: X must be (N, D), (N, H, W) or (N, C, H, W), got {len(shape) + 1} "
                "axes; reshape it"
            )
        pixels = shape[0]
        if self.image_shape is None:
            side = math.isqrt(pixels)
            return (1, side, side) if side * side == pixels else (1, 1, pixels)
        image = tuple(int(n) for n in self.image_shape)
        if len(image) not in (2, 3) or min(image) < 1 or math.prod(image) != pixels:
            raise ValueError(
                f"CNNClassifier: image_shape must be (H, W) or (C, H, W) of {pixels} pixels, the "
                f"number of columns of X, got {self.image_shape!r}"
            )
        channels, height, width = image if len(image) == 3 else (1, *image)
        return channels, height, width

    def _optimizer(self, groups: list[dict[str, Any]]) -> Optimizer:
        return optim.Adam(groups, lr=self.learning_rate_init)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
