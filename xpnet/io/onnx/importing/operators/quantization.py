"""Numbers of 8 bits that stand for others: value = (number - zero point) · scale."""

from __future__ import annotations

from typing import Any

from .....backend import dtype_name, namespace
from .....errors import ShapeError
from .arithmetic import as_dtype
from .normalization import axis_of
from .table import operator

#: The numbers of ONNX for the types that are quantised to; 0: that of the zero point.
TYPES = {0: "", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16"}
LIMITS = {"uint8": (0, 255), "int8": (-128, 127), "uint16": (0, 65535), "int16": (-32768, 32767)}

WHOLE = {"block_size": (0,), "output_dtype": tuple(TYPES), "precision": (0,), "saturate": (0, 1)}


def _along(values: Any, x: Any, axis: int) -> Any:
    """Return one number for all, or one for each place along an axis, ready to broadcast."""
    if values is None or not values.shape:
        return values
    axis = axis_of(x, axis) if len(values.shape) == 1 and values.shape != (1,) else 0
    if len(values.shape) != 1 or values.shape[0] not in (1, x.shape[axis]):
        raise ShapeError(
            f"scale and zero point must be one number or {x.shape[axis]} for axis {axis}, got "
            f"{tuple(values.shape)} for {tuple(x.shape)}; export the model again"
        )
    spread = [1] * len(x.shape)
    if spread:
        spread[axis] = values.shape[0]
    return namespace(values).reshape(values, tuple(spread))


@operator("QuantizeLinear", fixed=(1, 2), choices=WHOLE)
def quantize_linear(
    x: Any,
    scale: Any,
    zero_point: Any = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    precision: int = 0,
    saturate: int = 1,
) -> Any:
    """Return round(x / scale) + zero point, within the limits of the type."""
    xp = namespace(x)
    name = TYPES[output_dtype] or "uint8"
    if zero_point is not None:
        name = dtype_name(zero_point.dtype)
    low, high = LIMITS[name]
    y = xp.round(xp.astype(x, scale.dtype, copy=False) / _along(scale, x, axis))
    if zero_point is not None:
        y = y + xp.astype(_along(zero_point, x, axis), y.dtype)
    return as_dtype(xp.clip(y, low, high), name)


@operator(
    "DequantizeLinear", fixed=(1, 2), choices={"block_size": (0,), "output_dtype": (0, 1, 10)}
)
def dequantize_linear(
    x: Any,
    scale: Any,
    zero_point: Any = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
) -> Any:
    """Return (x - zero point) · scale, in the data type of the scale."""
    xp = namespace(x, scale)
    y = xp.astype(x, scale.dtype)
    if zero_point is not None:
        y = y - xp.astype(_along(zero_point, x, axis), scale.dtype)
    y = y * _along(scale, x, axis)
    return y if not output_dtype else as_dtype(y, {1: "float32", 10: "float16"}[output_dtype])
