"""One optimizer step: forward, loss, backward, update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backend import unwrap
from ..nn import Module
from ..optim import Optimizer, clip_grad_norm_
from .inputs import Batch
from .loss import BatchLoss, shares
from .totals import Totals

__all__ = ["set_gradients", "take_step"]


def take_step(
    model: Module,
    optimizer: Optimizer,
    loss: BatchLoss,
    batches: Sequence[Batch],
    totals: Totals,
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
            return set_gradients(model, loss, batches, next(counted, None))

        optimizer.step(closure)
        return
    optimizer.zero_grad()
    set_gradients(model, loss, batches, totals)
    if clip_norm is not None:
        clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()


def set_gradients(
    model: Module, loss: BatchLoss, batches: Sequence[Batch], totals: Totals | None
) -> Any:
    """Add the gradients of the mean loss over a group of batches, and return that loss."""
    mean: Any = None
    for (x, y, w), share in zip(batches, shares(batches), strict=True):
        outputs = model(x)
        value = loss(outputs, y, w)
        part = value if len(batches) == 1 else value * share
        part.backward()
        if totals is not None:
            totals.add(value, unwrap(outputs), y, w)
        mean = unwrap(part) if mean is None else mean + unwrap(part)
    return mean
