"""IDX files, the format of MNIST: a header of big-endian integers, then the numbers.

=============  ==================================================
bytes          meaning
=============  ==================================================
0, 1           zero
2              type of the numbers, see ``TYPES``
3              rank r, the number of dimensions
4 ... 4r + 3   the r dimensions, 32 bits each
the rest       the numbers, last index fastest
=============  ==================================================

Reference: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

from ..errors import DataError

__all__ = ["read_idx"]

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

GZIP_MAGIC = b"\x1f\x8b"
LARGEST_GZIP_RATIO = 1032  # deflate cannot compress more
HIGHEST_RANK = 32
CHUNK = 1 << 20


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an IDX file, plain or compressed with gzip.

    Whether it is compressed is seen from its first bytes, not from its name.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    np.ndarray
        In the machine's byte order, writable.

    Raises
    ------
    DataError
        If the file is missing, is neither gzip nor IDX, is cut off, has bytes left over, is
        damaged, or promises more data than it can hold. Memory is used only for data that are
        there, whatever the header says.

    Examples
    --------
    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "labels")
    ...     with open(path, "wb") as file:
    ...         size = file.write(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(path)
    array([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == GZIP_MAGIC
            file.seek(0)
            bytes_on_disk = os.fstat(file.fileno()).st_size
            stream: Any = gzip.GzipFile(fileobj=file) if compressed else file
            dtype, shape = _read_header(stream, path)
            payload = dtype.itemsize * math.prod(shape)
            if payload > bytes_on_disk * (LARGEST_GZIP_RATIO if compressed else 1):
                promised = f"{payload} bytes of data for shape {shape}, as its header says"
                _fail(path, promised, f"a file of {bytes_on_disk} bytes")
            data = _read_data(stream, payload, shape, path)
    except FileNotFoundError as error:
        raise DataError(
            f"read_idx: path must be a file, got {str(path)!r}, which does not exist; "
            "check the path"
        ) from error
    except EOFError as error:
        raise _problem(path, "a whole gzip file", "one that ends early") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _problem(path, "an intact gzip file", f"a damaged one ({error})") from error
    except OSError as error:
        raise DataError(
            f"read_idx: path must be a readable file, got {str(path)!r} ({error}); "
            "check the path and its permissions"
        ) from error
    try:
        array = np.frombuffer(data, dtype=dtype).reshape(shape)
    except ValueError as error:  # such as shape (0, 2**32 - 1, 2**32 - 1)
        raise _problem(path, "a shape that memory can hold", str(shape)) from error
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_header(stream: IO[bytes], path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if len(magic) < 4:
        _fail(path, "a header of at least 4 bytes", f"{len(magic)} bytes")
    if magic[:2] != b"\0\0":
        _fail(path, "gzip (1f 8b) or IDX (00 00 type rank)", magic.hex(" "))
    code, rank = magic[2], magic[3]
    if code not in TYPES:
        types = ", ".join(f"{c:02x} ({np.dtype(t).name})" for c, t in TYPES.items())
        _fail(path, f"one of the types {types}", f"type {code:02x}")
    if not 1 <= rank <= HIGHEST_RANK:
        _fail(path, f"a rank from 1 to {HIGHEST_RANK}", f"rank {rank}")
    sizes = stream.read(4 * rank)
    if len(sizes) < 4 * rank:
        _fail(path, f"a header of {4 + 4 * rank} bytes for rank {rank}", f"{4 + len(sizes)} bytes")
    return np.dtype(TYPES[code]), tuple(int(n) for n in np.frombuffer(sizes, dtype=">u4"))


def _read_data(stream: IO[bytes], size: int, shape: tuple[int, ...], path: Path) -> bytearray:
    data = bytearray()
    # piece by piece: read(size) would allocate by the header alone
    while len(data) < size and (piece := stream.read(min(CHUNK, size - len(data)))):
        data += piece
    expected = f"{size} bytes of data for shape {shape}"
    if len(data) < size:
        _fail(path, expected, f"{len(data)}: the file is cut off")
    if stream.read(1):
        _fail(path, expected, "more: bytes are left over")
    return data


def _fail(path: Path, expected: str, got: str) -> NoReturn:
    raise _problem(path, expected, got)


def _problem(path: Path, expected: str, got: str) -> DataError:
    return DataError(
        f"read_idx: {str(path)!r} must be an IDX file with {expected}, got {got}; "
        "delete it and fetch or copy it again"
    )
