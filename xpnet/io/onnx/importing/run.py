"""Computing one node: its inputs brought together, its operator called, its errors explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....autograd.tape import plain
from ....backend import asarray, device_of, dtype_name, is_floating, to_numpy, unwrap
from ....errors import AutogradError, ModelFileError, XpnetError
from .graph import Node, described
from .operators import OPERATORS, Operator

__all__ = ["compute", "is_on_host", "placed"]

HOST = (np.ndarray, np.generic)


def is_on_host(value: Any) -> bool:
    """Tell whether a value is shape arithmetic; what is on a device is a Tensor, also of NumPy."""
    return isinstance(value, HOST)


def placed(value: Any, like: Any, dtype: Any = None) -> Any:
    """Return a value of the host as a Tensor where another one is."""
    return plain(asarray(np.asarray(value), dtype, device=device_of(unwrap(like))))


def compute(node: Node, values: list[Any], call: Any, where: str) -> Sequence[Any]:
    """Return the outputs of a node.

    Raises
    ------
    XpnetError
        Whatever goes wrong, with the node that it was.
    """
    operator = OPERATORS[node.op]
    try:
        brought = _together(values, operator)
        arguments = (call, *brought) if operator.called else brought
        found = operator.function(*arguments, **node.attributes)
    except AutogradError:
        raise
    except Exception as error:
        shapes = [None if v is None else tuple(getattr(v, "shape", ())) for v in values]
        message = f"{where}: {described(node)} cannot be computed of {shapes}: {error}"
        if isinstance(error, XpnetError):
            kind: Any = type(error)
            explained = kind(message)
            explained.__dict__.update(error.__dict__)
            raise explained from error
        raise ModelFileError(
            f"{message} ({type(error).__name__}); check the shape and data type of the input"
        ) from error
    results = found if isinstance(found, tuple) else (found,)
    return [np.asarray(r) if is_on_host(r) else r for r in results]


def _together(values: list[Any], operator: Operator) -> list[Any]:
    """Return the inputs, those in slots of the host there, the others in one place."""
    host = operator.host
    there = [
        v for i, v in enumerate(values) if i not in host and v is not None and not is_on_host(v)
    ]
    if not there and not host:
        return values
    floating = next((v for v in there if is_floating(v)), None)
    brought = list(values)
    for i, value in enumerate(values):
        if value is None:
            continue
        if i in host:
            brought[i] = value if is_on_host(value) else to_numpy(value)
        elif there and is_on_host(value) and i not in operator.either:
            cast = floating is not None and value.dtype.kind == "f"
            dtype = dtype_name(floating.dtype) if cast and floating is not None else None
            brought[i] = placed(value, there[0], dtype)
    return brought
