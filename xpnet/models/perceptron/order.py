"""Which of the misclassified samples is taken next.

The rule may take any of them; Novikoff's bound holds for every choice. Each order below asks the
margins y_i (w·x_i + b) of all samples at once and fetches two whole numbers: the sample to take,
and how many are misclassified. A margin that is no number, of weights that have overflown, counts
as an error.
"""

from __future__ import annotations

from collections.abc import Callable

from ...backend import device_of, namespace, random, to_numpy
from ...errors import choose
from ...typing import Array

__all__ = ["ORDERS", "Order", "make_order"]

Order = Callable[[Array], tuple[int, int]]
"""From margins (N,) to the sample to take, -1 if none is left, and the number of errors."""

ORDERS = ("cyclic", "random")


def make_order(where: str, name: str, seed: int) -> Order:
    """Return the order of that name.

    Examples
    --------
    >>> import numpy as np
    >>> take = make_order("learn", "cyclic", seed=0)
    >>> margins = np.asarray([-1.0, 2.0, 0.0])
    >>> take(margins), take(margins), take(margins)
    ((0, 2), (2, 2), (0, 2))
    >>> take(np.ones(3))
    (-1, 0)
    """
    return Cyclic() if choose(where, "order", name, ORDERS) == "cyclic" else Random(seed)


class Cyclic:
    """Through the samples in their order, round and round, as a pass over a file would go."""

    def __init__(self) -> None:
        self.place = 0

    def __call__(self, margins: Array) -> tuple[int, int]:
        """Return the next misclassified sample from the present place on."""
        xp, n = namespace(margins), margins.shape[0]
        wrong = xp.logical_not(margins > 0)
        places = xp.arange(n, device=device_of(margins).native)
        ahead = xp.where(wrong, (places - self.place) % n, n)
        ahead, errors = to_numpy(xp.stack([xp.min(ahead), xp.sum(xp.astype(wrong, ahead.dtype))]))
        if not errors:
            return -1, 0
        taken = (self.place + int(ahead)) % n
        self.place = (taken + 1) % n
        return taken, int(errors)


class Random:
    """Any misclassified sample, with equal chances, the same on every library and device."""

    def __init__(self, seed: int) -> None:
        self.generator = random.stream(seed, "perceptron")

    def __call__(self, margins: Array) -> tuple[int, int]:
        """Return a misclassified sample."""
        xp, n = namespace(margins), margins.shape[0]
        wrong = xp.logical_not(margins > 0)
        counted = xp.cumulative_sum(xp.astype(wrong, xp.arange(1).dtype))  # errors up to each place
        errors = counted[-1]
        # chances differ by less than N / 2³¹
        rank = int(self.generator.integers(2**31)) % xp.where(errors > 0, errors, 1)
        before = xp.sum(xp.astype(counted <= rank, counted.dtype))  # the place of error `rank`
        taken, count = (int(number) for number in to_numpy(xp.stack([before, errors])))
        return (taken, count) if taken < n else (-1, 0)
