"""The threshold unit with results 0 and 1, Heaviside's function.

    y = 1 where x > 0, else 0

Gradients cannot pass through it and asking for one is an error; see :mod:`.sign`.

W. S. McCulloch, W. Pitts, 1943, *A logical calculus of the ideas immanent in nervous activity*.
"""

from __future__ import annotations

from typing import NoReturn

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .sign import no_gradient

__all__ = ["step"]


def forward(x: Array) -> tuple[Array, None]:
    return namespace(x).astype(x > 0, x.dtype), None


def backward(dy: Array, saved: None, needs: tuple[bool, ...]) -> NoReturn:
    no_gradient("step")


step = Op("step", forward, backward)
