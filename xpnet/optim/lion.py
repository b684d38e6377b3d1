"""Lion: the sign of an interpolated momentum.

With learning rate γ and weight decay λ, in each step::

    c = β₁ m + (1 − β₁) g
    p ← p − γ (sign(c) + λ p)
    m ← β₂ m + (1 − β₂) g

X. Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, Algorithm 2. Every
parameter moves by γ, so γ is smaller, and λ larger, than Adam's by a factor of 3 to 10.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..backend import namespace
from ..typing import Array, State
from .optimizer import Optimizer

__all__ = ["Lion"]


def init(p: Array, **options: Any) -> State:
    """Return zeros for the momentum m."""
    return {"exp_avg": namespace(p).zeros_like(p)}


def update(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.99),
    weight_decay: float = 0.0,
    maximize: bool = False,
) -> tuple[Array, State]:
    """Return the parameter and the state after one step."""
    xp = namespace(p, g)
    beta1, beta2 = betas
    m = state["exp_avg"]
    if maximize:
        g = -g
    c = beta1 * m + (1 - beta1) * g
    if weight_decay:
        p = (1 - lr * weight_decay) * p
    return p - lr * xp.sign(c), {"exp_avg": beta2 * m + (1 - beta2) * g}


class Lion(Optimizer):
    """Lion: steps of one size, in the direction of the sign of a momentum.

    It remembers one array per parameter where Adam remembers two.

    Parameters
    ----------
    params
        Parameters or groups, see `Optimizer`.
    lr : float
        Learning rate γ: how far each parameter moves in one step.
    betas : tuple of float
        β₁ of the interpolation and β₂ of the momentum.
    weight_decay : float
        λ: each step shrinks the parameters by the factor 1 − γ λ.
    maximize : bool
        Climb instead of descend.

    References
    ----------
    Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, Algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.asarray([1.0, 2.0]))
    >>> opt = optim.Lion([p], lr=0.1)
    >>> p.grad = np.asarray([5.0, -0.5])
    >>> opt.step()
    >>> p.data.round(6)
    array([0.9, 2.1])
    """

    init = staticmethod(init)
    update = staticmethod(update)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize)
