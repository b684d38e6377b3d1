"""xpnet: neural networks on any array library that follows the Python array API standard."""

from __future__ import annotations

from . import autograd, backend, errors, kernels, nn, ops, testing
from ._version import __version__
from .autograd import (
    Tensor,
    detect_anomaly,
    enable_grad,
    grad,
    is_grad_enabled,
    no_grad,
    value_and_grad,
)
from .backend import (
    Device,
    asarray,
    current_device,
    device,
    device_of,
    devices,
    manual_seed,
    namespace,
    set_device,
    synchronize,
    to_device,
    to_numpy,
)

__all__ = [
    "Device",
    "Tensor",
    "__version__",
    "asarray",
    "autograd",
    "backend",
    "current_device",
    "detect_anomaly",
    "device",
    "device_of",
    "devices",
    "enable_grad",
    "errors",
    "grad",
    "is_grad_enabled",
    "kernels",
    "manual_seed",
    "namespace",
    "nn",
    "no_grad",
    "ops",
    "set_device",
    "synchronize",
    "testing",
    "to_device",
    "to_numpy",
    "value_and_grad",
]
