"""The cross-entropy of a softmax, from the scores (logits).

    l_n = -Σ_k w_k t_nk log p_nk,   p = softmax(x)
    dx_nk = dl_n (p_nk Σ_j w_j t_nj - w_k t_nk)

For labels y_n, t_n is one at k = y_n and zero elsewhere, so that l_n = -w_y log p_ny and, without
weights, dx = dl (p - t): the derivatives of the logarithm and of the softmax cancel, which is why
the two are one op. Proof: ∂ log p_j / ∂x_k = [j = k] - p_k; multiply by -w_j t_j and sum over j.
Targets may also be probabilities t themselves. Label smoothing replaces t by (1 - ε) t + ε/K.

The mean divides by Σ_n w_{y_n} over the labels that are not ignored, or, for probabilities, by N.

A label that is no class, and is not to be ignored, is an error where looking at labels waits for
nothing: on the CPU with NumPy and PyTorch. On a GPU with CuPy the kernel for rows of scores (N, K)
makes the loss NaN, without a gradient of that row; elsewhere such a label counts for nothing.

C. M. Bishop, 2006, *Pattern recognition and machine learning*, equations 4.108 and 4.109;
C. Szegedy et al., 2016, *Rethinking the Inception architecture*, section 7 (smoothing).
"""

from __future__ import annotations

from typing import Any

from ...backend import is_floating, namespace
from ...errors import ArgumentError
from ...typing import Array
from ..activations.log_softmax import normalized
from ..op import Op
from .labels import along_classes, class_axis, hot, nonzero, require_labels, require_weight
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["cross_entropy", "expected"]


def check(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> None:
    require_reduction("cross_entropy", reduction)
    if x.shape == y.shape and x.shape and is_floating(y):
        require_same("cross_entropy", x, y)
    else:
        require_labels("cross_entropy", x, y, ignore_index)
    require_weight("cross_entropy", x, weight)
    if not 0 <= label_smoothing <= 1:
        raise ArgumentError(
            f"cross_entropy: label_smoothing must be from 0 to 1, got {label_smoothing}; a usual "
            "value is 0.1"
        )


def expected(t: Array, logp: Array, axis: int) -> Array:
    """Return -Σ t log p; a class that is impossible (log p = -inf) counts only where t > 0."""
    xp = namespace(t, logp)
    return -xp.sum(t * xp.where(t == 0, 0.0, logp), axis=axis)


def forward(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> tuple[Array, Any]:
    xp = namespace(x, y)
    axis = class_axis(x)
    w = 1.0 if weight is None else along_classes(weight, x)
    count = None
    if x.shape == y.shape:
        t, smoothed = y, 1.0
    else:
        t = hot(y, x, ignore_index)  # (N, K)
        count = nonzero(xp.sum(t * w)) if reduction == "mean" else None
        smoothed = xp.sum(t, axis=axis, keepdims=True)  # (N, 1): 0 where ignored
    if label_smoothing:
        t = (1.0 - label_smoothing) * t + (label_smoothing / x.shape[axis]) * smoothed
    t = t * w
    logp = normalized(x, axis)
    losses = expected(t, logp, axis)
    saved = logp, t, (1.0 - label_smoothing) * w, losses, count, axis, reduction
    return reduce(losses, reduction, count), saved


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    logp, t, w, losses, count, axis, reduction = saved
    xp = namespace(dl, logp)
    dl = spread(dl, losses, reduction, count)
    if reduction == "none":
        dl = xp.expand_dims(dl, axis=axis)  # (N,) -> (N, 1)
    dx = dt = None
    if needs[0]:
        dx = dl * (xp.exp(logp) * xp.sum(t, axis=axis, keepdims=True) - t)
    if needs[1]:
        dt = -dl * w * logp
    return (dx, dt, None)[: len(needs)]


cross_entropy = Op("cross_entropy", forward, backward, check)
