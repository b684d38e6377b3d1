"""Adam: steps scaled by running moments of the gradient.

With decay rates β₁, β₂, learning rate γ and weight decay λ, in step t::

    g ← g + λ p
    m ← β₁ m + (1 − β₁) g          mean of the gradient
    v ← β₂ v + (1 − β₂) g²         its uncentred variance
    m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
    p ← p − γ m̂ / (√v̂ + ε)

D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, Algorithm 1; computed in
the order given at the end of their Section 2, which divides numbers instead of arrays.
AMSGrad puts the largest v so far in the place of v: S. Reddi, S. Kale, S. Kumar, "On the
Convergence of Adam and Beyond", ICLR 2018, Algorithm 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..backend import namespace
from ..typing import Array, State
from .optimizer import Optimizer

__all__ = ["Adam"]


def init(p: Array, *, amsgrad: bool = False, **options: Any) -> State:
    """Return step 0 and zeros for m, v and, with AMSGrad, the largest v."""
    xp = namespace(p)
    names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * amsgrad
    return {"step": 0, **{name: xp.zeros_like(p) for name in names}}


def update(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """Return the parameter and the state after one step."""
    xp = namespace(p, g)
    beta1, beta2 = betas
    t, m, v = state["step"] + 1, state["exp_avg"], state["exp_avg_sq"]
    if maximize:
        g = -g
    if weight_decay:
        g = g + weight_decay * p
    m = m + (1 - beta1) * (g - m)
    v = beta2 * v + (1 - beta2) * (g * g)
    new: State = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = new["max_exp_avg_sq"] = xp.maximum(state["max_exp_avg_sq"], v)
    root = math.sqrt(1 - beta2**t)
    step_size = lr * root / (1 - beta1**t)
    return p - step_size * (m / (xp.sqrt(v) + eps * root)), new


class Adam(Optimizer):
    """Adam, with weight decay in the gradient; `AdamW` decays the parameters themselves.

    Parameters
    ----------
    params
        Parameters or groups, see `Optimizer`.
    lr : float
        Learning rate γ: about the largest change of a parameter in one step.
    betas : tuple of float
        β₁ and β₂.
    eps : float
        ε, keeps the division finite.
    weight_decay : float
        λ, adds λ p to the gradient (an L2 penalty).
    amsgrad : bool
        Divide by the largest v so far.
    maximize : bool
        Climb instead of descend.

    References
    ----------
    Kingma, Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, Algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.asarray([1.0, 2.0]))
    >>> opt = optim.Adam([p], lr=0.1)
    >>> p.grad = np.asarray([5.0, -5.0])
    >>> opt.step()
    >>> p.data.round(6)
    array([0.9, 2.1])
    """

    init = staticmethod(init)
    update = staticmethod(update)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
        )
