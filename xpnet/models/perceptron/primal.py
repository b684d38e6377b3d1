"""Rosenblatt's rule: take a misclassified sample, turn the weights towards it, until none is left.

    while some i has y_i (w·x_i + b) <= 0:
        w += η y_i x_i        b += η y_i

After the correction y_i (w·x_i + b) is larger by η (‖x_i‖² + 1), so the sample is nearer to its
side, while others may fall out. If a hyperplane separates the classes, this ends: see
:mod:`.novikoff`. The rule is stochastic gradient descent on the loss Σ max(0, -y_i (w·x_i + b)),
whose gradient at a misclassified sample is -y_i x_i.
"""

from __future__ import annotations

from typing import Any

from ...backend import device_of, namespace
from .order import make_order
from .result import Learnt, learnt
from .samples import require_count, require_rate, signed_samples

__all__ = ["learn"]


def learn(
    x: Any,
    y: Any,
    *,
    lr: float = 1.0,
    order: str = "cyclic",
    max_updates: int = 10_000,
    seed: int = 0,
    history: bool = False,
) -> Learnt:
    """Learn a perceptron by Rosenblatt's rule, from w = 0 and b = 0.

    Parameters
    ----------
    x : array, (N, D)
        Samples of any library and device, which do the computing. Whole numbers become float32.
    y : array, (N,)
        Labels, -1 and 1.
    lr : float
        η > 0. As the start is zero, it scales w and b and changes no decision.
    order : {"cyclic", "random"}
        Which misclassified sample is taken: the next one in their order, or any.
    max_updates : int
        The end if the classes cannot be separated; :func:`learn_pocket` is for such data.
    seed : int
        Of the random order.
    history : bool
        Keep the weights after each correction, (updates + 1) (D + 1) numbers.

    Returns
    -------
    Learnt
        ``model``, ``converged``, ``updates``, ``errors``, ``taken``, ``w``, ``b``, ``history``.
        It has converged when a look at all samples finds y_i (w·x_i + b) > 0 for each.

    Raises
    ------
    ShapeError, DTypeError, DataError, DeviceError
        If samples and labels do not fit, labels are not -1 and 1, or numbers are not finite.
    ArgumentError
        If an option makes no sense.

    References
    ----------
    F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization
    in the brain", Psychological Review 65, 1958.

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.data.logic_gate("and").arrays
    >>> learnt = learn(x, 2 * y - 1)
    >>> learnt.converged, learnt.updates, learnt.w.tolist(), learnt.b
    (True, 18, [3.0, 2.0], -4.0)
    >>> learnt.model.predict(x)
    array([-1., -1., -1.,  1.], dtype=float32)
    """
    where = "perceptron.learn"
    z = signed_samples(where, x, y)  # (N, D + 1)
    rate, most = require_rate(where, lr), require_count(where, "max_updates", max_updates)
    take = make_order(where, order, seed)
    v = namespace(z).zeros(z.shape[1], dtype=z.dtype, device=device_of(z).native)
    path, errors = [v], []
    taken: list[int] = []
    while True:
        i, wrong = take(z @ v)
        errors.append(wrong)
        if not wrong or len(taken) == most:
            break
        v = v + rate * z[i, :]
        taken.append(i)
        if history:
            path.append(v)
    return learnt(v, errors, taken, converged=not wrong, path=path if history else ())
