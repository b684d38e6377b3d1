"""Moving a module: to another device, to another floating-point data type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ..backend import (
    DeviceLike,
    as_device,
    dtype_name,
    dtype_of,
    is_floating,
    namespace,
    to_device,
    unwrap,
)
from ..errors import DeviceError
from ..typing import Array

if TYPE_CHECKING:
    from .module import Module

__all__ = ["move"]

M = TypeVar("M", bound="Module")


def move(module: M, device: DeviceLike, dtype: Any) -> M:
    """Do what ``Module.to`` promises."""
    if isinstance(device, str) and device.startswith(("float", "bfloat", "double", "half")):
        raise DeviceError(
            f"to: device must be a device's name, got {device!r}, a data type; "
            f"write to(dtype={device!r})"
        )
    target = None if device is None else as_device(device)
    name = dtype if dtype is None or isinstance(dtype, str) else dtype_name(dtype)

    def moved(x: Array) -> Array:
        x = x if target is None else to_device(x, target)
        if name is None or not is_floating(x):
            return x
        xp = namespace(x)
        return xp.astype(x, dtype_of(xp, name), copy=False)

    for parameter in module.parameters():
        parameter.data = moved(parameter.data)
        if parameter.grad is not None:
            parameter.grad = moved(unwrap(parameter.grad))
    for part in module.modules():
        for buffer in part._buffer_names:
            setattr(part, buffer, moved(getattr(part, buffer)))
    return module
