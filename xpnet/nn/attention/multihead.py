"""Attention in several heads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...backend import DEFAULT_FLOAT, DeviceLike, is_array, namespace, random, unwrap
from ...errors import ArgumentError, ShapeError
from ...ops.attention import attention_weights, self_attention
from ...ops.attention.arguments import require_options
from .. import functional as F
from .. import init
from ..linear import Linear
from ..module import Module
from ..norms.base import filled
from ..parameter import Parameter
from .masks import merged

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """Positions that look at each other in H heads: (L, N, D), (S, N, Dk), (S, N, Dv) -> (L, N, D).

    Queries, keys and values are affine maps of the inputs. Each head takes D / H of their features
    and attends by itself (:func:`xpnet.nn.functional.scaled_dot_product_attention`); what the heads
    find is put side by side and mapped once more.

    Names, layouts and defaults are PyTorch's, whose state dict loads unchanged. Two things differ:
    ``is_causal=True`` hides later keys by itself, without an `attn_mask`; and a query that may look
    at nothing finds zeros instead of NaN.

    Parameters
    ----------
    embed_dim : int
        D, divisible by `num_heads`.
    num_heads : int
        H.
    dropout : float
        The probability with which a weight of attention is set to zero in training.
    bias : bool
        Whether the four maps have one.
    kdim, vdim : int, optional
        Dk and Dv, the features of keys and values; default: D.
    batch_first : bool
        Whether the batch is the first axis of inputs and output, (N, L, D), and not the second.
        Inputs without a batch, (L, D), are taken either way.
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    in_proj_weight : Parameter, (3 D, D), or None
        The maps to queries, keys and values below each other, initially uniform (Xavier). If `kdim`
        or `vdim` is not D, they are ``q_proj_weight`` (D, D), ``k_proj_weight`` (D, Dk) and
        ``v_proj_weight`` (D, Dv) instead.
    in_proj_bias : Parameter, (3 D,), or None
        Initially 0.
    out_proj : Linear
        The last map; its bias is initially 0.

    Raises
    ------
    ArgumentError
        If an argument makes no sense.
    ShapeError
        If inputs or masks do not fit.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.2.2.

    Examples
    --------
    >>> import xpnet as xn
    >>> layer = xn.nn.MultiheadAttention(8, num_heads=2, batch_first=True)
    >>> x = xn.asarray([[[0.5] * 8] * 3])
    >>> y, weights = layer(x, x, x, is_causal=True)
    >>> y.shape
    (1, 3, 8)
    >>> weights.data.round(2)
    array([[[1.  , 0.  , 0.  ],
            [0.5 , 0.5 , 0.  ],
            [0.33, 0.33, 0.33]]], dtype=float32)
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = "MultiheadAttention"
        kdim = embed_dim if kdim is None else kdim
        vdim = embed_dim if vdim is None else vdim
        init.require_sizes(where, embed_dim=embed_dim, num_heads=num_heads, kdim=kdim, vdim=vdim)
        if embed_dim % num_heads:
            raise ArgumentError(
                f"{where}: embed_dim must be divisible by num_heads, got {embed_dim} and "
                f"{num_heads}; each head takes the same number of features"
            )
        require_options(where, dropout, None, name="dropout")
        init.require_flags(where, bias=bias, batch_first=batch_first)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim, self.vdim, self.batch_first = kdim, vdim, batch_first

        def drawn(*shape: int) -> Parameter:
            return Parameter(init.draw("xavier_uniform", shape, device=device, dtype=dtype))

        together = kdim == vdim == embed_dim
        self.in_proj_weight = drawn(3 * embed_dim, embed_dim) if together else None
        if not together:
            self.q_proj_weight = drawn(embed_dim, embed_dim)
            self.k_proj_weight = drawn(embed_dim, kdim)
            self.v_proj_weight = drawn(embed_dim, vdim)
        self.in_proj_bias = (
            Parameter(filled(0.0, (3 * embed_dim,), device, dtype)) if bias else None
        )
        self.out_proj = Linear(embed_dim, embed_dim, bias=False, device=device, dtype=dtype)
        if bias:
            self.out_proj._init_args = ((embed_dim, embed_dim), {})  # what its repr tells
            self.out_proj.bias = Parameter(filled(0.0, (embed_dim,), device, dtype))

    def forward(
        self,
        query: Any,
        key: Any = None,
        value: Any = None,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """Attend.

        Parameters
        ----------
        query : (L, N, D), or (N, L, D) with `batch_first`, or (L, D)
        key, value : (S, N, Dk), (S, N, Dv), optional
            Default: the query; a key alone is the value as well.
        key_padding_mask : (N, S), optional
            True where a key is padding, which nobody looks at; or numbers to add to the scores.
        need_weights : bool
            Whether to return the weights, for which all L · S of them are made at once. Without
            them memory grows with the length only, and it is faster.
        attn_mask : (L, S) or (N·H, L, S), optional
            True where a query must not look at a key; or numbers to add to the scores.
        average_attn_weights : bool
            Whether to return the mean of the weights over the heads, or those of each head.
        is_causal : bool
            Whether query i sees only the keys 0 ... i.

        Returns
        -------
        output : like `query`
        weights : (N, L, S), or (N, H, L, S) for each head, or None
        """
        value = (query if key is None else key) if value is None else value
        key = query if key is None else key
        same = _is_same(query, key) and _is_same(query, value)
        batched = self._require_inputs(query, key, value)
        if is_array(unwrap(key_padding_mask)) and not batched:
            key_padding_mask = _with_batch(key_padding_mask)
        q = self._with_batch_first(query, batched)
        k, v = (q, q) if same else (self._with_batch_first(x, batched) for x in (key, value))
        where = "MultiheadAttention"
        init.require_flags(where, need_weights=need_weights, is_causal=is_causal)
        mask = merged(where, attn_mask, key_padding_mask, q, self.num_heads, k.shape[1])
        dropout_p = self.dropout if self.training else 0.0
        weights = None
        if same and self.in_proj_weight is not None and not need_weights:
            seed = random.next_seed() if dropout_p else 0
            y = self_attention(
                F.linear(q, self.in_proj_weight, self.in_proj_bias),
                mask,
                num_heads=self.num_heads,
                dropout_p=dropout_p,
                is_causal=is_causal,
                seed=seed,
            )
        else:
            q, k, v = (self._heads(x) for x in self._projected(q, k, v))
            if need_weights:
                weights = attention_weights(q, k, mask, is_causal=is_causal)
                weights = F.dropout(weights, dropout_p, self.training)
                y = weights @ v
            else:
                y = F.scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)
            y = namespace(y).moveaxis(y, 1, 2)  # (N, H, L, E) -> (N, L, H, E)
            y = namespace(y).reshape(y, (*y.shape[:2], self.embed_dim))
        y = self.out_proj(y)
        if weights is not None:
            weights = namespace(weights).mean(weights, axis=1) if average_attn_weights else weights
        if not batched:
            return y[0, ...], None if weights is None else weights[0, ...]
        if not self.batch_first:
            y = namespace(y).moveaxis(y, 0, 1)
        return y, weights

    def _require_inputs(self, query: Any, key: Any, value: Any) -> bool:
        """Raise unless the inputs fit the layer and each other; return whether there is a batch."""
        where = "MultiheadAttention"
        features = {"query": self.embed_dim, "key": self.kdim, "value": self.vdim}
        inputs = {"query": query, "key": key, "value": value}
        rank = len(query.shape)
        axes = "T" if rank == 2 else "N, T" if self.batch_first else "T, N"
        for name, x in inputs.items():
            shape = tuple(x.shape)
            if rank not in (2, 3) or len(shape) != rank or shape[-1] != features[name]:
                raise ShapeError(
                    f"{where}: {name} must be ({axes}, {features[name]}), got {shape}; the last "
                    "axis holds the features, and query, key and value have the same axes"
                )
        batch = 0 if self.batch_first else 1
        positions = 1 - batch if rank == 3 else 0
        if rank == 3 and len({x.shape[batch] for x in inputs.values()}) > 1:
            shown = ", ".join(f"{name} {tuple(x.shape)}" for name, x in inputs.items())
            raise ShapeError(
                f"{where}: query, key and value must have as many sequences, got {shown}; the "
                f"batch is axis {batch}, see batch_first"
            )
        if key.shape[positions] != value.shape[positions]:
            raise ShapeError(
                f"{where}: value must have as many positions as key, got {tuple(value.shape)} for "
                f"{tuple(key.shape)}; there is one value for each key"
            )
        return rank == 3

    def _with_batch_first(self, x: Any, batched: bool) -> Any:
        if not batched:
            return _with_batch(x)
        return x if self.batch_first else namespace(x).moveaxis(x, 0, 1)

    def _projected(self, q: Any, k: Any, v: Any) -> list[Any]:
        """Map each input by its part of the weights: (N, T, features) -> (N, T, D)."""
        d = self.embed_dim
        parts = [slice(i * d, (i + 1) * d) for i in range(3)]
        weights: list[Any]
        if self.in_proj_weight is None:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        else:
            weights = [self.in_proj_weight[part, :] for part in parts]
        biases = [None if self.in_proj_bias is None else self.in_proj_bias[part] for part in parts]
        return [F.linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases, strict=True)]

    def _heads(self, x: Any) -> Any:
        """(N, T, D) -> (N, H, T, D / H)."""
        xp = namespace(x)
        x = xp.reshape(x, (*x.shape[:2], self.num_heads, self.embed_dim // self.num_heads))
        return xp.moveaxis(x, 1, 2)

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per weight and position, and four per feature, query and key."""
        query = inputs[0]
        key = query if len(inputs) < 2 or inputs[1] is None else inputs[1]
        d = self.embed_dim
        queries: int = math.prod(query.shape[:-1])
        keys: int = math.prod(key.shape[:-1])
        maps = queries * d + keys * (self.kdim + self.vdim)
        batch: int = 1 if len(key.shape) == 2 else key.shape[0 if self.batch_first else 1]
        return 2 * d * maps + 4 * d * queries * keys // batch


def _with_batch(x: Any) -> Any:
    return namespace(x).expand_dims(x, axis=0)


def _is_same(x: Any, y: Any) -> bool:
    """Return whether two inputs are one, also where a call has wrapped an array twice."""
    if x is y:
        return True
    varies = getattr(x, "requires_grad", False) or getattr(y, "requires_grad", False)
    return unwrap(x) is unwrap(y) and not varies
