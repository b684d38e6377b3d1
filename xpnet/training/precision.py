"""How a training computes: float32, TF32, or half precision with a scaled loss."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from ..autograd.precision import autocast, cast
from ..autograd.precision_names import NAMES
from ..backend import is_array, unwrap
from ..errors import ArgumentError
from ..nn import Module
from ..optim import GradScaler, Optimizer, clip_grad_norm_
from ..typing import Array

__all__ = ["Precision"]


class Precision:
    """The precision of forward and loss, and with float16 a :class:`~xpnet.optim.GradScaler`.

    Parameters
    ----------
    name : {"float16", "bfloat16", "tf32"} or None
        None is that of the parameters.
    optimizer : Optimizer
    where : str
        Who was asked for it: errors begin with that.

    Raises
    ------
    ArgumentError
        If the name is none of these, or the optimizer cannot do with a scaled loss.
    """

    def __init__(self, name: str | None, optimizer: Optimizer, where: str = "Trainer") -> None:
        if name is not None and name not in NAMES:
            listed = ", ".join(map(repr, NAMES))
            raise ArgumentError(
                f"{where}: precision must be one of {listed} or None, got {name!r}; None is that "
                "of the model's parameters, see model.to(dtype=...)"
            )
        if name == "float16" and optimizer.needs_closure:
            raise ArgumentError(
                f"{where}: precision must not be 'float16' with {type(optimizer).__name__}, which "
                "cannot leave a step out; use 'bfloat16' or None"
            )
        self.name = name
        self.scaler = GradScaler(enabled=name == "float16")
        self.updating = False  # whether the optimizer is changing the parameters just now

    def autocast(self) -> autocast:
        """Return the block in which forward and loss are computed."""
        return autocast(self.name)

    def outputs(self, model: Module, x: Any) -> Any:
        """Return what the model makes of a batch; in half precision, float32 for the loss."""
        outputs = model(x)
        if self.name in (None, "tf32") or not is_array(unwrap(outputs)):
            return outputs
        return cast(outputs, "float32")

    def predicted(self, outputs: Array) -> Array:
        """Return predictions as float32 where they were computed in half precision."""
        return outputs if self.name in (None, "tf32") else cast(outputs, "float32")

    def step(self) -> AbstractContextManager[object]:
        """Return the block of a whole step, the way back and the update among it.

        With TF32 the products of the way back are to round as well. With float16 gradients may
        overflow, which NumPy need not warn of: the step is left out then.
        """
        self.updating = False
        if self.name == "tf32":
            return self.autocast()
        if self.name == "float16":
            return np.errstate(over="ignore", invalid="ignore")
        return nullcontext()

    def update(self, optimizer: Optimizer, model: Module, clip_norm: float | None) -> None:
        """Let the optimizer step, with gradients as they would be in float32."""
        if clip_norm is not None:
            self.scaler.unscale_(optimizer)
            clip_grad_norm_(model.parameters(), clip_norm)
        self.updating = True
        self.scaler.step(optimizer)
        self.updating = False
        self.scaler.update()

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the scaler; without one, nothing."""
        return self.scaler.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self.scaler.load_state_dict(state)
