"""The perceptron for data that no hyperplane separates: the best weights are kept in the pocket.

Rosenblatt's rule never rests on such data, and a correction may spoil what was good. Two remedies:

- Gallant's pocket: go on as usual, in random order, and keep aside the weights with the fewest
  errors so far. Here all samples are looked at after each correction, so the pocket only ever gets
  better (Gallant's "ratchet"). As the walk goes on, the probability that the pocket holds the best
  weights there are tends to 1 (for whole-numbered samples; M. Muselli, 1997, *On convergence
  properties of pocket algorithm*).
- The greedy rule: make a correction only if it makes the loss smaller,

      L(w, b) = Σ over misclassified i of  -y_i (w·x_i + b) / ‖(w, b)‖

  The division is needed: without it, shorter weights alone would make L smaller, down to 0 at
  w = 0. The rule comes to rest where no correction of step η helps; η is then halved, and again,
  until it is a millionth of itself. It descends quickly and smoothly, but what it makes small is a
  sum of distances, not the number of errors, and it stays in the first valley that it finds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ...backend import device_of, namespace, to_numpy
from ...errors import choose
from ...typing import Array
from .order import make_order
from .result import Learnt, learnt
from .samples import require_count, require_rate, signed_samples

__all__ = ["learn_pocket"]

LEAST_STEP = 2.0**-20

State = tuple[Array, int, int]  # weights, errors, and the sample that led there, -1 at first


def learn_pocket(
    x: Any,
    y: Any,
    *,
    accept: str = "always",
    lr: float = 1.0,
    max_updates: int = 10_000,
    seed: int = 0,
    history: bool = False,
) -> Learnt:
    """Learn a perceptron from data that may not be separable: the best weights seen are returned.

    Parameters
    ----------
    x : array, (N, D)
        Samples of any library and device, which do the computing. Whole numbers become float32.
    y : array, (N,)
        Labels, -1 and 1.
    accept : {"always", "loss"}
        ``"always"``: S. I. Gallant's pocket algorithm with ratchet: each misclassified sample that
        is taken, at random, corrects the weights, and the best are kept. ``"loss"``: the greedy
        rule: a correction is made only if it makes the loss over the misclassified samples smaller;
        quick, but it may come to rest at a worse place.
    lr : float
        η > 0.
    max_updates : int
        The number of corrections tried. It always takes that many if the data are not separable,
        unless the greedy rule comes to rest.
    seed : int
        Of the random order.
    history : bool
        Keep the weights after each correction, not only the best.

    Returns
    -------
    Learnt
        ``model`` has the best weights: ``errors.min()`` of the samples are misclassified.
        ``errors``, ``taken`` and ``history`` tell of the corrections made. ``converged`` says that
        there are no errors.

    Raises
    ------
    ShapeError, DTypeError, DataError, DeviceError, ArgumentError
        As of :func:`learn`.

    References
    ----------
    S. I. Gallant, "Perceptron-based learning algorithms", IEEE Transactions on Neural Networks 1,
    1990.

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.data.moons(200, noise=0.2).arrays
    >>> learnt = learn_pocket(x, 2 * y - 1, max_updates=1000)
    >>> learnt.converged, bool((learnt.model.predict(x) == 2 * y - 1).mean() > 0.85)
    (False, True)
    """
    where = "perceptron.learn_pocket"
    z = signed_samples(where, x, y)  # (N, D + 1)
    rate, most = require_rate(where, lr), require_count(where, "max_updates", max_updates)
    rule = {"always": _walk, "loss": _descend}[choose(where, "accept", accept, ("always", "loss"))]
    best, fewest = z[0, :], math.inf
    path, errors, taken = [], [], []
    for v, wrong, i in rule(z, rate, most, seed):
        if wrong < fewest:
            best, fewest = v, wrong
        errors.append(wrong)
        if i >= 0:
            taken.append(i)
        if history:
            path.append(v)
    return learnt(best, errors, taken, converged=fewest == 0, path=path)


def _walk(z: Array, rate: float, most: int, seed: int) -> Iterator[State]:
    """Correct at a random misclassified sample, whatever becomes of the others."""
    take = make_order("", "random", seed)
    v, came = _zeros(z), -1
    for _ in range(most + 1):
        i, wrong = take(z @ v)
        yield v, wrong, came
        if not wrong:
            return
        v, came = v + rate * z[i, :], i


def _descend(z: Array, rate: float, most: int, seed: int) -> Iterator[State]:
    """Correct only where that makes the loss smaller; where nothing does, take smaller steps."""
    xp = namespace(z)
    take = make_order("", "random", seed)
    places = xp.arange(z.shape[0], device=device_of(z).native)
    v, step = _zeros(z), rate
    margins, loss = z @ v, math.inf
    useless = xp.zeros(z.shape[0], dtype=xp.bool, device=device_of(z).native)
    yield v, z.shape[0], -1
    for _ in range(most):
        i, left = take(xp.where(useless, 1.0, margins))
        if not left:
            if step <= LEAST_STEP * rate or not take(margins)[1]:
                return
            step, useless = step / 2, xp.zeros_like(useless)
            continue
        new = v + step * z[i, :]
        new_margins = z @ new
        new_loss = _loss(new, new_margins)
        wrong = xp.sum(xp.astype(xp.logical_not(new_margins > 0), places.dtype))
        better, count = to_numpy(
            xp.stack([xp.astype(new_loss < loss, wrong.dtype), wrong])
        ).tolist()
        if better:
            v, margins, loss = new, new_margins, new_loss
            useless = xp.zeros_like(useless)
            yield v, count, i
        else:
            useless = useless | (places == i)


def _loss(v: Array, margins: Array) -> Array:
    """Return the sum of the distances of the misclassified samples; of weights of 0, infinity."""
    xp = namespace(v)
    length = xp.linalg.vector_norm(v)
    shortfall = -xp.sum(xp.where(margins < 0, margins, 0.0))
    return xp.where(length > 0, shortfall / xp.where(length > 0, length, 1.0), math.inf)


def _zeros(z: Array) -> Array:
    return namespace(z).zeros(z.shape[1], dtype=z.dtype, device=device_of(z).native)
