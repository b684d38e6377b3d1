"""What kind of targets a loss wants, and how to bring data into it.

===========  =========================================  ==========================================
kind         what the data may hold                     what the loss gets
===========  =========================================  ==========================================
``labels``   integers (N,), (N, H, W); or like outputs  the same
``signs``    0 and 1, or -1 and 1, or booleans           -1 and 1, shaped like the outputs
``numbers``  any numbers                                 the outputs' dtype, (N,) and (N, 1) alike
===========  =========================================  ==========================================

Losses that are functions of one's own get the data as they are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import is_floating, namespace, to_numpy
from ..errors import DataError
from ..nn import Module
from ..typing import Array
from .metrics.classes import IGNORED

__all__ = ["as_wanted", "is_for_classes", "kind_of_targets", "name_of", "require_kind"]

_KINDS: dict[str, str] = {
    "cross_entropy": "labels",
    "nll_loss": "labels",
    "multi_margin_loss": "labels",
    "hinge_loss": "signs",
    "squared_hinge_loss": "signs",
    "perceptron_loss": "signs",
    "mse_loss": "numbers",
    "l1_loss": "numbers",
    "huber_loss": "numbers",
    "quadratic_cost": "numbers",
    "quantile_loss": "numbers",
    "poisson_nll_loss": "numbers",
    "binary_cross_entropy": "numbers",
    "binary_cross_entropy_with_logits": "numbers",
}


def kind_of_targets(loss: Any) -> str:
    """Return what a loss function, or a loss module, of ``nn`` wants; "" if it is another.

    Examples
    --------
    >>> from xpnet import nn
    >>> kind_of_targets(nn.functional.hinge_loss), kind_of_targets(nn.MSELoss())
    ('signs', 'numbers')
    """
    return _KINDS.get(name_of(loss), "")


def is_for_classes(loss: Any) -> bool:
    """Tell whether a loss of ``nn`` is one of classification."""
    name = name_of(loss)
    return kind_of_targets(loss) in ("labels", "signs") or name.startswith("binary_cross_entropy")


def name_of(loss: Any) -> str:
    """Return the name of a loss function, or of the function of a loss module."""
    function = getattr(type(loss), "function", loss) if isinstance(loss, Module) else loss
    return str(getattr(function, "__name__", ""))


def as_wanted(kind: str, outputs: Array, y: Array) -> Array:
    """Return targets in the form that the loss wants; see the table above.

    Examples
    --------
    >>> import numpy as np
    >>> as_wanted("signs", np.zeros((2, 1)), np.asarray([0, 1]))
    array([[-1.],
           [ 1.]])
    """
    if kind not in ("signs", "numbers"):
        return y
    xp = namespace(y)
    dtype = outputs.dtype
    if kind == "signs":
        positive = y if xp.isdtype(y.dtype, "bool") else y > 0
        y = 2 * xp.astype(positive, dtype) - 1
    elif y.dtype != dtype:
        y = xp.astype(y, dtype)
    wanted, given = tuple(outputs.shape), tuple(y.shape)
    if given in ((*wanted, 1), wanted[:-1]) and math.prod(given) == math.prod(wanted):
        y = xp.reshape(y, wanted)
    return y


def require_kind(where: str, loss: Any, y: Array) -> None:
    """Raise a DataError if the targets of a data set cannot be what the loss wants.

    Looks at all targets, so it is for the start of training, not for each step.
    """
    kind, name = kind_of_targets(loss), name_of(loss)
    if isinstance(y, np.ndarray) and y.dtype.kind not in "biuf":
        raise DataError(
            f"{where}: targets must be numbers, got {y.dtype}; number the classes, e.g. with "
            "names, y = numpy.unique(y, return_inverse=True)"
        )
    if kind == "labels" and is_floating(y) and y.ndim < 2:
        raise DataError(
            f"{where}: targets for {name} must be integers, the classes, got {y.dtype} of shape "
            f"{tuple(y.shape)}; convert them to int64, or use loss='mse_loss' to predict numbers"
        )
    if kind == "labels" and not is_floating(y):
        labels = to_numpy(y)
        lowest = int(labels[labels != IGNORED].min(initial=0))
        if lowest < 0:
            raise DataError(
                f"{where}: targets for {name} must be classes from 0, got {lowest}; "
                "renumber them, e.g. with numpy.unique(y, return_inverse=True)"
            )
    if kind == "signs":
        values = np.unique(to_numpy(y))
        if values.size > 2 or not set(values.tolist()) <= {-1, 0, 1} or {-1, 0} <= set(values):
            shown = ", ".join(str(value) for value in values[:4])
            raise DataError(
                f"{where}: targets for {name} must be of two classes, 0 and 1 or -1 and 1, got "
                f"{shown}{', ...' if values.size > 4 else ''}; choose two classes, or use "
                "loss='cross_entropy' with a model that has one output for each class"
            )
