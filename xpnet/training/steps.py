"""One optimizer step: forward, loss, backward, update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backend import unwrap
from ..nn import Module
from ..optim import Optimizer
from .inputs import Batch
from .loss import BatchLoss, shares
from .precision import Precision
from .totals import Totals

__all__ = ["set_gradients", "take_step"]


def take_step(
    model: Module,
    batches: Sequence[Batch],
    totals: Totals,
    optimizer: Optimizer,
    loss: BatchLoss,
    precision: Precision,
    clip_norm: float | None = None,
) -> None:
    """Take one step for a group of batches, as for one batch that is so much larger.

    Loss and metrics are counted in `totals` once, before the parameters change, also where the
    optimizer computes the loss several times.
    """
    if optimizer.needs_closure:
        counted = iter([totals])

        def closure() -> Any:
            optimizer.zero_grad()
            return set_gradients(model, loss, batches, next(counted, None), precision)

        with precision.step():
            optimizer.step(closure)
        return
    optimizer.zero_grad()
    with precision.step():
        set_gradients(model, loss, batches, totals, precision)
        precision.update(optimizer, model, clip_norm)


def set_gradients(
    model: Module,
    loss: BatchLoss,
    batches: Sequence[Batch],
    totals: Totals | None,
    precision: Precision,
) -> Any:
    """Add the gradients of the mean loss over a group of batches, and return that loss.

    With a scaler they are so many times as large.
    """
    mean: Any = None
    for (x, y, w), share in zip(batches, shares(batches), strict=True):
        with precision.autocast():
            outputs = precision.outputs(model, x)
            value = loss(outputs, y, w)
        part = value if len(batches) == 1 else value * share
        precision.scaler.scale(part).backward()
        if totals is not None:
            totals.add(value, unwrap(outputs), y, w)
        mean = unwrap(part) if mean is None else mean + unwrap(part)
    return mean
