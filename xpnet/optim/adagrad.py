"""AdaGrad: each parameter's steps shrink with the gradients it has seen.

With learning rate γ, its decay η and weight decay λ, in step t::

    g ← g + λ p
    s ← s + g²
    p ← p − γ / (1 + (t − 1) η) · g / (√s + ε)

J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
Optimization", JMLR 12, 2011, Figure 1 with diagonal matrices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..backend import namespace
from ..typing import Array, State
from .optimizer import Optimizer

__all__ = ["Adagrad"]


def init(p: Array, *, initial_accumulator_value: float = 0.0, **options: Any) -> State:
    """Return step 0 and the sum of squares s before the first gradient."""
    return {"step": 0, "sum": namespace(p).full_like(p, initial_accumulator_value)}


def update(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    lr_decay: float = 0.0,
    weight_decay: float = 0.0,
    initial_accumulator_value: float = 0.0,
    eps: float = 1e-10,
    maximize: bool = False,
) -> tuple[Array, State]:
    """Return the parameter and the state after one step."""
    xp = namespace(p, g)
    t = state["step"] + 1
    if maximize:
        g = -g
    if weight_decay:
        g = g + weight_decay * p
    s = state["sum"] + g * g
    step_size = lr / (1 + (t - 1) * lr_decay)
    return p - step_size * (g / (xp.sqrt(s) + eps)), {"step": t, "sum": s}


class Adagrad(Optimizer):
    """AdaGrad: steps divided by the root of the sum of all squared gradients.

    Parameters
    ----------
    params
        Parameters or groups, see `Optimizer`.
    lr : float
        Learning rate γ.
    lr_decay : float
        η: step t has the learning rate γ / (1 + (t − 1) η).
    weight_decay : float
        λ, adds λ p to the gradient (an L2 penalty).
    initial_accumulator_value : float
        The sum of squares before the first gradient; larger values make the first steps smaller.
    eps : float
        ε, keeps the division finite.
    maximize : bool
        Climb instead of descend.

    References
    ----------
    Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization", JMLR 12, 2011, Figure 1.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.asarray([1.0, 2.0]))
    >>> opt = optim.Adagrad([p], lr=0.1)
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
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
            maximize=maximize,
        )
