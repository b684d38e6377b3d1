"""Losses of classification: ``loss(input, target)``, a number to be made small.

All take ``reduction="mean"`` (default), ``"sum"``, or ``"none"`` for one loss per sample (element).
Class labels are integers of any kind. The mean over nothing (an empty batch, labels that are all
ignored) is 0. Labels out of range are an error where looking at them is cheap (NumPy, PyTorch on
the CPU). On a GPU, where it would stop the queue, `cross_entropy` says what becomes of them.
"""

from __future__ import annotations

from typing import Any

from ... import ops
from ...backend import asarray, device_of, dtype_name, is_array, unwrap

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_loss",
    "multi_margin_loss",
    "nll_loss",
    "perceptron_loss",
    "squared_hinge_loss",
]


def _like(x: Any, weight: Any) -> Any:
    """Let weights be given as a list: return them as an array that lives where `x` does."""
    if weight is None or is_array(unwrap(weight)):
        return weight
    return asarray(weight, dtype_name(x.dtype), device_of(x))


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Any:
    """Return the cross-entropy between softmax(input) and the target, for classification.

    Parameters
    ----------
    input : (N, K), (K,) or (N, K, ...)
        Scores (logits), one per class; not probabilities.
    target : (N,), () or (N, ...) integers, or as `input`
        Class labels from 0 to K - 1, or the probability of each class. A label out of range is an
        error with NumPy, and with PyTorch on the CPU. On a GPU nobody looks: with CuPy and (N, K)
        the loss is then NaN, and the gradient of that row zero; otherwise it counts for nothing.
    weight : (K,), optional
        Importance of each class. The mean over labels divides by the sum of their weights.
    ignore_index : int
        Samples with this label count for nothing.
    label_smoothing : float
        ε from 0 to 1: targets become (1 - ε) of themselves plus ε/K for each class.
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np
    >>> cross_entropy(np.asarray([[2.0, 0.0], [0.0, 0.0]]), np.asarray([0, 1])).round(4)
    np.float64(0.41)
    """
    return ops.cross_entropy(
        input,
        target,
        _like(input, weight),
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )


def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    """Return minus the log-probability of the labels; `input` holds log-probabilities.

    Arguments as for :func:`cross_entropy`.

    Examples
    --------
    >>> import numpy as np
    >>> nll_loss(np.log([[0.5, 0.5], [0.25, 0.75]]), np.asarray([0, 0])).round(4)
    np.float64(1.0397)
    """
    return ops.nll_loss(
        input, target, _like(input, weight), ignore_index=ignore_index, reduction=reduction
    )


def binary_cross_entropy(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean"
) -> Any:
    """Return the cross-entropy of yes-no probabilities; use the version with logits if you can.

    Parameters
    ----------
    input, target : arrays of the same shape
        Probabilities from 0 to 1.
    weight : array that broadcasts to their shape, optional
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np
    >>> binary_cross_entropy(np.asarray([0.5, 0.9]), np.asarray([0.0, 1.0])).round(4)
    np.float64(0.3993)
    """
    return ops.binary_cross_entropy(input, target, _like(input, weight), reduction=reduction)


def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    pos_weight: Any = None,
    reduction: str = "mean",
) -> Any:
    """Return the cross-entropy between sigmoid(input) and the target.

    Parameters
    ----------
    input, target : arrays of the same shape
        Scores (logits), and probabilities from 0 to 1.
    weight, pos_weight : arrays that broadcast to their shape, optional
        `pos_weight` multiplies the loss of the answer yes, e.g. by the number of no
        divided by the number of yes.
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np
    >>> binary_cross_entropy_with_logits(np.asarray([0.0, 1e4]), np.asarray([0.0, 1.0])).round(4)
    np.float64(0.3466)
    """
    return ops.binary_cross_entropy_with_logits(
        input, target, _like(input, weight), _like(input, pos_weight), reduction=reduction
    )


def hinge_loss(input: Any, target: Any, *, power: int = 1, reduction: str = "mean") -> Any:
    """Return the mean of max(0, 1 - target * input)^power, for targets -1 and 1.

    `power` is 1 or 2; see also :func:`squared_hinge_loss`.

    Examples
    --------
    >>> import numpy as np
    >>> hinge_loss(np.asarray([0.5, 2.0]), np.asarray([1, 1]))
    np.float64(0.25)
    """
    return ops.hinge_loss(input, target, power=power, reduction=reduction)


def multi_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    p: int = 1,
    margin: float = 1.0,
    reduction: str = "mean",
) -> Any:
    """Return the hinge loss for many classes.

    Parameters
    ----------
    input : (N, K) or (K,)
        Scores.
    target : (N,) or () integers
        Labels from 0 to K - 1.
    weight : (K,), optional
        Importance of each class; the mean still divides by N.
    p : {1, 2}
        Power of the hinge.
    margin : float
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np
    >>> multi_margin_loss(np.asarray([[0.0, 0.5], [3.0, 0.0]]), np.asarray([0, 0]))
    np.float64(0.375)
    """
    return ops.multi_margin_loss(
        input, target, _like(input, weight), p=p, margin=margin, reduction=reduction
    )


def perceptron_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return the mean of max(0, -target * input), for targets -1 and 1.

    Its gradient step is the perceptron rule: see :mod:`xpnet.ops.losses.perceptron_loss`.

    Examples
    --------
    >>> import numpy as np
    >>> perceptron_loss(np.asarray([0.5, -2.0]), np.asarray([1, 1]))
    np.float64(1.0)
    """
    return ops.perceptron_loss(input, target, reduction=reduction)


def squared_hinge_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return the mean of max(0, 1 - target * input)², for targets -1 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> squared_hinge_loss(np.asarray([0.5, 2.0]), np.asarray([1, 1]))
    np.float64(0.125)
    """
    return ops.hinge_loss(input, target, power=2, reduction=reduction)
