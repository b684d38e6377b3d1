"""Embedding and attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...backend import random

__all__ = ["embedding", "scaled_dot_product_attention", "self_attention"]


def embedding(indices: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """Return rows of a table: (...) -> (..., D).

    Parameters
    ----------
    indices : (...) integer array
        From 0 to V - 1. Where looking would wait for a device (a GPU, JAX), other numbers are no
        error but give rows of NaN and no gradient.
    weight : (V, D) array or Tensor
    padding_idx : int, optional
        The number of a row that gets no gradient.

    Raises
    ------
    ArgumentError
        If an index is no row, or `padding_idx` is none.
    DTypeError
        If the indices are not integers.
    ShapeError
        If the table has not two axes.

    Examples
    --------
    >>> import numpy as np
    >>> embedding(np.asarray([2, 0]), np.asarray([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    array([[4., 5.],
           [0., 1.]])
    """
    return ops.embedding(weight, indices, padding_idx=padding_idx)


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | np.floating[Any] | None = None,
) -> Any:
    """Return softmax(scale · query keyᵀ + mask) value: (..., L, E), (..., S, E), (..., S, Ev).

    The scores are made in blocks and never as a whole, on the way there and back, so memory grows
    with the number of positions and not with its square.

    Parameters
    ----------
    query : (..., L, E) array or Tensor
    key : (..., S, E)
        With the leading axes of the queries, usually batch and heads.
    value : (..., S, Ev)
    attn_mask : (L, S) or broadcastable to (..., L, S), optional
        Truth values: True where a query may look at a key. (The masks of
        :class:`xpnet.nn.MultiheadAttention` mean the opposite, as in PyTorch.) Or numbers that are
        added to the scores. A query that may look at nothing gets zeros.
    dropout_p : float
        The probability with which a weight is set to zero, also when predicting; the layers pass
        0 then. Below 1.
    is_causal : bool
        Whether query i sees only the keys 0 ... i; may be combined with a mask.
    scale : float, optional
        Default: 1 / sqrt(E).

    Returns
    -------
    array
        (..., L, Ev).

    Raises
    ------
    ShapeError
        If the shapes do not fit each other.
    DTypeError
        If there is more than one data type, or a mask of integers.
    ArgumentError
        If an option makes no sense.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017, equation 1; M. N. Rabe, C. Staats,
    "Self-attention does not need O(n²) memory", 2021; T. Dao et al., "FlashAttention", 2022.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> scaled_dot_product_attention(x, x, x, is_causal=True).round(2)
    array([[1.  , 0.  ],
           [0.33, 0.67],
           [0.75, 0.75]])
    """
    if isinstance(scale, np.floating):
        scale = float(scale)  # libraries take numbers of Python only
    seed = random.next_seed() if dropout_p else 0
    return ops.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask,
        dropout_p=dropout_p,
        is_causal=is_causal,
        scale=scale,
        seed=seed,
    )


def self_attention(
    qkv: Any,
    attn_mask: Any = None,
    *,
    num_heads: int,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Any:
    """Let the positions of a sequence attend to each other, in several heads.

    What :class:`xpnet.nn.MultiheadAttention` does between its two dense layers.

    Parameters
    ----------
    qkv : array or Tensor, (..., L, 3 H E)
        Queries, keys and values side by side, each of H heads of E features.
    num_heads : int
        H.
    attn_mask, dropout_p, is_causal, scale
        As for :func:`scaled_dot_product_attention`; a mask is (L, L), or with axes before.

    Returns
    -------
    array
        (..., L, H E): what the heads find, side by side.

    Examples
    --------
    >>> import numpy as np
    >>> qkv = np.asarray([[1.0, 0.0, 1.0], [0.0, 1.0, 3.0]])  # one head of one feature
    >>> self_attention(qkv, num_heads=1, is_causal=True).round(2)
    array([[1.],
           [2.]])
    """
    seed = random.next_seed() if dropout_p else 0
    return ops.self_attention(
        qkv,
        attn_mask,
        num_heads=num_heads,
        dropout_p=dropout_p,
        is_causal=is_causal,
        scale=scale,
        seed=seed,
    )
