"""The Gaussian error linear unit.

    y = x Φ(x)        dx = dy (Φ(x) + x φ(x))

Φ(x) = (1 + erf(x/√2)) / 2 is the normal distribution function and φ(x) = exp(-x²/2) / √(2π) = Φ'(x)
its density. With ``approximate="tanh"``, in u = √(2/π) (x + c x³), c = 0.044715,

    y = x (1 + tanh u) / 2        dx = dy ((1 + tanh u) / 2 + x (1 - tanh² u) u' / 2)

D. Hendrycks, K. Gimpel, 2016, *Gaussian error linear units (GELUs)*, section 2.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend import namespace
from ...backend.extra import erf
from ...errors import choose
from ...typing import Array
from ..op import Op

__all__ = ["gelu"]

C = 0.044715


def check(x: Array, *, approximate: str = "none") -> None:
    choose("gelu", "approximate", approximate, ("none", "tanh"))


def forward(x: Array, *, approximate: str = "none") -> tuple[Array, Any]:
    if approximate == "tanh":
        t = namespace(x).tanh(math.sqrt(2 / math.pi) * (x + C * (x * x * x)))
        return 0.5 * x * (1.0 + t), (x, t, approximate)
    phi = 0.5 * (1.0 + erf(math.sqrt(0.5) * x))
    return x * phi, (x, phi, approximate)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    x, part, approximate = saved
    if approximate == "tanh":
        slope = math.sqrt(2 / math.pi) * (1.0 + 3 * C * (x * x))
        return (dy * (0.5 * (1.0 + part) + 0.5 * x * (1.0 - part * part) * slope),)
    density = namespace(x).exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))
    return (dy * (part + x * density),)


gelu = Op("gelu", forward, backward, check)
