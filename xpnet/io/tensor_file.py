"""Arrays and text in one file: the layout of safetensors, with a checksum.

::

    8 bytes    N, the length of the header, little-endian
    N bytes    the header, JSON: {"__metadata__": {key: text},
               name: {"dtype": "F32", "shape": [3, 2], "data_offsets": [begin, end]}, ...}
    the rest   the arrays, row-major, little-endian, one after the other without gaps

https://github.com/huggingface/safetensors#format. Every program that knows the format reads these
files, and this module reads theirs. It is written out because NumPy alone has no bfloat16, because
a file is checked while it is read, and because damage must cost neither memory nor time.

``checksum`` among the metadata is two CRC-32 in hexadecimal digits, of the header and of the data,
as in ``"0a1b2c3d-4e5f6071"``. That of the header is taken over the JSON of ``[metadata, arrays,
data]``: the other metadata sorted by key, a list [name, dtype, shape] for each array in the order
of the file, and the digits of the data's.
"""

from __future__ import annotations

import json
import math
import os
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple

import numpy as np

from ..backend import dtype_name, dtype_of, namespace, to_numpy, unwrap
from ..errors import ModelFileError
from ..typing import Array
from .atomic import atomic_path
from .foreign import of_unknown_dtype, refuse_foreign

__all__ = ["BFLOAT16", "CHECKSUM", "MAX_HEADER", "Contents", "read_file", "write_file"]

CODES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "uint16": "U16", "int16": "I16",
    "uint32": "U32", "int32": "I32", "uint64": "U64", "int64": "I64",
    "float16": "F16", "float32": "F32", "float64": "F64", "complex64": "C64",
}  # fmt: skip
"""What safetensors calls NumPy's data types."""

BFLOAT16 = "BF16"

MAX_HEADER = 2**22
"""No header is longer, in bytes, so that reading a damaged one takes little memory."""

CHECKSUM = "checksum"

PIECE = 2**22
"""So many bytes are read, and added to the checksum, at a time."""


class Contents(NamedTuple):
    """What is in a file."""

    metadata: dict[str, str]
    arrays: dict[str, np.ndarray]
    """bfloat16, which NumPy lacks, is here as float32 with the same values."""
    bfloat16: frozenset[str]
    """The names of those arrays."""


class _Entry(NamedTuple):
    name: str
    code: str
    shape: tuple[int, ...]


# ---- writing ---------------------------------------------------------------------------------


def write_file(
    where: str,
    path: str | os.PathLike[str],
    arrays: Mapping[str, Array],
    metadata: Mapping[str, str],
) -> None:
    """Write arrays of any library, in any layout, and text to a file: all of it, or nothing.

    Parameters
    ----------
    where : str
        The function named in errors.
    path : path-like
        An existing file is replaced when the new one is on the disk.
    arrays : dict of arrays
    metadata : dict of str

    Raises
    ------
    ModelFileError
        If the file cannot be written, for lack of space or of rights, say, or cannot hold a dtype.
        What was at `path` is still there then.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/two.safetensors"
    >>> write_file("example", path, {"a": np.eye(2), "b": np.float32(3.0)}, {"by": "hand"})
    >>> contents = read_file(path)
    >>> contents.arrays["b"], contents.metadata["by"]
    (array(3., dtype=float32), 'hand')
    """
    made = [(name, *_on_host(where, name, array)) for name, array in arrays.items()]
    # the widest first: every array then begins at a multiple of the size of its numbers
    made.sort(key=lambda entry: (-entry[2].dtype.itemsize, entry[0]))
    entries = [_Entry(name, code, host.shape) for name, code, host in made]
    data = 0
    for _, _, host in made:
        data = zlib.crc32(_bytes(host), data)
    text = {**metadata, CHECKSUM: _checksum(metadata, entries, data)}
    header: dict[str, Any] = {"__metadata__": text}
    end = 0
    for name, code, host in made:
        header[name] = {
            "dtype": code,
            "shape": list(host.shape),
            "data_offsets": [end, end + host.nbytes],
        }
        end += host.nbytes
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    if len(encoded) > MAX_HEADER:
        raise ModelFileError(
            f"{where}: names and notes must take at most {MAX_HEADER:,} bytes, got "
            f"{len(encoded):,}; keep large notes in a file of their own"
        )
    try:
        with atomic_path(path, where, ModelFileError) as temporary, open(temporary, "wb") as file:
            file.write(len(encoded).to_bytes(8, "little") + encoded)
            for _, _, host in made:
                file.write(_bytes(host))
    except OSError as error:
        raise ModelFileError(
            f"{where}: path must be where {8 + len(encoded) + end:,} bytes can be written, got "
            f"{os.fspath(path)!r} ({error.strerror or error}); what was there is unchanged: make "
            "room, or choose another folder"
        ) from error


def _on_host(where: str, name: str, array: Array) -> tuple[str, np.ndarray]:
    """Return safetensors' name of the dtype, and the numbers as they are in a file."""
    array = unwrap(array)
    kind = dtype_name(array.dtype)
    if kind == "bfloat16":
        xp = namespace(array)
        wide = to_numpy(xp.astype(array, dtype_of(xp, "float32")))
        # bfloat16 is the upper half of a float32
        bits = np.asarray(wide, np.float32, order="C").view(np.uint32) >> np.uint32(16)
        return BFLOAT16, np.asarray(bits, "<u2")
    if kind not in CODES:
        raise ModelFileError(
            f"{where}: arrays must have one of the dtypes {', '.join(CODES)}, bfloat16, got {kind} "
            f"in {name!r}; convert it with xp.astype"
        )
    host = to_numpy(array)
    # contiguous, little-endian; ascontiguousarray would give arrays () an axis
    return CODES[kind], np.asarray(host, host.dtype.newbyteorder("<"), order="C")


def _bytes(host: np.ndarray) -> memoryview:
    """Return the memory of a contiguous array, also of an empty one."""
    return host.reshape(-1).view(np.uint8).data


def _checksum(metadata: Mapping[str, str], entries: list[_Entry], data: int) -> str:
    text = sorted((key, value) for key, value in metadata.items() if key != CHECKSUM)
    rows = [[entry.name, entry.code, list(entry.shape)] for entry in entries]
    digits = f"{data:08x}"
    return f"{zlib.crc32(json.dumps([text, rows, digits]).encode()):08x}-{digits}"


# ---- reading ---------------------------------------------------------------------------------


def read_file(path: str | os.PathLike[str], arrays: bool = True) -> Contents:
    """Return the metadata and, if wanted, the arrays of a safetensors file.

    Raises
    ------
    ModelFileError
        If there is no such file, it is no complete safetensors file, or the checksum in it shows
        that it was changed. Nothing larger than the file is ever allocated.
    """
    shown = os.fspath(path)
    if not os.path.isfile(path):
        what = "a folder" if os.path.isdir(path) else "no file"
        raise ModelFileError(
            f"load: path must be a model file, got {what} at {shown!r}; check the name and the "
            f"current folder {os.getcwd()!r}"
        )
    try:
        with open(path, "rb") as file:
            refuse_foreign(path, file)
            return _contents(file, os.fstat(file.fileno()).st_size, arrays)
    except ModelFileError:
        raise
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        raise ModelFileError(
            f"load: {shown!r} must be a complete safetensors file, got one that cannot be read "
            f"({error}); it is of another kind, or was damaged or cut off on its way: copy it again"
        ) from error


def _contents(file: IO[bytes], size: int, arrays: bool) -> Contents:
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= size - 8:
        raise ValueError(f"a header of {length:,} bytes in a file of {size:,}")
    if length > MAX_HEADER:
        raise ValueError(f"a header of {length:,} bytes, where {MAX_HEADER:,} are the most")
    header = json.loads(file.read(length).decode(), object_pairs_hook=_without_repetition)
    if not isinstance(header, dict):
        raise ValueError("a header that is no JSON object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ValueError("metadata that are no text")
    entries = list(_entries(header, size - 8 - length))
    given = metadata.get(CHECKSUM)
    if given is not None and given != _checksum(metadata, entries, _data_checksum(given)):
        raise ValueError("a header that was changed: it does not have its checksum")
    if not arrays:
        return Contents(metadata, {}, frozenset())
    found = {}
    data = 0
    for name, code, shape in entries:
        host = np.empty(shape, _stored_as(code))
        data = _fill(file, _bytes(host), data)
        found[name] = _as_read(code, host)
    if given is not None and data != _data_checksum(given):
        raise ValueError("arrays that were changed: they do not have their checksum")
    return Contents(metadata, found, frozenset(e.name for e in entries if e.code == BFLOAT16))


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a header with a name that occurs twice")
    return made


def _entries(header: dict[str, Any], room: int) -> Iterator[_Entry]:
    """Yield the arrays that a header tells of in the order of their bytes, which fill the rest."""
    rows = []
    for name, entry in header.items():
        if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
            raise ValueError(f"no dtype, shape and data_offsets for {name[:40]!r}")
        code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        good = isinstance(code, str) and isinstance(shape, list) and isinstance(offsets, list)
        numbers = [*shape, *offsets] if good else [None]
        if not all(type(n) is int and 0 <= n < 2**63 for n in numbers):
            raise ValueError(f"no dtype, shape and data_offsets for {name[:40]!r}")
        if len(shape) > 64 or len(offsets) != 2:
            raise ValueError(f"{len(shape)} axes and {len(offsets)} offsets for {name[:40]!r}")
        rows.append((offsets, _Entry(name, code, tuple(shape))))
    rows.sort()
    position = 0
    for (begin, end), entry in rows:
        needed = math.prod(entry.shape) * _stored_as(entry.code).itemsize
        if begin != position or end - begin != needed:
            raise ValueError(f"bytes {begin} to {end} for {entry.name[:40]!r}, which has {needed}")
        position = end
        yield entry
    if position != room:
        raise ValueError(f"{room:,} bytes of arrays, where the header tells of {position:,}")


def _stored_as(code: str) -> np.dtype[Any]:
    """Return the dtype of the bytes in a file."""
    if code == BFLOAT16:
        return np.dtype("<u2")
    names = [name for name, known in CODES.items() if known == code]
    if not names:
        raise of_unknown_dtype(code, [*CODES.values(), BFLOAT16])
    return np.dtype(names[0]).newbyteorder("<")


def _as_read(code: str, host: np.ndarray) -> np.ndarray:
    if code == BFLOAT16:
        bits = host.astype(np.uint32) << np.uint32(16)
        return np.asarray(bits, np.uint32).view(np.float32)
    return host.astype(host.dtype.newbyteorder("="), copy=False)


def _fill(file: IO[bytes], memory: memoryview, data: int) -> int:
    """Read into memory, and return the checksum of what there was before and this."""
    for start in range(0, len(memory), PIECE):
        piece = memory[start : start + PIECE]
        if file.readinto(piece) != len(piece):  # type: ignore[attr-defined]
            raise ValueError("an end before the last array")
        data = zlib.crc32(piece, data)
    return data


def _data_checksum(given: str) -> int:
    digits = given.partition("-")[2]
    return int(digits, 16) if len(digits) == 8 else -1
