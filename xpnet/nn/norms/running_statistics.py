"""The running statistics of batch normalisation: a moving average of mean and variance."""

from __future__ import annotations

from typing import Any

from ... import kernels
from ...backend import namespace
from ...typing import Array

__all__ = ["running_statistics"]


def running_statistics(
    old: tuple[Array, Array, Array], mean: Array, var: Array, n: int, momentum: float | None
) -> tuple[Array, Array, Array]:
    """Return running mean, running variance and number of batches after one more batch.

    They are new arrays, for JAX's sake, and because somebody may hold the old ones.

    Parameters
    ----------
    old
        The three before: (C,), (C,) and an integer, ().
    mean, var : array, (C,)
        Those of the batch; the variance is divided by n, and enters with n - 1 instead.
    n : int
        Values of a channel in the batch.
    momentum : float or None
        The share of the newest batch; None for the mean of all batches.
    """
    kernel = kernels.find("running_statistics", mean, var, *old)
    if kernel is not None:
        after: tuple[Array, Array, Array] = kernel.update(mean, var, *old, n=n, momentum=momentum)
        return after
    xp = namespace(mean)
    running_mean, running_var, batches = old
    batches = xp.asarray(batches + 1)  # NumPy makes a scalar of it
    share: Any = 1.0 / xp.astype(batches, mean.dtype) if momentum is None else momentum
    running_mean = (1 - share) * running_mean + share * mean
    running_var = (1 - share) * running_var + share * (var * (n / (n - 1)))
    return running_mean, running_var, batches
