"""Attention, a few heads and a block of their scores at a time, which stay in the cache.

As in the generic op, backward makes the weights of a block again, P = exp(S - Λ), so nothing of
size L × S is kept. Heads are views of the array they come from and go to, also where queries, keys
and values lie in one: nothing is moved. Threads share the heads; how they are cut depends on shapes
alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .threads import run

__all__: list[str] = []

ROWS, COLUMNS = 64, 512
"""A block of scores has at most so many queries and keys; few queries hide few keys after them."""

SCORES, FEWEST = 1 << 18, 4
"""So many sequences and heads are worked on at a time that a block has about so many scores; but
sequences make so many parts at least, if there are as many, for so many threads."""

HARMLESS = 40.0
"""Scores within ±40 need no maximum to be subtracted: no exponential or sum leaves the range.
Hidden keys are asked too: they may change the last bits of a result."""

Part = tuple[tuple[int, ...], slice, slice]
Heads = tuple[Array, Array, Array]


def accepts(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    *,
    dropout_p: float = 0.0,
    **options: Any,
) -> bool:
    """Take everything but dropout and masks of numbers, which may need gradients."""
    return accepts_packed(query, attn_mask, dropout_p=dropout_p) and key.size * value.size > 0


def accepts_packed(
    qkv: Array, attn_mask: Array | None = None, *, dropout_p: float = 0.0, **options: Any
) -> bool:
    """Do the same for queries, keys and values in one array."""
    return bool(
        qkv.dtype.char in "fd"
        and qkv.size > 0
        and not dropout_p
        and (attn_mask is None or attn_mask.dtype == bool)
    )


def forward(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
    **options: Any,
) -> tuple[Array, Any]:
    heads = (query, key, value)
    y = memory.empty((*query.shape[:-1], value.shape[-1]), query.dtype)
    norms, scale = _attend(heads, attn_mask, is_causal, scale, y)
    return y, (heads, attn_mask, is_causal, scale, y, norms)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    heads, mask, is_causal, scale, y, norms = saved
    results = tuple(memory.empty(x.shape, x.dtype) for x in heads)
    _attend_back(dy, heads, mask, is_causal, scale, y, norms, results)
    return tuple(dx if need else None for dx, need in zip((*results, None), needs, strict=False))


def forward_packed(
    qkv: Array,
    attn_mask: Array | None = None,
    *,
    num_heads: int,
    is_causal: bool = False,
    scale: float | None = None,
    **options: Any,
) -> tuple[Array, Any]:
    heads = _split(qkv, num_heads)
    y = memory.empty((*qkv.shape[:-1], qkv.shape[-1] // 3), qkv.dtype)
    found = _of_heads(y, num_heads)
    norms, scale = _attend(heads, attn_mask, is_causal, scale, found)
    return y, (heads, attn_mask, is_causal, scale, found, norms)


def backward_packed(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    heads, mask, is_causal, scale, y, norms = saved
    if not needs[0]:
        return (None, None)[: len(needs)]
    count = y.shape[-3]
    dqkv = memory.empty((*dy.shape[:-1], 3 * dy.shape[-1]), dy.dtype)
    results = _split(dqkv, count)
    _attend_back(_of_heads(dy, count), heads, mask, is_causal, scale, y, norms, results)
    return (dqkv, None)[: len(needs)]


def _of_heads(x: Array, count: int) -> Array:
    """Return the view (..., L, H E) -> (..., H, L, E)."""
    return np.swapaxes(x.reshape(*x.shape[:-1], count, -1), -3, -2)


def _split(qkv: Array, count: int) -> Heads:
    """Return three views (..., L, 3 H E) -> (..., H, L, E)."""
    whole = qkv.reshape(*qkv.shape[:-1], 3, count, -1)
    q, k, v = (np.swapaxes(whole[..., i, :, :], -3, -2) for i in range(3))
    return q, k, v


def _attend(
    heads: Heads, mask: Array | None, is_causal: bool, scale: float | None, y: Array
) -> tuple[Array, float]:
    """Write what all heads find to `y`, and return Λ of each query and the scale."""
    query, key, value = (_as_four(x) for x in heads)
    y = _as_four(y)
    length, keys = query.shape[-2], key.shape[-2]
    norms = np.empty((*query.shape[:-1], 1), query.dtype)
    mask = None if mask is None else np.broadcast_to(mask, (*query.shape[:-1], keys))
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale

    def work(part: Part) -> None:
        q, k, v, found, levels = (x[part[0]][part[1:]] for x in (query, key, value, y, norms))
        seen = None if mask is None else mask[part[0]][part[1:]]
        q = np.multiply(q, scale)
        bounded = _longest(q) * _longest(k) < HARMLESS
        for rows in _cut(length, ROWS):
            a = found[..., rows, :]
            top: Any = -np.inf
            total: Any = None
            for columns in _columns(rows, keys, is_causal):
                s = _scores(q[..., rows, :], k[..., columns, :], seen, is_causal, rows, columns)
                level: Any = 0.0
                if not bounded:
                    before = top
                    top = np.maximum.reduce(s, axis=-1, keepdims=True)
                    np.maximum(top, before, out=top)
                    level = np.where(top == -np.inf, s.dtype.type(0), top)
                    np.subtract(s, level, out=s)
                np.exp(s, out=s)
                sums = np.add.reduce(s, axis=-1, keepdims=True)
                if total is None:
                    total = sums
                    np.matmul(s, v[..., columns, :], out=a)
                else:
                    if not bounded:
                        shrink = np.exp(before - level)
                        a *= shrink
                        total *= shrink
                    total += sums
                    a += s @ v[..., columns, :]
            if seen is not None:
                total[total == 0] = 1
            np.divide(a, total, out=a)
            np.add(np.log(total), level, out=levels[..., rows, :])

    run(work, _parts(query, keys))
    return norms, scale


def _attend_back(
    dy: Array,
    heads: Heads,
    mask: Array | None,
    is_causal: bool,
    scale: float,
    y: Array,
    norms: Array,
    results: tuple[Array, ...],
) -> None:
    """Write the errors of queries, keys and values to `results`."""
    query, key, value = (_as_four(x) for x in heads)
    dquery, dkey, dvalue = (_as_four(x) for x in results)
    y, dy = (_as_four(x) for x in (y, dy))
    length, keys = query.shape[-2], key.shape[-2]
    mask = None if mask is None else np.broadcast_to(mask, (*query.shape[:-1], keys))

    def work(part: Part) -> None:
        own = (query, key, value, norms, y, dy, dquery, dkey, dvalue)
        q, k, v, levels, found, delta, dq, dk, dv = (x[part[0]][part[1:]] for x in own)
        seen = None if mask is None else mask[part[0]][part[1:]]
        once = length <= ROWS  # then each key meets its queries in one block
        if not once:
            dk[...] = dv[...] = 0
        for rows in _cut(length, ROWS):
            scaled = np.multiply(q[..., rows, :], scale)
            d = delta[..., rows, :]
            along = np.add.reduce(d * found[..., rows, :], axis=-1, keepdims=True)
            for columns in _columns(rows, keys, is_causal):
                p = _scores(scaled, k[..., columns, :], seen, is_causal, rows, columns)
                np.subtract(p, levels[..., rows, :], out=p)
                np.exp(p, out=p)
                ds = np.matmul(d, _turned(v[..., columns, :]), out=memory.empty(p.shape, p.dtype))
                np.subtract(ds, along, out=ds)
                np.multiply(ds, p, out=ds)
                _add(_turned(p), d, dv[..., columns, :], once)
                _add(_turned(ds), scaled, dk[..., columns, :], once)
                _add(ds, k[..., columns, :], dq[..., rows, :], columns.start == 0)
            dq[..., rows, :] *= scale
        if once:
            dk[..., columns.stop :, :] = dv[..., columns.stop :, :] = 0  # keys after the last query

    run(work, _parts(query, keys))


def _longest(x: Array) -> float:
    """Return the length of the longest vector: scores are at most a product of two such."""
    return math.sqrt(float(np.einsum("...e,...e->...", x, x).max()))


def _add(a: Array, b: Array, out: Array, fresh: bool) -> None:
    """Write a product, or add it to what is there."""
    if fresh:
        np.matmul(a, b, out=out)
    else:
        out += a @ b


def _turned(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def _scores(
    q: Array, k: Array, seen: Array | None, is_causal: bool, rows: slice, columns: slice
) -> Array:
    s = memory.empty((*q.shape[:-1], k.shape[-2]), q.dtype)
    np.matmul(q, _turned(k), out=s)
    if seen is not None:
        np.copyto(s, -np.inf, where=~seen[..., rows, columns])
    if is_causal and columns.stop - 1 > rows.start:
        # whatever was there, a NaN as well
        np.copyto(s, -np.inf, where=_later(*s.shape[-2:], rows.start - columns.start))
    return s


@lru_cache(maxsize=32)
def _later(rows: int, columns: int, shift: int) -> Array:
    """Return where a key is later than the query."""
    return np.asarray(np.arange(columns) > np.arange(rows)[:, None] + shift)


@lru_cache(maxsize=64)
def _cut(length: int, step: int) -> list[slice]:
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def _columns(rows: slice, keys: int, is_causal: bool) -> Iterator[slice]:
    """Iterate over the blocks of keys that some of these queries may see."""
    for columns in _cut(keys, COLUMNS):
        if is_causal and columns.start >= rows.stop:
            break
        yield columns if not is_causal else slice(columns.start, min(columns.stop, rows.stop))


def _parts(query: Array, keys: int) -> list[Part]:
    """Cut sequences and heads into parts."""
    *outer, sequences, heads = query.shape[:-2]
    step = max(1, SCORES // (min(query.shape[-2], ROWS) * min(keys, COLUMNS)))
    together = _cut(heads, min(heads, step))
    batches = _cut(sequences, max(1, min(step // heads, -(-sequences // FEWEST))))
    return [
        (lead, some, own) for lead in np.ndindex(*outer) for some in batches for own in together
    ]


def _as_four(x: Array) -> Array:
    """Return a view with axes for sequences and heads, if there are none."""
    return x[(None,) * max(0, 4 - x.ndim)]


register(
    "scaled_dot_product_attention",
    library="numpy",
    forward=forward,
    backward=backward,
    accepts=accepts,
)
register(
    "self_attention",
    library="numpy",
    forward=forward_packed,
    backward=backward_packed,
    accepts=accepts_packed,
)
