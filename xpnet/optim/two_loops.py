"""The memory of L-BFGS, and the direction that two loops over it give.

With s_k = x_{k+1} - x_k, y_k = g_{k+1} - g_k, ρ_k = 1 / (y_kᵀ s_k) and γ = s_kᵀ y_k / y_kᵀ y_k,
of the newest pair, the direction d = -H g is found from the last m pairs (algorithm 7.4)::

    q ← g;   α_i ← ρ_i s_iᵀ q,  q ← q - α_i y_i           newest pair first
    r ← γ q; β ← ρ_i y_iᵀ r,    r ← r + s_i (α_i - β)     oldest pair first
    d ← -r

Pairs without curvature, y_kᵀ s_k <= 1e-10, are not remembered, so that H stays positive definite.

J. Nocedal, S. J. Wright, 2006, *Numerical optimization*, second edition, section 7.2.
"""

from __future__ import annotations

from ..typing import Array, State
from .flat import dot, numbers

__all__ = ["direction", "remember"]


def remember(state: State, g: Array, size: int) -> None:
    """Take the last step and the change of the gradient into the memory, if it has curvature."""
    y, s = g - state["prev_flat_grad"], state["d"] * state["t"]
    ys, yy = numbers(dot(y, s), dot(y, y))
    if ys > 1e-10:
        for key, value in (("old_dirs", y), ("old_stps", s), ("ro", 1.0 / ys)):
            state[key] = [*state.get(key, ()), value][-size:]
        state["H_diag"] = ys / yy


def direction(state: State, g: Array) -> Array:
    """Return -H g by the two loops; nothing is fetched from the device."""
    pairs = list(
        zip(
            state.get("old_stps", ()),
            state.get("old_dirs", ()),
            state.get("ro", ()),
            strict=True,
        )
    )
    q = -g
    alphas = []
    for s, y, ro in reversed(pairs):
        alpha = dot(s, q) * ro
        alphas.append(alpha)
        q = q - alpha * y
    r = q * state.get("H_diag", 1.0)
    for (s, y, ro), alpha in zip(pairs, reversed(alphas), strict=True):
        r = r + (alpha - dot(y, r) * ro) * s
    return r
