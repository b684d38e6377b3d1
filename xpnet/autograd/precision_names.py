"""What `autocast` may be called with; calls as PyTorch writes them are told how they read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..backend import dtype_name
from ..errors import ArgumentError

__all__ = ["NAMES", "precision_name", "refuse_pytorchs_call"]

NAMES = ("bfloat16", "float16", "tf32")


def refuse_pytorchs_call(given: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Raise an ArgumentError where the first argument is a device, and say what to write.

    Parameters
    ----------
    given : sequence
        Arguments without a name: ``torch.autocast(device_type, dtype, enabled)`` has three of them,
        the dtype second.
    named : mapping
        The others, by name.
    """
    first = named.get("device_type", given[0] if given else None)
    theirs = "device_type" in named or (given and "dtype" in named)
    if _name(first) in NAMES or (first is None and not theirs):
        return
    dtype = _name(named.get("dtype", given[1] if len(given) > 1 else None))
    if theirs or dtype in NAMES:
        name = dtype if dtype in NAMES else "float16"
        raise ArgumentError(
            f"autocast: dtype must be the first argument, got {first!r} there; write "
            f"autocast({name!r}) for PyTorch's autocast('cuda', dtype={name}): it holds wherever "
            "the arrays are"
        )


def precision_name(dtype: Any, enabled: Any) -> str | None:
    """Return the name of a precision, None for that of the arrays, or raise an ArgumentError."""
    name = _name(dtype)
    if name is not None and name not in NAMES:
        listed = ", ".join(map(repr, NAMES))
        raise ArgumentError(
            f"autocast: dtype must be one of {listed} or None, got {name!r}; autocast('float16') "
            "holds on every device, and model.to(dtype=...) changes what parameters are"
        )
    if enabled not in (True, False):
        raise ArgumentError(
            f"autocast: enabled must be True or False, got {enabled!r}; the dtype is the first "
            "argument, and a device is given by its name, device=..."
        )
    return name if enabled else None


def _name(dtype: Any) -> str | None:
    return dtype if dtype is None or isinstance(dtype, str) else dtype_name(dtype)
