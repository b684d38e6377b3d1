"""Loss and metrics of a model on data."""

from __future__ import annotations

from collections.abc import Sequence

from ..autograd import no_grad
from ..backend import unwrap
from ..data import DataLoader
from ..nn import Module
from .inputs import batches_for
from .loss import BatchLoss
from .metrics import Metric
from .precision import Precision
from .totals import Totals

__all__ = ["EVALUATION", "measure"]

EVALUATION = 256
"""Batch size of evaluation: no tape is kept, so batches can be larger than in training."""


def measure(
    model: Module,
    loss: BatchLoss,
    metrics: Sequence[Metric],
    loader: DataLoader,
    precision: Precision,
) -> dict[str, float]:
    """Return loss and metrics of a model, which is in evaluation mode afterwards."""
    model.eval()
    totals = Totals(metrics)
    with no_grad(), precision.autocast():
        for x, y, w in batches_for(model, loader):
            outputs = unwrap(precision.outputs(model, x))
            totals.add(loss(outputs, y, w), outputs, y, w)
    return totals.compute()
