"""Rows of embedding and attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .row import Row

L, S, E = 5, 6, 4


def picked(rows: int, *places: int, least: int = 0) -> Callable[..., list[Any]]:
    """A table, and numbers of rows that occur several times.

    The row of padding is not among them: its gradient is zero by definition, whatever differences
    would say (tests/ops/test_embedding.py looks at it).
    """

    def make(rng: np.random.Generator) -> list[Any]:
        return [rng.standard_normal((rows, 3)), rng.integers(least, rows, places)]

    return make


def table(F: Any, weight: Any, indices: Any, **options: Any) -> Any:
    return F.embedding(indices, weight, **options)


def sequences(
    *batch: int, mask: Any = None, values: int = 3, queries: int = L
) -> Callable[..., list[Any]]:
    """Queries, keys, values, and a mask made by ``mask(rng)``."""

    def make(rng: np.random.Generator) -> list[Any]:
        q = rng.standard_normal((*batch, queries, E))
        k = rng.standard_normal((*batch, S, E))
        v = rng.standard_normal((*batch, S, values))
        return [q, k, v, *([] if mask is None else [mask(rng)])]

    return make


def theirs(F: Any, q: Any, k: Any, v: Any, mask: Any = None, **options: Any) -> Any:
    return F.scaled_dot_product_attention(q, k, v, mask, **options)


def packed(*batch: int, mask: Any = None) -> Callable[..., list[Any]]:
    """Queries, keys and values of 2 heads in one array."""

    def make(rng: np.random.Generator) -> list[Any]:
        qkv = rng.standard_normal((*batch, L, 3 * 2 * E))
        return [qkv, *([] if mask is None else [mask(rng)])]

    return make


def packed_theirs(F: Any, qkv: Any, mask: Any = None, *, num_heads: int, **options: Any) -> Any:
    *batch, length, features = qkv.shape
    parts = qkv.reshape(*batch, length, 3, num_heads, -1).movedim((-3, -2), (0, -3))
    y = F.scaled_dot_product_attention(*parts, mask, **options)
    return y.movedim(-3, -2).reshape(*batch, length, features // 3)


def some(*shape: int) -> Callable[..., Any]:
    """Truth values of which each row has a true one."""
    return lambda rng: (rng.uniform(0, 1, shape) > 0.4) | (np.arange(shape[-1]) == 1)


def numbers(*shape: int) -> Callable[..., Any]:
    return lambda rng: rng.standard_normal(shape)


def attention(note: str, make: Any, *, mask: bool = False, batch: Any = (), **options: Any) -> Row:
    wrt = (0, 1, 2, 3) if mask else (0, 1, 2)
    name = "scaled_dot_product_attention"
    return Row(name, make, options, theirs, wrt=wrt, batch=batch, note=note)


def heads(note: str, make: Any, *, mask: bool = False, batch: Any = (), **options: Any) -> Row:
    options = {"num_heads": 2, **options}
    wrt = (0, 1) if mask else (0,)
    return Row("self_attention", make, options, packed_theirs, wrt=wrt, batch=batch, note=note)


def without_dropped(F: Any, q: Any, k: Any, v: Any, *, dropout_p: float, seed: int) -> Any:
    """Dropout as the op draws it: PyTorch draws other numbers."""
    from xpnet.backend import random

    p = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1)
    keep = random.stream(seed, 0, 0).random(tuple(p.shape), dtype="float32") >= dropout_p
    return (p * F.torch.asarray(keep) / (1 - dropout_p)) @ v


ROWS = [
    Row("embedding", picked(4, 7), torch=table, batch=(1,)),
    Row("embedding", picked(5, 3, 4), torch=table, batch=(1,), note="sequences"),
    Row("embedding", picked(4, 2, 5, least=1), {"padding_idx": 0}, table, batch=(1,)),
    attention("heads", sequences(2, 3), batch=(0, 1, 2)),
    attention("one", sequences(values=2), scale=0.3),
    attention("causal", sequences(3, values=E), is_causal=True, batch=(0, 1, 2)),
    attention("few queries", sequences(2, 2, queries=2), is_causal=True, batch=(0, 1, 2)),
    attention("truth", sequences(2, 2, mask=some(2, 1, L, S))),
    attention("padding", sequences(2, 2, mask=some(2, 1, 1, S))),
    attention("bias", sequences(2, 2, mask=numbers(2, L, S)), mask=True),
    attention("bias of keys", sequences(2, 2, mask=numbers(2, 1, 1, S)), mask=True),
    attention("bias of queries", sequences(2, 2, mask=numbers(L, 1)), mask=True),
    Row(
        "scaled_dot_product_attention",
        sequences(2, 2),
        {"dropout_p": 0.4, "seed": 3},
        without_dropped,
        wrt=(0, 1, 2),
        batch=(0, 1, 2),
    ),
    heads("batch", packed(3), batch=(0,)),
    heads("one", packed(), is_causal=True),
    heads("causal", packed(2, 2), is_causal=True, batch=(0,)),
    heads("truth", packed(2, mask=some(2, 1, L, L)), scale=0.7),
    heads("bias", packed(2, mask=numbers(2, L, L)), mask=True),
]
