"""The two masks of multi-head attention, and the one that they make together."""

from __future__ import annotations

import math
from typing import Any

from ...backend import device_of, is_array, is_floating, namespace, shares_home, unwrap
from ...errors import DeviceError, DTypeError, ShapeError
from ...typing import Shape

__all__ = ["merged", "require_mask"]


def require_mask(where: str, name: str, mask: Any, like: Any, *expected: Shape) -> None:
    """Raise unless a mask has one of these shapes, and truth values or numbers like the input."""
    if not is_array(unwrap(mask)):
        raise DTypeError(
            f"{where}: {name} must be an array, got a {type(mask).__name__}; convert it with "
            "xn.asarray(mask)"
        )
    if not shares_home(mask, like):
        home = device_of(like).name
        raise DeviceError(
            f"{where}: {name} must be where query is, on {home}, got {device_of(mask).name}; move "
            f"it with xpnet.to_device(mask, {home!r})"
        )
    shape = tuple(mask.shape)
    if shape not in expected:
        remedy = "True hides a key" if name == "attn_mask" else "True marks padding"
        shown = " or ".join(map(str, dict.fromkeys(expected)))
        raise ShapeError(
            f"{where}: {name} must be {shown}, got {shape}; it has one entry for each "
            f"{'query and key' if name == 'attn_mask' else 'key of each sequence'}, and {remedy}"
        )
    if not is_floating(mask) and not namespace(mask).isdtype(mask.dtype, "bool"):
        raise DTypeError(
            f"{where}: {name} must be truth values (True hides a key) or numbers to add to the "
            f"scores, got {mask.dtype}; convert it with xp.astype(mask, xp.bool)"
        )
    if is_floating(mask) and mask.dtype != like.dtype:
        raise DTypeError(
            f"{where}: {name} must be truth values, or numbers of the dtype of query, "
            f"{like.dtype}, got {mask.dtype}; convert it with xp.astype"
        )


def merged(
    where: str, attn_mask: Any, key_padding_mask: Any, query: Any, heads: int, keys: int
) -> Any:
    """Return one mask for the op, where True lets look, broadcastable to (N, H, L, S); or None.

    Parameters
    ----------
    where : str
    attn_mask : (L, S) or (N·H, L, S), or None
    key_padding_mask : (N, S) or None
    query : (N, L, D)
        For its dtype and device, which the masks share.
    heads, keys : int
        H and S.
    """
    batch, shape = query.shape[0], (query.shape[1], keys)
    masks = []
    if attn_mask is not None:
        whole = (batch * heads, *shape)
        require_mask(where, "attn_mask", attn_mask, query, shape, whole)
        if len(attn_mask.shape) == 3:
            attn_mask = namespace(attn_mask).reshape(attn_mask, (batch, heads, *shape))
        masks.append(attn_mask)
    if key_padding_mask is not None:
        require_mask(where, "key_padding_mask", key_padding_mask, query, (batch, keys))
        xp = namespace(key_padding_mask)
        masks.append(xp.reshape(key_padding_mask, (batch, 1, 1, keys)))
    if not masks:
        return None
    numbers = next((mask for mask in masks if is_floating(mask)), None)
    if numbers is None:
        xp = namespace(*masks)
        hides = masks[0] if len(masks) == 1 else xp.logical_or(*masks)
        return xp.logical_not(hides)
    total = None
    for mask in masks:
        term = mask if is_floating(mask) else _as_numbers(mask, numbers)
        total = term if total is None else total + term
    return total


def _as_numbers(mask: Any, like: Any) -> Any:
    """Return -inf where True, else 0."""
    xp = namespace(mask, like)
    zeros = xp.zeros(tuple(mask.shape), dtype=like.dtype, device=like.device)
    return xp.where(mask, -math.inf, zeros)
