"""The derivatives σ′(z) of the activations, by hand.

==============  ========================  ====================================
activation      σ(z)                      σ′(z)
==============  ========================  ====================================
``identity``    z                         1
``sigmoid``     1 / (1 + exp(-z))         σ(z) (1 - σ(z))
``tanh``        tanh z                    1 - tanh² z
``relu``        max(z, 0)                 1 where z > 0, else 0
``leaky_relu``  z where z > 0, else a z   1 where z > 0, else a;  a = 0.01
``elu``         z where z > 0, else       1 where z > 0, else exp(z)
                exp(z) - 1
``gelu``        z Φ(z)                    Φ(z) + z φ(z)
``silu``        z σ(z)                    σ(z) (1 + z (1 - σ(z))), σ: sigmoid
``softplus``    log(1 + exp(z))           σ(z), the sigmoid
==============  ========================  ====================================

Φ is the distribution function of the normal distribution and φ its density. At z = 0, where the
rectifiers have a kink, the slope is that of the left side, as on the tape. The sources are in
``xpnet/ops/activations``, a file for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ...backend import namespace
from ...backend.extra import erf
from ...nn.functional import sigmoid
from ...typing import Array

__all__ = ["SLOPES"]


def _identity(z: Array) -> Array:
    return namespace(z).ones_like(z)


def _sigmoid(z: Array) -> Array:
    a = sigmoid(z)
    return a * (1.0 - a)


def _tanh(z: Array) -> Array:
    a = namespace(z).tanh(z)
    return 1.0 - a * a


def _relu(z: Array) -> Array:
    xp = namespace(z)
    return xp.where(z > 0, xp.ones_like(z), 0.0)


def _leaky_relu(z: Array) -> Array:
    xp = namespace(z)
    return xp.where(z > 0, xp.ones_like(z), 0.01)


def _elu(z: Array) -> Array:
    xp = namespace(z)
    return xp.exp(xp.minimum(z, 0.0))


def _gelu(z: Array) -> Array:
    density = namespace(z).exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    return 0.5 * (1.0 + erf(z / math.sqrt(2))) + z * density


def _silu(z: Array) -> Array:
    a = sigmoid(z)
    return a * (1.0 + z * (1.0 - a))


SLOPES: dict[str, Callable[[Array], Array]] = {
    "elu": _elu,
    "gelu": _gelu,
    "identity": _identity,
    "leaky_relu": _leaky_relu,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "silu": _silu,
    "softplus": sigmoid,
    "tanh": _tanh,
}
"""σ′ of the activations that work on each number by itself, by the names of ``nn.ACTIVATIONS``."""
