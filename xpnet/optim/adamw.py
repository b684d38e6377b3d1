"""AdamW: Adam with weight decay apart from the gradient.

::

    p ← p − γ λ p
    then one step of Adam without weight decay

so the decay is the same for every parameter instead of being divided by √v̂.

I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, Algorithm 2 (with the
decay multiplied by the learning rate γ, as in PyTorch).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..typing import Array, State
from . import adam
from .optimizer import Optimizer

__all__ = ["AdamW"]


def update(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 1e-2,
    amsgrad: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """Return the parameter and the state after one step."""
    if weight_decay:
        p = (1 - lr * weight_decay) * p
    return adam.update(p, g, state, lr=lr, betas=betas, eps=eps, amsgrad=amsgrad, maximize=maximize)


class AdamW(Optimizer):
    """Adam with decoupled weight decay.

    Parameters
    ----------
    params
        Parameters or groups, see `Optimizer`.
    lr : float
        Learning rate γ.
    betas : tuple of float
        Decay rates β₁ and β₂ of the two running moments.
    eps : float
        ε, keeps the division finite.
    weight_decay : float
        λ: each step shrinks the parameters by the factor 1 − γ λ.
    amsgrad : bool
        Divide by the largest v so far.
    maximize : bool
        Climb instead of descend.

    References
    ----------
    Loshchilov, Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, Algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.asarray([1.0, 2.0]))
    >>> opt = optim.AdamW([p], lr=0.1, weight_decay=0.5)
    >>> p.grad = np.asarray([5.0, -5.0])
    >>> opt.step()
    >>> p.data.round(6)
    array([0.85, 2.  ])
    """

    init = staticmethod(adam.init)
    update = staticmethod(update)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
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
