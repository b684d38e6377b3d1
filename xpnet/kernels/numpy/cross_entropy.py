"""Cross-entropy of labels: picks one number per row instead of multiplying with one-hot rows.

Works on columns, one for each sample: NumPy adds up rows of a few numbers one number at a time, but
a few long rows with vector instructions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register

__all__: list[str] = []


def accepts(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> bool:
    """Take the common case: mean over labels that all count."""
    return (
        weight is None
        and label_smoothing == 0
        and reduction == "mean"
        and x.ndim == 2
        and y.ndim == 1
        and y.size > 0
        and y.dtype.kind in "iu"
        and ignore_index < 0  # then no label that passed the check is ignored, if none is negative
        and bool(np.minimum.reduce(y) >= 0)
    )


def forward(x: Array, y: Array, weight: None = None, **options: Any) -> tuple[Array, Any]:
    n = len(y)
    p = np.array(x.T, order="C")  # (K, N)
    p -= np.maximum.reduce(p, axis=0)
    places = y.astype(np.intp)
    places *= n
    places += np.arange(n)
    scores = p.take(places)
    np.exp(p, out=p)
    total = np.add.reduce(p, axis=0)
    p /= total
    losses = np.log(total, out=total)
    losses -= scores
    return np.asarray(np.add.reduce(losses) / np.asarray(n, x.dtype)), (p, places)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    p, places = saved
    if not needs[0]:
        return (None, None, None)[: len(needs)]
    share = dl / np.asarray(len(places), p.dtype)
    dx = p * share
    dx.reshape(-1)[places] -= share
    return (np.ascontiguousarray(dx.T), None, None)[: len(needs)]


register("cross_entropy", library="numpy", forward=forward, backward=backward, accepts=accepts)
