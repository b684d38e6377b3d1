"""Dense layers and rectifiers that follow each other in a Sequential, computed as one op.

Only where a library has a kernel for that (see ``ops/dense.py``), and nobody watches the layers:
one with a hook, or with a forward of its own, is called by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..autograd.modes import MODE
from ..backend import unwrap
from ..kernels import find_for
from ..ops.dense import dense
from .activations.rectifiers import ReLU
from .linear import Linear
from .module import Module

__all__ = ["dense_layers", "end_of_run", "fits"]


def end_of_run(layers: Sequence[Module], start: int) -> int:
    """Return after which layer a run of Linear, ReLU, Linear, ... that begins at `start` ends."""
    end = start
    while end < len(layers):
        layer = layers[end]
        wanted = ReLU if (end - start) % 2 else Linear
        if type(layer) is not wanted or layer._hooks or "forward" in layer.__dict__:
            break
        end += 1
    return end


def fits(x: Any) -> bool:
    """Tell whether a run may be one op for this input."""
    bare = unwrap(x)
    two = len(getattr(bare, "shape", ())) == 2
    return two and not MODE.watching and find_for("dense", type(bare)) is not None


def dense_layers(layers: Sequence[Module], x: Any) -> Any:
    """Apply a run of at least two layers."""
    parameters: list[Any] = []
    for layer in layers[::2]:
        parameters += (layer.weight, layer.bias)  # type: ignore[attr-defined]
    return dense(x, *parameters, rectify_last=len(layers) % 2 == 0)
