"""The threshold unit of the perceptron, with results -1 and 1.

    y = 1 where x > 0, -1 where x < 0, 0 where x = 0

Its derivative is zero wherever it exists, so gradient descent cannot learn through it: asking for a
gradient is an error here, where other frameworks silently give zero. The perceptron learns by its
own rule instead, which is gradient descent on :mod:`~xpnet.ops.losses.perceptron_loss`.

F. Rosenblatt, 1958, *The perceptron: a probabilistic model for information storage and organization
in the brain*.
"""

from __future__ import annotations

from typing import NoReturn

from ...backend import namespace
from ...errors import AutogradError
from ...typing import Array
from ..op import Op

__all__ = ["no_gradient", "sign"]


def no_gradient(name: str) -> NoReturn:
    """Say why no gradient passes through a threshold, and what to do."""
    raise AutogradError(
        f"{name}: its derivative must not be zero everywhere for gradients to pass, got a "
        "threshold; train on its input with perceptron_loss or hinge_loss, or use tanh or "
        "sigmoid instead (or cut the tape on purpose with .detach())"
    )


def forward(x: Array) -> tuple[Array, None]:
    return namespace(x).sign(x), None


def backward(dy: Array, saved: None, needs: tuple[bool, ...]) -> NoReturn:
    no_gradient("sign")


sign = Op("sign", forward, backward)
