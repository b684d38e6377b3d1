"""Attention without scores in memory: one launch forward, three back.

A block has a tile of queries of one head and walks over the keys with the running maximum, as the
generic op does with larger blocks. What is kept is y and one number per query; the way back makes
the weights again, once for the errors of the queries and once for those of keys and values, so
nothing is added atomically. Queries, keys and values may lie in one array, which the heads of
``self_attention`` share: nothing is moved. Dropout is that of the generic op, drawn in the kernels.

Products are made by the ordinary arithmetic units, not by tensor cores. What to expect, not
measured: for short sequences a fraction of the time of the generic op, which launches a dozen
kernels for each block; for long ones in half precision several times that of PyTorch.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...backend import Recording, random, recording
from ...blocks import block_size
from ...errors import BackendError
from ...typing import Array, Shape
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch, launch_blocks, wide

__all__ = ["HEADS"]

MOST_FEATURES = 128
"""A thread has room for the results of heads of so many features."""

THREADS = 256

ROWS = ("first", "sequence", "head", "row")
HEADS = np.dtype(
    [(name, np.int64) for name in ("heads", "queries", "keys", "features", "values")]
    + [
        (name, np.dtype([(step, np.int64) for step in ROWS]))
        for name in ("q", "k", "v", "y", "mask")
    ]
    + [(name, np.int64) for name in ("drawn_rows", "drawn_columns")]
)
"""The struct Heads of tiles.cuh."""

Steps = tuple[int, int, int, int]


class Call(NamedTuple):
    """What the kernels need besides queries, keys and values, and how many of those there are."""

    mask: Array | None
    positions: tuple[int, int]
    struct: np.ndarray
    options: tuple[Any, ...]


def accepts(
    query: Array, key: Array, value: Array, attn_mask: Array | None = None, **options: Any
) -> bool:
    """Take everything but wide heads and masks of numbers, which may need gradients."""
    return bool(
        query.dtype.char in DTYPES
        and query.size > 0
        and key.size > 0
        and value.size > 0
        and max(query.shape[-1], value.shape[-1]) <= MOST_FEATURES
        and _fits(attn_mask, query.shape[:-3])
    )


def accepts_packed(
    qkv: Array, attn_mask: Array | None = None, *, num_heads: int, **options: Any
) -> bool:
    """Do the same for queries, keys and values in one array."""
    return bool(
        qkv.dtype.char in DTYPES
        and qkv.size > 0
        and qkv.shape[-1] <= 3 * num_heads * MOST_FEATURES
        and _fits(attn_mask, qkv.shape[:-2])
    )


def _fits(mask: Array | None, sequences: Shape) -> bool:
    """Tell whether a mask of truth values is for all sequences, or has its own for each."""
    if mask is None:
        return True
    own = mask.shape[: max(0, mask.ndim - 3)]
    return bool(mask.dtype == bool and (own == sequences or math.prod(own) == 1))


# ---- queries, keys and values by themselves ------------------------------------------------------


def forward(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    **options: Any,
) -> tuple[Array, Any]:
    *batch, queries, features = query.shape
    heads, keys, values = (batch or [1])[-1], key.shape[-2], value.shape[-1]
    steps = [
        (0, heads * length * width, length * width, width)
        for length, width in (
            (queries, features),
            (keys, features),
            (keys, values),
            (queries, values),
        )
    ]
    sizes = (heads, queries, keys, features, values)
    with query.device:
        arrays = tuple(map(contiguous, (query, key, value)))
        y = cupy().empty((*query.shape[:-1], values), query.dtype)
        call = _call(query, sizes, math.prod(batch), steps, attn_mask, **options)
        norms = _attend(arrays, y, call)
    return y, (arrays, y, norms, call)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    arrays, y, norms, call = saved
    with y.device:
        results = [cupy().empty(x.shape, x.dtype) for x in arrays]
        _attend_back(dy, arrays, y, norms, call, results, needs[0], needs[1] or needs[2])
    return tuple(dx if need else None for dx, need in zip((*results, None), needs, strict=False))


# ---- all in one array ----------------------------------------------------------------------------


def forward_packed(
    qkv: Array, attn_mask: Array | None = None, *, num_heads: int, **options: Any
) -> tuple[Array, Any]:
    *batch, length, width = qkv.shape
    own = width // 3  # the features of all heads
    features = own // num_heads
    steps = [(i * own, length * width, features, width) for i in range(3)]
    steps.append((0, length * own, features, own))
    sizes = (num_heads, length, length, features, features)
    with qkv.device:
        arrays = (contiguous(qkv),) * 3
        y = cupy().empty((*batch, length, own), qkv.dtype)
        call = _call(qkv, sizes, math.prod(batch) * num_heads, steps, attn_mask, **options)
        norms = _attend(arrays, y, call)
    return y, (arrays, y, norms, call)


def backward_packed(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    arrays, y, norms, call = saved
    dqkv = None
    if needs[0]:
        with y.device:
            dqkv = cupy().empty(arrays[0].shape, y.dtype)
            _attend_back(dy, arrays, y, norms, call, (dqkv,) * 3, True, True)
    return (dqkv, None)[: len(needs)]


# ---- launches ------------------------------------------------------------------------------------


def _call(
    x: Array,
    sizes: tuple[int, ...],
    heads: int,
    steps: list[Steps],
    mask: Array | None,
    *,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    seed: int = 0,
) -> Call:
    """Gather what kernels need for arrays like x.

    `heads` are those of all sequences, `steps` those of q, k, v and y.
    """
    _, queries, keys, features, _ = sizes
    scale = 1 / math.sqrt(features) if scale is None else scale
    # a weight is kept where 24 bits, as a number from 0 to 1, are at least p in single precision
    threshold = math.ceil(float(np.float32(dropout_p)) * 2**24)
    begun = recording() if dropout_p else None
    draws = (None if begun is None else _place(begun, x, seed), _word(seed), threshold)
    options = (scale, is_causal, *draws, 1 / (1 - float(dropout_p)))
    if mask is not None:
        mask = contiguous(mask).view(np.uint8)
    of_mask = (0, 0, 0, 0) if mask is None else _steps_of_mask(mask.shape)
    struct = _packed(sizes, (*steps, of_mask), block_size(heads, keys))
    return Call(mask, (heads * queries, heads * keys), struct, options)


def _word(seed: int) -> Any:
    """Return a seed as CUDA's 64-bit integer."""
    return np.array(seed, np.uint64).view(np.int64)[()]


def _place(begun: Recording, x: Array, seed: int) -> Array:
    """Return where a replay finds the seed of its own draw."""
    state, device, dtype = random.get_state(), x.device, x.dtype
    number = state["draws"] - 1
    if random.seed_of((state["seed"], number)) != seed:
        raise BackendError(
            f"scaled_dot_product_attention: seed must be that of the last draw in a step that is "
            f"recorded, got {seed}; use xn.nn.functional.scaled_dot_product_attention, which draws"
        )
    after = number - begun.first_draw
    with begun.lasting():
        place: Array = cupy().empty(1, np.int64)

    def write() -> None:
        now = random.get_state()
        drawn = random.seed_of((now["seed"], now["draws"] + after))
        with device:
            launch("attention/begin", dtype, 1, place, _word(drawn))

    begun.before_replay.append(write)
    return place


def _steps_of_mask(shape: Shape) -> Steps:
    """Return the steps to the next key, sequence, head and query; 0 where a mask is spread."""
    *sequences, heads, queries, keys = (1,) * (3 - len(shape)) + tuple(shape)
    own = queries * keys
    return (
        int(keys > 1),
        heads * own if math.prod(sequences) > 1 else 0,
        own if heads > 1 else 0,
        keys if queries > 1 else 0,
    )


@lru_cache(maxsize=1024)
def _packed(sizes: tuple[int, ...], steps: tuple[Steps, ...], drawn: tuple[int, int]) -> np.ndarray:
    struct = np.array([(*sizes, *steps, *drawn)], dtype=HEADS)
    struct.flags.writeable = False
    return struct


def _blocks(call: Call, which: int, char: str) -> int:
    """Return how many tiles of queries or keys the heads have."""
    tile = 32 if char == "d" else 64
    length = int(call.struct["keys" if which else "queries"][0])
    return call.positions[which] // length * -(-length // tile)


def _attend(arrays: Any, y: Array, call: Call) -> Array:
    """Write y, and return the logarithms of the sums of each query."""
    norms = cupy().empty(call.positions[0], wide(y.dtype))
    arguments = (*arrays, call.mask, y, norms, call.struct, *call.options)
    launch_blocks("attention/attend", y.dtype, _blocks(call, 0, y.dtype.char), THREADS, *arguments)
    return norms


def _attend_back(
    dy: Array,
    arrays: Any,
    y: Array,
    norms: Array,
    call: Call,
    results: Any,
    needs_queries: bool,
    needs_keys: bool,
) -> None:
    """Write dq, dk and dv."""
    dtype, values = y.dtype, int(call.struct["values"][0])
    dy = contiguous(dy, dtype)
    products = cupy().empty(norms.shape, norms.dtype)
    launch_blocks("attention/along", dtype, products.size, values, dy, y, products, call.struct)
    given = (*arrays, call.mask, dy, norms, products)
    rest = (call.struct, *call.options)
    if needs_queries:
        blocks = _blocks(call, 0, dtype.char)
        launch_blocks("attention/queries_back", dtype, blocks, THREADS, *given, results[0], *rest)
    if needs_keys:
        blocks = _blocks(call, 1, dtype.char)
        launch_blocks("attention/keys_back", dtype, blocks, THREADS, *given, *results[1:], *rest)


register(
    "scaled_dot_product_attention",
    library="cupy",
    forward=forward,
    backward=backward,
    accepts=accepts,
)
register(
    "self_attention",
    library="cupy",
    forward=forward_packed,
    backward=backward_packed,
    accepts=accepts_packed,
)
