"""The loss of a batch: targets in the form the loss wants, and samples with weights.

With weights w_i >= 0 of the samples, the loss of a batch is a weighted mean,

    J = Σ_i w_i l_i / Σ_i w_i,

where l_i, the loss of sample i, is the mean of what the loss gives for it with
``reduction="none"``. So a weight of 2 is a sample that is there twice. Where the mean of a loss
itself leaves labels out (``ignore_index``) or weighs classes, the denominator does so too: equal
weights never change anything. Weights that are all 0 give the loss 0, and no gradient.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from ..backend import is_floating, namespace, unwrap
from ..errors import ArgumentError, ShapeError
from ..nn import Module
from ..nn.functional import nll_loss
from ..ops.losses.labels import nonzero
from ..typing import Array
from .targets import as_wanted, kind_of_targets, name_of

__all__ = ["BatchLoss", "require_weighable", "shares"]


class BatchLoss:
    """What a loss gives for outputs and the targets of a batch, with or without weights.

    Parameters
    ----------
    loss : callable
        A loss, or loss module, of ``nn``; or ``loss(outputs, y)``, which must also take
        ``reduction="none"`` where samples have weights.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet.nn.functional import mse_loss
    >>> loss = BatchLoss(mse_loss)
    >>> outputs, y = np.asarray([[1.0], [2.0]]), np.asarray([0, 0])
    >>> float(loss(outputs, y)), float(loss(outputs, y, np.asarray([1.0, 0.0])))
    (2.5, 1.0)
    """

    def __init__(self, loss: Callable[..., Any]) -> None:
        self.loss = loss
        self._weighable = False  # not looked at yet
        self._targets = kind_of_targets(loss)
        self._leaves_out = name_of(loss) in ("cross_entropy", "nll_loss")

    def __call__(self, outputs: Any, y: Array, weights: Array | None = None) -> Any:
        """Return the mean loss, (), over the samples.

        Parameters
        ----------
        outputs : Tensor or array, (N, ...)
        y : array, (N, ...)
        weights : array, (N,), optional

        Raises
        ------
        ArgumentError
            If there are weights, and the loss gives only the mean.
        """
        bare = unwrap(outputs)
        y = as_wanted(self._targets, bare, y)
        if weights is None:
            return self.loss(outputs, y)
        if not self._weighable:
            require_weighable("loss", self.loss)
            self._weighable = True
        losses = self.loss(outputs, y, reduction="none")
        _require_one_per_sample(losses, weights)
        xp = namespace(weights)
        weights = xp.astype(weights, unwrap(losses).dtype, copy=False)
        # (N,) -> (N, 1, ...)
        weights = xp.reshape(weights, (-1, *(1 for _ in losses.shape[1:])))
        if self._leaves_out and not is_floating(y):
            total = xp.sum(weights * self._counts(bare, y))
        else:
            total = math.prod(losses.shape[1:]) * xp.sum(weights)
        return namespace(losses, weights).sum(losses * weights) / nonzero(total)

    def _counts(self, outputs: Array, y: Array) -> Array:
        """Return what each label counts in the mean: the weight of its class, 0 if ignored."""
        return nll_loss(
            -namespace(outputs).ones_like(outputs),  # the loss is w_y for a log-probability of -1
            y,
            getattr(self.loss, "weight", None),
            ignore_index=getattr(self.loss, "ignore_index", -100),
            reduction="none",
        )


def shares(batches: Sequence[tuple[Array, Array, Array | None]]) -> list[Any]:
    """Return the share of each batch in the mean over all: numbers, or arrays on the device.

    Examples
    --------
    >>> import numpy as np
    >>> shares([(np.ones(3), np.ones(3), None), (np.ones(1), np.ones(1), None)])
    [0.75, 0.25]
    """
    if len(batches) == 1:
        return [1.0]
    parts = [x.shape[0] if w is None else namespace(w).sum(w) for x, _, w in batches]
    total = sum(parts[1:], start=parts[0])
    total = total if isinstance(total, int) else nonzero(total)
    return [part / total for part in parts]


def require_weighable(where: str, loss: Any) -> None:
    """Raise an ArgumentError unless the loss can say what it is for each sample."""
    if getattr(loss, "reduction", "mean") != "mean":
        raise ArgumentError(
            f"{where}: the loss must be a mean where samples have weights, got "
            f"reduction={loss.reduction!r}; leave reduction out"
        )
    function = loss.forward if isinstance(loss, Module) else loss
    try:
        inspect.signature(function).bind(None, None, reduction="none")
    except TypeError as error:
        raise ArgumentError(
            f"{where}: the loss must take reduction='none' where samples have weights, got "
            f"{name_of(loss) or type(loss).__name__}{inspect.signature(function)}; let it return "
            "one loss per sample then, (N,) or (N, ...)"
        ) from error
    except ValueError:  # Python cannot tell what the function takes
        return


def _require_one_per_sample(losses: Any, weights: Array) -> None:
    if tuple(losses.shape[:1]) != tuple(weights.shape):
        raise ShapeError(
            f"loss: with reduction='none' it must be ({weights.shape[0]}, ...), one for each "
            f"sample, got {tuple(losses.shape)}; take no mean or sum over the samples"
        )
