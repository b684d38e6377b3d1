"""The negative log-likelihood of counts y under a Poisson distribution.

P(y) = λ^y exp(-λ) / y!, and so -log P = λ - y log λ + log y!; with the prediction x

    l = exp(x) - y x             dx = dl (exp(x) - y)            λ = exp(x)    (log_input)
    l = x - y log(x + ε)         dx = dl (1 - y / (x + ε))       λ = x         (else)
    dy = -dl x                   or -dl log(x + ε)

log y! does not depend on the prediction; ``full`` adds it where y > 1, in Stirling's approximation
y log y - y + ½ log(2πy), whose derivative, log y + 1/(2y), dy gets too.

P. McCullagh, J. A. Nelder, 1989, *Generalized linear models*, section 6.2.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend import library_of, namespace
from ...errors import ArgumentError
from ...typing import Array
from ..op import Op
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["poisson_nll_loss"]


def check(
    x: Array,
    y: Array,
    *,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> None:
    require_reduction("poisson_nll_loss", reduction)
    require_same("poisson_nll_loss", x, y)
    if not eps > 0:
        raise ArgumentError(f"poisson_nll_loss: eps must be > 0, got {eps}; 1e-8 is usual")
    if not log_input and library_of(x).host and 0 not in x.shape:
        low = float(namespace(x).min(x))
        if low < 0:
            raise ArgumentError(
                f"poisson_nll_loss: input must be rates >= 0 with log_input=False, got {low}; end "
                "the model with nn.Softplus(), or let it predict logarithms: log_input=True"
            )


def forward(
    x: Array,
    y: Array,
    *,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> tuple[Array, Any]:
    xp = namespace(x, y)
    rate, log_rate = (xp.exp(x), x) if log_input else (x, xp.log(x + eps))
    losses = rate - y * log_rate
    if full:
        many = xp.where(y > 1, y, 1.0)
        stirling = many * xp.log(many) - many + 0.5 * xp.log(2.0 * math.pi * many)
        losses = losses + xp.where(y > 1, stirling, 0.0)
    return reduce(losses, reduction), (x, y, rate, log_rate, log_input, full, eps, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, y, rate, log_rate, log_input, full, eps, reduction = saved
    dl = spread(dl, x, reduction)
    dx = dy = None
    if needs[0]:
        dx = dl * (rate - y if log_input else 1.0 - y / (x + eps))
    if needs[1]:
        slope = -log_rate
        if full:
            xp = namespace(y)
            many = xp.where(y > 1, y, 1.0)
            slope = slope + xp.where(y > 1, xp.log(many) + 0.5 / many, 0.0)
        dy = dl * slope
    return dx, dy


poisson_nll_loss = Op("poisson_nll_loss", forward, backward, check)
