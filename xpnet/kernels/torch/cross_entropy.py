"""Cross-entropy of labels: picks one number per row instead of multiplying with one-hot rows.

A label that is no class counts nothing, as in the generic op, where PyTorch's own loss would stop
the GPU for good.
"""

from __future__ import annotations

from typing import Any

import torch

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
    """Take one label per row, without smoothing."""
    return bool(x.dim() == 2 and y.dim() == 1 and label_smoothing == 0 and x.is_floating_point())


def forward(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> tuple[Array, Any]:
    y = y.to(torch.int64)
    label = y.clamp(0, x.shape[1] - 1)
    counts = (y == label) & (y != ignore_index)  # (N,)
    share = (counts if weight is None else weight[label] * counts).to(x.dtype)
    logp = torch.log_softmax(x, 1)
    label = label.unsqueeze(1)
    losses = -share * logp.gather(1, label).squeeze(1).where(share != 0, 0.0)
    if reduction != "none":
        losses = losses.sum()
    if reduction == "mean":
        total = share.sum()
        total = torch.where(total == 0, 1.0, total)
        losses, share = losses / total, share / total
    return losses, (logp, label, share.unsqueeze(1))


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    if not needs[0]:
        return (None, None, None)[: len(needs)]
    logp, label, share = saved
    share = share * (dl if dl.dim() == 0 else dl.unsqueeze(1))  # (N, 1)
    dx = logp.exp().mul_(share).scatter_add_(1, label, -share)
    return (dx, None, None)[: len(needs)]


register("cross_entropy", library="torch", forward=forward, backward=backward, accepts=accepts)
