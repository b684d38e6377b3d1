"""Gradients without the scale of the loss, for :class:`xpnet.optim.GradScaler`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import kernels
from ..autograd import Tensor
from ..backend import Device, device_of, dtype_name, is_floating, namespace, unwrap
from ..errors import DTypeError
from ..typing import Array

__all__ = ["unscale"]

Given = list[tuple[Tensor, Array]]
"""Parameters and their gradients."""


def unscale(params: Iterable[Tensor], factor: float) -> list[Array]:
    """Multiply the gradients by a factor, and tell whether they were finite.

    Returns
    -------
    list of array
        All true (or not 0) if all gradients were finite. No value is fetched from the device.

    Raises
    ------
    DTypeError
        If a gradient is in half precision.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn
    >>> p = nn.Parameter(np.zeros(2))
    >>> p.grad = np.asarray([3.0, np.inf])
    >>> [bool(flag) for flag in unscale([p], 0.5)]
    [False]
    >>> p.grad
    array([1.5, inf])
    """
    given = [(p, unwrap(p.grad)) for p in params if p.grad is not None]
    # gradients of one kind go together: a kernel takes them all at once
    alike: dict[Any, Given] = {}
    for p, g in given:
        if not is_floating(g) or dtype_name(g.dtype) in ("float16", "bfloat16"):
            raise DTypeError(
                f"GradScaler.unscale_: parameters must be in float32, got {g.dtype}; keep "
                "the model in float32 and compute inside xn.autocast"
            )
        alike.setdefault((type(g), dtype_name(g.dtype), device_of(g)), []).append((p, g))
    flags, left = [], []
    for (kind, _, _), some in alike.items():
        kernel = kernels.find_for("unscale", kind)
        done = None if kernel is None else kernel.update([g for _, g in some], factor)
        if done is None:
            left += some
            continue
        finite, scaled = done
        flags.append(finite)
        for (p, _), g in zip(some, scaled, strict=True):
            p.grad = g
    return flags + _by_namespace(left, factor)


def _by_namespace(given: Given, factor: float) -> list[Array]:
    """Do it by functions of the standard, and return a flag for each device."""
    flags: dict[Device, list[Array]] = {}
    for p, g in given:
        xp = namespace(g)
        # a new array: backward may have given one array to two parameters
        p.grad = xp.asarray(g * factor)
        flags.setdefault(device_of(g), []).append(xp.asarray(xp.all(xp.isfinite(g))))
    return [namespace(*some).all(namespace(*some).stack(some)) for some in flags.values()]
