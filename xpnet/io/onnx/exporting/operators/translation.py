"""How an op of xpnet gets its operator of ONNX: by a kernel for the library of Symbols.

Such a kernel is not there for speed. So it stays when kernels are switched off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from .....errors import AutogradError
from .....kernels import register
from .....ops import OPS
from ..graph import current_trace
from ..library import LIBRARY
from ..symbol import Symbol

__all__ = ["opset", "result_of", "translates"]

F = TypeVar("F", bound=Callable[..., Any])


def translates(name: str, accepts: Callable[..., bool] | None = None) -> Callable[[F], F]:
    """Register what an op is in ONNX, where `accepts` says that it fits the arguments."""

    def keep(function: F) -> F:
        def forward(*inputs: Any, **options: Any) -> tuple[Any, None]:
            return function(*inputs, **options), None

        given: dict[str, Any] = {} if accepts is None else {"accepts": accepts}
        register(
            name,
            library=LIBRARY.name,
            forward=forward,
            backward=_no_way_back,
            optional=False,
            **given,
        )
        return function

    return keep


def _no_way_back(*args: Any) -> Any:
    raise AutogradError(
        "export: the model must not differentiate in its forward, got a backward pass; compute "
        "gradients outside of it"
    )


def result_of(name: str, *inputs: Any, **options: Any) -> Any:
    """Return what the op gives for the numbers of this run."""
    arrays = [x.array if isinstance(x, Symbol) else x for x in inputs]
    with np.errstate(all="ignore"):
        return OPS[name](*arrays, **options)


def opset() -> int:
    """Return the version of ONNX's operators that is written."""
    return current_trace().opset
