"""Losses of classification as modules."""

from __future__ import annotations

from typing import Any

from .. import functional
from .loss import Loss

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "HingeLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PerceptronLoss",
]


class CrossEntropyLoss(Loss):
    """Cross-entropy of scores (logits); see :func:`~xpnet.nn.functional.cross_entropy`.

    Parameters
    ----------
    weight : (K,), optional
        Importance of each class, an array or a list.
    ignore_index : int
        Samples with this label count for nothing.
    label_smoothing : float
        From 0 to 1.
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> round(float(xn.nn.CrossEntropyLoss()(np.zeros((1, 4)), np.asarray([2]))), 4)
    1.3863
    """

    function = staticmethod(functional.cross_entropy)
    options = ("weight", "ignore_index", "label_smoothing")

    def __init__(
        self,
        weight: Any = None,
        *,
        ignore_index: int = -100,
        label_smoothing: float = 0.0,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self._own("weight", weight)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing


class NLLLoss(Loss):
    """Negative log-likelihood, after LogSoftmax; see :func:`~xpnet.nn.functional.nll_loss`.

    Parameters
    ----------
    weight : (K,), optional
    ignore_index : int
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.NLLLoss()(np.asarray([[-1.0, -2.0]]), np.asarray([1])))
    2.0
    """

    function = staticmethod(functional.nll_loss)
    options = ("weight", "ignore_index")

    def __init__(
        self, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        self._own("weight", weight)
        self.ignore_index = ignore_index


class BCELoss(Loss):
    """Cross-entropy of probabilities; see :func:`~xpnet.nn.functional.binary_cross_entropy`.

    Parameters
    ----------
    weight : array, optional
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> round(float(xn.nn.BCELoss()(np.asarray([0.5]), np.asarray([1.0]))), 4)
    0.6931
    """

    function = staticmethod(functional.binary_cross_entropy)
    options = ("weight",)

    def __init__(self, weight: Any = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self._own("weight", weight)


class BCEWithLogitsLoss(Loss):
    """See :func:`~xpnet.nn.functional.binary_cross_entropy_with_logits`.

    Parameters
    ----------
    weight, pos_weight : array, optional
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> round(float(xn.nn.BCEWithLogitsLoss()(np.asarray([0.0]), np.asarray([1.0]))), 4)
    0.6931
    """

    function = staticmethod(functional.binary_cross_entropy_with_logits)
    options = ("weight", "pos_weight")

    def __init__(
        self, weight: Any = None, *, pos_weight: Any = None, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        self._own("weight", weight)
        self._own("pos_weight", pos_weight)


class HingeLoss(Loss):
    """Hinge loss for targets -1 and 1; see :func:`~xpnet.nn.functional.hinge_loss`.

    Parameters
    ----------
    power : {1, 2}
        2 is the squared hinge.
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.HingeLoss()(np.asarray([0.25]), np.asarray([1])))
    0.75
    """

    function = staticmethod(functional.hinge_loss)
    options = ("power",)

    def __init__(self, power: int = 1, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.power = power


class PerceptronLoss(Loss):
    """The perceptron's loss; see :func:`~xpnet.nn.functional.perceptron_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.PerceptronLoss()(np.asarray([-0.25]), np.asarray([1])))
    0.25
    """

    function = staticmethod(functional.perceptron_loss)


class MultiMarginLoss(Loss):
    """Hinge loss for many classes; see :func:`~xpnet.nn.functional.multi_margin_loss`.

    Parameters
    ----------
    p : {1, 2}
    margin : float
    weight : (K,), optional
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.MultiMarginLoss()(np.asarray([[0.0, 0.5]]), np.asarray([0])))
    0.75
    """

    function = staticmethod(functional.multi_margin_loss)
    options = ("weight", "p", "margin")

    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: Any = None, *, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        self.p = p
        self.margin = margin
        self._own("weight", weight)
