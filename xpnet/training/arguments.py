"""What the arguments of a trainer must be."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..nn import Module
from ..optim import Optimizer

__all__ = ["positive", "require_common_parameters"]


def require_common_parameters(model: Module, optimizer: Any) -> None:
    """Raise an ArgumentError unless the optimizer changes parameters of the model."""
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError(
            f"Trainer: optimizer must be an Optimizer or a name, got {optimizer!r}; "
            "write optim.Adam(model.parameters())"
        )
    trained = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not any(id(p) in trained for p in model.parameters()):
        raise ArgumentError(
            "Trainer: optimizer must have the parameters of the model, got one with parameters of "
            "another; write optim.Adam(model.parameters())"
        )


def positive(where: str, argument: str, value: Any, remedy: str) -> int:
    """Return `value` if it is a positive integer, else raise an ArgumentError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(
            f"{where}: {argument} must be a positive integer, got {value!r}; {remedy}"
        )
    return value
