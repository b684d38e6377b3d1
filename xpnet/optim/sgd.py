"""Stochastic gradient descent with momentum.

With weight decay λ, momentum μ, dampening τ and learning rate γ, in step t::

    g ← g + λ p
    b ← g                    in the first step, later
    b ← μ b + (1 − τ) g
    d = b                    or, with Nesterov's momentum,  d = g + μ b
    p ← p − γ d

I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in
deep learning", ICML 2013, equations 1-4. As in PyTorch, γ multiplies the velocity b instead of
entering it, so a change of γ acts at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..backend import namespace
from ..errors import ArgumentError
from ..typing import Array, State
from .groups import Group
from .optimizer import Optimizer

__all__ = ["SGD"]


def init(p: Array, **options: Any) -> State:
    """Return the empty state: the buffer b is born in the first step, as a copy of g."""
    return {}


def update(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """Return the parameter and the state after one step."""
    if maximize:
        g = -g
    if weight_decay:
        g = g + weight_decay * p
    if not momentum:
        return p - lr * g, state
    b = state.get("momentum_buffer")
    # a copy, because the caller may go on to use the gradient
    b = namespace(g).asarray(g, copy=True) if b is None else momentum * b + (1 - dampening) * g
    d = g + momentum * b if nesterov else b
    return p - lr * d, {**state, "momentum_buffer": b}


class SGD(Optimizer):
    """Stochastic gradient descent, optionally with momentum.

    Parameters
    ----------
    params
        Parameters or groups, see `Optimizer`.
    lr : float
        Learning rate γ.
    momentum : float
        μ; 0.9 is usual.
    dampening : float
        τ, the share of the gradient that does not enter the momentum.
    weight_decay : float
        λ, adds λ p to the gradient (an L2 penalty).
    nesterov : bool
        Look ahead along the momentum; needs ``momentum > 0`` and ``dampening = 0``.
    maximize : bool
        Climb instead of descend.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep
    learning", ICML 2013, equations 1-4.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.asarray([1.0, 2.0]))
    >>> opt = optim.SGD([p], lr=0.5)
    >>> p.grad = np.asarray([1.0, -1.0])
    >>> opt.step()
    >>> p.data
    array([0.5, 2.5])
    """

    init = staticmethod(init)
    update = staticmethod(update)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            maximize=maximize,
        )

    def check_group(self, group: Group) -> None:
        """Raise if Nesterov's momentum is asked for without momentum, or with dampening."""
        if group["nesterov"] and not (group["momentum"] > 0 and group["dampening"] == 0):
            raise ArgumentError(
                "SGD: nesterov=True must come with momentum > 0 and dampening = 0, got momentum="
                f"{group['momentum']} and dampening={group['dampening']}; momentum=0.9 is usual"
            )
