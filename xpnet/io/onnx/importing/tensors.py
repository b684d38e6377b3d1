"""The arrays in an ONNX file, and in files beside it."""

from __future__ import annotations

import math
import os
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ....errors import ModelFileError

__all__ = ["DTYPE_NAMES", "FIELDS", "array_of", "type_called"]

#: The numbers of ONNX's data types: (dtype of the bytes, the field for values one by one).
FIELDS: dict[int, tuple[str, str]] = {
    1: ("<f4", "float_data"),
    2: ("u1", "int32_data"),
    3: ("i1", "int32_data"),
    4: ("<u2", "int32_data"),
    5: ("<i2", "int32_data"),
    6: ("<i4", "int32_data"),
    7: ("<i8", "int64_data"),
    9: ("?", "int32_data"),
    10: ("<f2", "int32_data"),
    11: ("<f8", "double_data"),
    12: ("<u4", "uint64_data"),
    13: ("<u8", "uint64_data"),
    16: ("<u2", "int32_data"),  # bfloat16, the upper half of a float32
}
BFLOAT16 = 16

DTYPE_NAMES = {number: np.dtype(stored).name for number, (stored, _) in FIELDS.items()}
DTYPE_NAMES[BFLOAT16] = "float32"
"""What each becomes: bfloat16, which NumPy lacks, becomes float32."""

OTHER_NAMES = {
    0: "undefined", 8: "string", 14: "complex64", 15: "complex128", 16: "bfloat16",
    17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4",
    22: "int4", 23: "float4e2m1", 24: "float8e8m0", 25: "uint2", 26: "int2",
}  # fmt: skip


def type_called(number: int) -> str:
    """Return the name of a data type for a message."""
    return OTHER_NAMES.get(number) or DTYPE_NAMES.get(number, f"number {number}")


def array_of(tensor: Any, what: str, folder: Path | None) -> np.ndarray:
    """Return the array that a TensorProto holds; nothing larger than the file is allocated.

    Raises
    ------
    ModelFileError
        If its data type is not supported, or what is there does not fit its shape.
    """
    if tensor.data_type not in FIELDS:
        raise ModelFileError(
            f"{what} must have one of the data types {', '.join(sorted(set(DTYPE_NAMES.values())))}"
            f", got {type_called(tensor.data_type)}; export the model with another"
        )
    stored, field = FIELDS[tensor.data_type]
    shape = tuple(tensor.dims)
    if any(n < 0 for n in shape) or len(shape) > 32:
        raise _misfit(what, f"the shape {shape[:8]}")
    count = math.prod(shape)
    dtype = np.dtype(stored)
    if tensor.data_location == 1:
        content = _external(tensor, what, folder, count * dtype.itemsize)
        flat = np.frombuffer(content, dtype)
    elif tensor.HasField("raw_data"):
        if len(tensor.raw_data) != count * dtype.itemsize:
            raise _misfit(what, f"{len(tensor.raw_data):,} bytes for {count:,} numbers in {shape}")
        flat = np.frombuffer(tensor.raw_data, dtype)
    else:
        values = getattr(tensor, field)
        if len(values) != count:
            raise _misfit(what, f"{len(values):,} numbers where {shape} has {count:,}")
        flat = _one_by_one(values, tensor.data_type, dtype)
    if tensor.data_type == BFLOAT16:
        flat = (flat.astype(np.uint32) << np.uint32(16)).view(np.float32)
    # a copy: writable, aligned, in the order of bytes of this machine
    return np.array(flat.astype(flat.dtype.newbyteorder("=")).reshape(shape))


def _one_by_one(values: Any, number: int, dtype: np.dtype[Any]) -> np.ndarray:
    if number in (10, BFLOAT16):  # their bits, as whole numbers
        return (np.asarray(values, np.int64) & 0xFFFF).astype("<u2").view(dtype)
    wide = np.asarray(values, np.uint64 if number in (12, 13) else None)
    return wide.astype(dtype)


def _misfit(what: str, got: str) -> ModelFileError:
    return ModelFileError(
        f"{what} must have the numbers that its shape tells of, got {got}; the file is damaged: "
        "copy or export it again"
    )


def _external(tensor: Any, what: str, folder: Path | None, needed: int) -> bytes:
    """Return the bytes of a tensor that lie in a file beside the model's, and nowhere else."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    path = _inside(location, what, folder)
    try:
        offset = int(entries.get("offset", "0") or 0)
        length = int(entries.get("length", str(needed)) or needed)
        size = os.path.getsize(path)
        if length != needed or offset < 0 or offset + length > size:
            raise _misfit(
                what,
                f"{length:,} bytes from {offset:,} on in {location!r} of {size:,}, "
                f"where {needed:,} are needed",
            )
        with open(path, "rb") as file:
            file.seek(offset)
            content = file.read(length)
    except (ValueError, OverflowError, OSError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise _misfit(what, f"{location!r}, which cannot be read ({error})") from error
    if len(content) != needed:
        raise _misfit(what, f"{len(content):,} bytes from {location!r}")
    return content


def _inside(location: str, what: str, folder: Path | None) -> Path:
    """Return the path of a file in the model's folder; a link must not lead out of it."""
    if folder is None:
        raise ModelFileError(
            f"{what} must be in the file itself where that has no folder, got {location[:80]!r}; "
            "give import_onnx the path of the file, or load it by onnx.load(path)"
        )
    parts = PurePosixPath(location).parts
    plain = bool(parts) and not any(c in location for c in "\\:\0") and ".." not in parts
    if plain and not location.startswith("/"):
        path = Path(os.path.realpath(folder / location))
        if path.is_relative_to(os.path.realpath(folder)) and path.is_file():
            return path
    raise ModelFileError(
        f"{what} must be in a file inside the folder of the model, got {location[:80]!r}; copy "
        f"the file with the weights into {os.fspath(folder)!r}"
    )
