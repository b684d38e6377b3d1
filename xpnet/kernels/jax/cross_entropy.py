"""Cross-entropy of labels, compiled: XLA fuses the comparison with the label into the sum."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

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
    return bool(
        x.ndim == 2
        and y.ndim == 1
        and label_smoothing == 0
        and jnp.issubdtype(x.dtype, jnp.floating)
    )


def forward(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> tuple[Array, Any]:
    losses, saved = _losses(x, y, weight, reduction, ignore_index)
    return losses, (*saved, ignore_index)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    dx = _error(dl, *saved) if needs[0] else None
    return (dx, None, None)[: len(needs)]


def _hot(y: Array, classes: int, ignore_index: int) -> Array:
    """Tell where the label is; nowhere if it is ignored: (N,) -> (N, K)."""
    y = y.astype(jnp.int32)
    return (y[:, None] == jnp.arange(classes, dtype=jnp.int32)) & (y != ignore_index)[:, None]


@partial(jax.jit, static_argnums=(3, 4))
def _losses(
    x: Array, y: Array, weight: Array | None, reduction: str, ignore_index: int
) -> tuple[Array, Any]:
    hot = _hot(y, x.shape[1], ignore_index)
    logp = jax.nn.log_softmax(x, axis=1)
    t = jnp.where(hot, jnp.ones((), x.dtype) if weight is None else weight, 0)
    losses = -jnp.sum(t * jnp.where(t == 0, 0, logp), axis=1)
    share = jnp.sum(t, axis=1)
    if reduction != "none":
        losses = jnp.sum(losses)
    if reduction == "mean":
        total = jnp.sum(share)
        total = jnp.where(total == 0, 1, total)
        losses, share = losses / total, share / total
    return losses, (logp, y, share)


@partial(jax.jit, static_argnums=4)
def _error(dl: Array, logp: Array, y: Array, share: Array, ignore_index: int) -> Array:
    hot = _hot(y, logp.shape[1], ignore_index)
    return (share * dl)[:, None] * (jnp.exp(logp) - hot)


register("cross_entropy", library="jax", forward=forward, backward=backward, accepts=accepts)
