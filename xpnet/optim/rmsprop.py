"""RMSprop: steps divided by the root mean square of recent gradients.

With learning rate γ, decay rate α, momentum μ and weight decay λ, in each step::

    g ← g + λ p
    v ← α v + (1 − α) g²
    a ← α a + (1 − α) g,   ṽ = v − a²      if centred, else ṽ = v
    b ← μ b + g / (√ṽ + ε)
    p ← p − γ b

T. Tieleman, G. Hinton, "Lecture 6.5 - rmsprop", COURSERA: Neural Networks for Machine Learning,
2012; centred by A. Graves, "Generating Sequences With Recurrent Neural Networks",
arXiv:1308.0850, 2013, equations 38-41. As in PyTorch, ε stands outside of the root.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..backend import namespace
from ..typing import Array, State
from .optimizer import Optimizer

__all__ = ["RMSprop"]


def init(p: Array, *, momentum: float = 0.0, centered: bool = False, **options: Any) -> State:
    """Return zeros for v and, where they are used, for the buffer b and the mean a."""
    xp = namespace(p)
    names = ["square_avg"] + ["momentum_buffer"] * (momentum > 0) + ["grad_avg"] * bool(centered)
    return {name: xp.zeros_like(p) for name in names}


def update(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """Return the parameter and the state after one step."""
    xp = namespace(p, g)
    if maximize:
        g = -g
    if weight_decay:
        g = g + weight_decay * p
    v = alpha * state["square_avg"] + (1 - alpha) * (g * g)
    new: State = {"square_avg": v}
    if centered:
        a = new["grad_avg"] = state["grad_avg"] + (1 - alpha) * (g - state["grad_avg"])
        v = v - a * a
    d = g / (xp.sqrt(v) + eps)
    if momentum:
        d = new["momentum_buffer"] = momentum * state["momentum_buffer"] + d
    return p - lr * d, new


class RMSprop(Optimizer):
    """RMSprop: steps divided by the root mean square of recent gradients.

    Parameters
    ----------
    params
        Parameters or groups, see `Optimizer`.
    lr : float
        Learning rate γ.
    alpha : float
        α, the share of the old mean square that stays in each step.
    eps : float
        ε, keeps the division finite.
    weight_decay : float
        λ, adds λ p to the gradient (an L2 penalty).
    momentum : float
        μ of the scaled gradients.
    centered : bool
        Divide by the standard deviation instead of the root mean square.
    maximize : bool
        Climb instead of descend.

    References
    ----------
    Tieleman, Hinton, "Lecture 6.5 - rmsprop", COURSERA: Neural Networks for Machine Learning, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.asarray([1.0, 2.0]))
    >>> opt = optim.RMSprop([p], lr=0.01)
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
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
            maximize=maximize,
        )
