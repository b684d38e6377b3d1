"""xpnet: neural networks on any array library that follows the Python array API standard.

Devices and arrays are here at once; the folders listed in `_FOLDERS` and the names in `_NAMES` are
imported when they are first used, so that a program pays only for what it uses.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import backend, errors
from ._version import __version__
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

if TYPE_CHECKING:
    from . import autograd, data, io, kernels, models, nn, ops, optim, plot, testing, training
    from .autograd import (
        Tensor,
        autocast,
        detect_anomaly,
        enable_grad,
        grad,
        is_grad_enabled,
        no_grad,
        value_and_grad,
    )
    from .io import load, save
    from .kernels.numpy.threads import get_num_threads, set_num_threads
    from .training import History, Trainer

__all__ = [
    "Device",
    "History",
    "Tensor",
    "Trainer",
    "__version__",
    "asarray",
    "autocast",
    "autograd",
    "backend",
    "current_device",
    "data",
    "detect_anomaly",
    "device",
    "device_of",
    "devices",
    "enable_grad",
    "errors",
    "get_num_threads",
    "grad",
    "io",
    "is_grad_enabled",
    "kernels",
    "load",
    "manual_seed",
    "models",
    "namespace",
    "nn",
    "no_grad",
    "ops",
    "optim",
    "plot",
    "save",
    "set_device",
    "set_num_threads",
    "synchronize",
    "testing",
    "to_device",
    "to_numpy",
    "training",
    "value_and_grad",
]

_FOLDERS = (
    "autograd", "data", "io", "kernels", "models", "nn", "ops", "optim", "plot", "testing",
    "training",
)  # fmt: skip

_NAMES = {
    **dict.fromkeys(("Tensor", "autocast", "detect_anomaly", "enable_grad"), "autograd"),
    **dict.fromkeys(("grad", "is_grad_enabled", "no_grad", "value_and_grad"), "autograd"),
    **dict.fromkeys(("load", "save"), "io"),
    **dict.fromkeys(("get_num_threads", "set_num_threads"), "kernels.numpy.threads"),
    **dict.fromkeys(("History", "Trainer"), "training"),
}


def __getattr__(name: str) -> Any:
    """Import a folder, or a name out of it, when it is first asked for."""
    if name in _FOLDERS:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        value = getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
