"""Each position looks at all others and takes what it finds in proportion to a match.

    S = c Q Kᵀ (+ mask)        P_ij = exp(S_ij) / Σ_k exp(S_ik)        O = P V

    Q: (..., L, E)   K: (..., S, E)   V: (..., S, Ev)   O: (..., L, Ev)       c = 1 / sqrt(E)

A query i is compared with every key j; the softmax P_i of its scores weighs the values. With
components of variance 1 a score has variance E, hence c. Hidden keys have the score -inf and the
weight 0; a query that may look at nothing gets zeros.

**The way back.** From O = P V and dO,

    dV = Pᵀ dO        dP = dO Vᵀ

and through the softmax, whose derivative is ∂P_ij/∂S_ik = P_ij ([j = k] - P_ik),

    dS_ij = P_ij (dP_ij - D_i),    D_i = Σ_j P_ij dP_ij = Σ_j P_ij dO_i · V_j = dO_i · O_i

    dQ = c dS K        dK = c dSᵀ Q        dmask = dS

The last form of D needs O, not P: nothing of size L × S has to be kept.

**In blocks.** Neither way makes P as a whole. Forward walks over blocks of keys with the running
maximum m_i of a query's scores, l_i = Σ_j exp(S_ij - m_i) and a_i = Σ_j exp(S_ij - m_i) V_j. A new
block with the maximum m' brings m_i to max(m_i, m'), and both sums are multiplied by
exp(old m_i - new m_i). At the end O_i = a_i / l_i, and with the one number Λ_i = m_i + log l_i per
query, backward makes P_ij = exp(S_ij - Λ_i) again, block by block. So memory grows with the length,
not with its square; see ``xpnet/blocks.py`` for the sizes.

**Dropout** multiplies P by Z_ij = 0 or 1/(1 - p) after the softmax: O = (P∘Z) V, dV = (P∘Z)ᵀ dO,
dP = (dO Vᵀ)∘Z, and D_i = dO_i · O_i as before.

A. Vaswani et al., 2017, *Attention is all you need*, equation 1; M. Milakov, N. Gimelshein, 2018,
*Online normalizer calculation for softmax*, algorithm 3; M. N. Rabe, C. Staats, 2021,
*Self-attention does not need O(n²) memory*; T. Dao, D. Fu, S. Ermon, A. Rudra, C. Ré, 2022,
*FlashAttention*, appendix B.
"""

from __future__ import annotations

import math
from typing import Any

from ...autograd.primitive import unbroadcast
from ...backend import namespace, unwrap
from ...typing import Array
from ..op import Op
from .arguments import require_attention
from .blocks import blocks, hidden, joined, joined_mask, kept, part, plus

__all__ = ["attention_weights", "scaled_dot_product_attention"]


def check(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    *,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    seed: int = 0,
) -> None:
    where = "scaled_dot_product_attention"
    require_attention(where, query, key, value, attn_mask, dropout_p, scale, is_causal)


def forward(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    *,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    seed: int = 0,
) -> tuple[Array, Any]:
    xp = namespace(query, key, value)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    cuts = blocks(query, key)
    options = (dropout_p, is_causal, scale, seed)
    found, norms = [], []
    for rows in cuts[0]:
        q = scale * part(query, rows)
        top: Any = None  # m, and below the sums l and a
        for columns in cuts[1]:
            if is_causal and columns.start >= rows.stop:
                break
            s = _scores(q, part(key, columns), attn_mask, is_causal, rows, columns)
            highest, level = _highest(s, top)
            e = xp.exp(s - level)
            e_sum = xp.sum(e, axis=-1, keepdims=True)
            e_values = xp.matmul(_dropped(e, dropout_p, seed, rows, columns), part(value, columns))
            if top is None:
                total, a = e_sum, e_values
            else:
                shrink = namespace(top).exp(top - level)
                total, a = total * shrink + e_sum, a * shrink + e_values
            top = highest
        if top is None:  # there are no keys
            level = total = xp.zeros((*q.shape[:-1], 1), dtype=q.dtype, device=q.device)
            a = xp.matmul(q, xp.matrix_transpose(key)) @ value
        total = xp.where(total == 0, 1.0, total)
        found.append(a / total)
        norms.append(xp.log(total) + level)  # Λ
    y = found[0] if len(found) == 1 else xp.concat(found, axis=-2)
    return y, (query, key, value, attn_mask, y, norms, cuts, options)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    query, key, value, mask, y, norms, cuts, (dropout_p, is_causal, scale, seed) = saved
    xp = namespace(dy, query, key, value)
    needs_mask = len(needs) > 3 and needs[3]
    needs_scores = needs[0] or needs[1] or needs_mask
    dqs: list[Any] = []
    dks, dvs = ([None] * len(cuts[1]) for _ in range(2))
    dmasks: list[list[Any]] = []
    for rows, norm in zip(cuts[0], norms, strict=True):
        q, delta = scale * part(query, rows), part(dy, rows)
        along = xp.sum(delta * part(y, rows), axis=-1, keepdims=True)  # D
        dqs.append(None)
        dmasks.append([])
        for j, columns in enumerate(cuts[1]):
            if is_causal and columns.start >= rows.stop:
                break
            k = part(key, columns)
            p = xp.exp(_scores(q, k, mask, is_causal, rows, columns) - norm)
            weights = _dropped(p, dropout_p, seed, rows, columns)
            if needs[2]:
                dvs[j] = plus(dvs[j], xp.matmul(xp.matrix_transpose(weights), delta))
            if not needs_scores:
                continue
            dp = xp.matmul(delta, xp.matrix_transpose(part(value, columns)))
            ds = p * (_dropped(dp, dropout_p, seed, rows, columns) - along)
            if needs[0]:
                dqs[-1] = plus(dqs[-1], xp.matmul(ds, k))
            if needs[1]:
                dks[j] = plus(dks[j], xp.matmul(xp.matrix_transpose(ds), q))
            if needs_mask:
                dmasks[-1].append(unbroadcast(ds, part(mask, rows, columns)))
    dq = joined(dqs, query, cuts[0]) * scale if needs[0] else None
    dk = joined(dks, key, cuts[1]) if needs[1] else None
    dv = joined(dvs, value, cuts[1]) if needs[2] else None
    dmask = joined_mask(dmasks, mask, cuts) if needs_mask else None
    return (dq, dk, dv, dmask)[: len(needs)]


def _scores(
    q: Array, k: Array, mask: Array | None, is_causal: bool, rows: slice, columns: slice
) -> Array:
    """Return a block of S, with -inf where a key is hidden."""
    xp = namespace(q, k)
    s = xp.matmul(q, xp.matrix_transpose(k))  # (..., rows, E) (..., E, columns)
    if mask is not None and not xp.isdtype(mask.dtype, "bool"):
        s = s + part(mask, rows, columns)
    out = hidden(s, mask, is_causal, rows, columns)
    return s if out is None else xp.where(out, -math.inf, s)


def _highest(s: Array, top: Any) -> tuple[Array, Array]:
    """Return m, and what is subtracted for it: 0 where all keys so far are hidden.

    The result does not depend on it, so it is a constant to derivatives of any order.
    """
    bare = unwrap(s)
    xp = namespace(bare)
    highest = xp.max(bare, axis=-1, keepdims=True)
    if top is not None:
        highest = xp.maximum(highest, top)
    return highest, xp.where(highest == -math.inf, 0.0, highest)


def _dropped(p: Array, dropout_p: float, seed: int, rows: slice, columns: slice) -> Array:
    """Return weights or their errors times Z."""
    if not dropout_p:
        return p
    keep = kept(p, dropout_p, seed, rows, columns)
    return namespace(p).where(keep, p * (1 / (1 - dropout_p)), 0.0)


scaled_dot_product_attention = Op("scaled_dot_product_attention", forward, backward, check)


def attention_weights(
    query: Array,
    key: Array,
    attn_mask: Array | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
) -> Array:
    """Return P as a whole, (..., L, S), for those who want to look at it."""
    xp = namespace(query, key)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    rows, columns = slice(0, query.shape[-2]), slice(0, key.shape[-2])
    s = _scores(scale * query, key, attn_mask, is_causal, rows, columns)
    e = xp.exp(s - _highest(s, None)[1])
    total = xp.sum(e, axis=-1, keepdims=True)
    return e / xp.where(total == 0, 1.0, total)
