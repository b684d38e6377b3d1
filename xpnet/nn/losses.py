"""Losses as modules, which hold their options; see ``nn.functional`` for what each computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..backend import asarray, is_array, unwrap
from ..ops.losses.reduction import require_reduction
from . import functional
from .module import Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "HingeLoss",
    "HuberLoss",
    "L1Loss",
    "MSELoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PerceptronLoss",
    "QuadraticCost",
]


class _Loss(Module):
    """A function of ``nn.functional`` and its options."""

    function: ClassVar[Callable[..., Any]]
    options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, reduction: str = "mean") -> None:
        require_reduction(type(self).__name__, reduction)
        self.reduction = reduction

    def forward(self, input: Any, target: Any) -> Any:
        """Return the loss of predictions against what they should have been."""
        options = {name: getattr(self, name) for name in (*self.options, "reduction")}
        return self.function(input, target, **options)

    def _own(self, name: str, weight: Any) -> None:
        """Keep weights as a buffer, which moves with ``to``."""
        if weight is None:
            setattr(self, name, None)
        else:
            weight = unwrap(weight)
            self.register_buffer(name, weight if is_array(weight) else asarray(weight))


class CrossEntropyLoss(_Loss):
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


class NLLLoss(_Loss):
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


class BCELoss(_Loss):
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


class BCEWithLogitsLoss(_Loss):
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


class MSELoss(_Loss):
    """Mean squared error; see :func:`~xpnet.nn.functional.mse_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.MSELoss()(np.asarray([1.0]), np.asarray([4.0])))
    9.0
    """

    function = staticmethod(functional.mse_loss)


class QuadraticCost(_Loss):
    """Half the mean squared distance; see :func:`~xpnet.nn.functional.quadratic_cost`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.QuadraticCost()(np.asarray([[1.0, 0.0]]), np.asarray([[4.0, 4.0]])))
    12.5
    """

    function = staticmethod(functional.quadratic_cost)


class L1Loss(_Loss):
    """Mean absolute error; see :func:`~xpnet.nn.functional.l1_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.L1Loss()(np.asarray([1.0]), np.asarray([4.0])))
    3.0
    """

    function = staticmethod(functional.l1_loss)


class HuberLoss(_Loss):
    """Quadratic below delta, linear above; see :func:`~xpnet.nn.functional.huber_loss`.

    Parameters
    ----------
    delta : float
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.HuberLoss()(np.asarray([1.0]), np.asarray([4.0])))
    2.5
    """

    function = staticmethod(functional.huber_loss)
    options = ("delta",)

    def __init__(self, delta: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.delta = delta


class HingeLoss(_Loss):
    """Hinge loss for targets -1 and 1; see :func:`~xpnet.nn.functional.hinge_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.HingeLoss()(np.asarray([0.25]), np.asarray([1])))
    0.75
    """

    function = staticmethod(functional.hinge_loss)


class PerceptronLoss(_Loss):
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


class MultiMarginLoss(_Loss):
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
