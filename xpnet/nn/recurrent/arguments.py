"""What recurrent layers ask of their inputs, said in the terms of the layer."""

from __future__ import annotations

from typing import Any

from ...backend import device_of, is_array, is_floating, shares_home, unwrap
from ...errors import ArgumentError, DeviceError, DTypeError, ShapeError

__all__ = ["require_input", "require_state", "require_states"]


def require_input(where: str, x: Any, features: int, axes: tuple[str, ...]) -> None:
    """Raise unless `x` has these axes, the last one with so many features, and a step at least."""
    if not is_array(unwrap(x)):
        raise DTypeError(
            f"{where}: x must be an array, got a {type(x).__name__}; convert it with xn.asarray(x)"
        )
    shape = tuple(x.shape)
    expected = f"({', '.join((*axes[:-1], str(features)))})"
    remedy = ""
    if len(shape) == len(axes) - 1:
        remedy = "it lacks the batch axis, write " + (
            "x[:, None, :]" if axes[0] == "T" else "x[None, ...]"
        )
    elif len(shape) != len(axes):
        remedy = "the axes are the batch, time and features"
        if "T" not in axes:
            remedy = "a cell takes one step (N, D): loop over the steps, for x_t in x"
    elif shape[-1] != features:
        remedy = "its last axis must be the features; or make the layer for them, "
        remedy += f"nn.{where}({shape[-1]}, ...)"
    elif "T" in axes and shape[axes.index("T")] < 1:
        remedy = "a sequence has at least one step"
    if remedy:
        raise ShapeError(f"{where}: x must be {expected}, got {shape}; {remedy}")
    if not is_floating(x):
        raise DTypeError(
            f"{where}: x must be floating-point numbers, got {x.dtype}; convert it with xp.astype"
        )


def require_state(where: str, name: str, state: Any, expected: tuple[int, ...], x: Any) -> None:
    """Raise unless a state is an array of this shape, where the input is."""
    if not is_array(unwrap(state)):
        raise DTypeError(
            f"{where}: {name} must be an array {expected}, got a {type(state).__name__}; None "
            "starts from zeros"
        )
    if tuple(state.shape) != expected:
        raise ShapeError(
            f"{where}: {name} must be {expected}, got {tuple(state.shape)}; the axes are "
            + (
                "layers times directions, the batch and the units, whatever batch_first says"
                if len(expected) == 3
                else "the batch and the units"
            )
        )
    if not shares_home(state, x):
        home = device_of(x).name
        raise DeviceError(
            f"{where}: {name} must be where x is, on {home}, got {device_of(state).name}; move it "
            f"with xpnet.to_device(state, {home!r})"
        )


def require_states(where: str, hx: Any) -> tuple[Any, Any]:
    """Return the two states of an LSTM, or raise."""
    if not isinstance(hx, tuple | list) or len(hx) != 2:
        got = f"{len(hx)} of them" if isinstance(hx, tuple | list) else "a single one"
        raise ArgumentError(
            f"{where}: hx must be a pair (h_0, c_0), got {got}; the cell has a state of its own"
        )
    return hx[0], hx[1]
