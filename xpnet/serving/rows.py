"""Arrays in ``.npy`` and ``.npz`` files, read sample by sample: memory does not grow with the file.

NumPy's own reader is not used for the data, because it allocates what a header promises. Here a
header is compared with the length of the file first, Python objects (pickle) are refused, and
compressed arrays are read as they are unpacked.

https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import io
import math
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import numpy as np

from ..errors import DataError

__all__ = ["rows_of_npy", "rows_of_npz"]

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000
PIECE = 2**22
"""So many bytes are read at a time, or one sample."""

LARGEST = 2**26
"""A sample of unknown shape, or a compressed array in Fortran's order, may have so many bytes."""

DEFLATED = 1032
"""Deflate makes nothing smaller by more than this."""

NAMES = ("X", "x", "images", "data", "x_test")
"""The arrays of an .npz file that are samples."""


class _Array(NamedTuple):
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    offset: int

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize


def rows_of_npy(path: str, shape: Sequence[int] | None) -> tuple[int, Iterator[np.ndarray]]:
    """Return how many samples are in an ``.npy`` file, and an iterator over them.

    Parameters
    ----------
    path : str
    shape : sequence of int, optional
        That of a sample, which may be flattened in the file. Default: what the first axis counts.

    Raises
    ------
    DataError
        At once if it is no such file, has no such samples, no numbers, or was cut off; later if
        reading fails.
    """
    with _readable(path, "numpy.save"), open(path, "rb") as file:
        array = _header(file, path, os.fstat(file.fileno()).st_size)
    count, one = _samples(array, shape, path)
    return count, _of_npy(path, array, count, one)


def rows_of_npz(path: str, shape: Sequence[int] | None) -> tuple[int, Iterator[np.ndarray]]:
    """Return how many samples are in an ``.npz`` file, and an iterator over them.

    They are in the array called X, x, images, data or x_test, or in the only one.
    """
    with _readable(path, "numpy.savez"), zipfile.ZipFile(path) as archive:
        entry = _chosen(archive, path)
        with archive.open(entry) as file:
            array = _header(file, path, entry.file_size)
    count, one = _samples(array, shape, path)
    if array.fortran and len(array.shape) > 1 and array.nbytes > LARGEST:
        raise DataError(
            f"predict: {path!r} must hold an array in C order, got one of {array.nbytes:,} bytes "
            "in Fortran order; write numpy.ascontiguousarray(X)"
        )
    return count, _of_npz(path, entry, array, count, one)


def _of_npy(path: str, array: _Array, count: int, one: tuple[int, ...]) -> Iterator[np.ndarray]:
    with _readable(path, "numpy.save"), open(path, "rb") as file:
        if array.fortran and len(array.shape) > 1:
            # its samples do not stand one after the other
            whole = np.memmap(file, array.dtype, "r", array.offset, array.shape, "F")
            for i in range(count):
                row = whole if count == 1 and whole.size == math.prod(one) else whole[i]
                yield np.array(row, order="C").reshape(one)
            return
        file.seek(array.offset)
        yield from _in_pieces(file, array, count, one)


def _of_npz(
    path: str, entry: zipfile.ZipInfo, array: _Array, count: int, one: tuple[int, ...]
) -> Iterator[np.ndarray]:
    with (
        _readable(path, "numpy.savez"),
        zipfile.ZipFile(path) as archive,
        archive.open(entry) as file,
    ):
        _exactly(file, array.offset)
        if array.fortran and len(array.shape) > 1:
            data = np.frombuffer(_exactly(file, array.nbytes), array.dtype)
            whole = data.reshape(array.shape, order="F")
            yield from np.ascontiguousarray(whole).reshape(count, *one)
            return
        yield from _in_pieces(file, array, count, one)
        file.read(1)  # at the end the checksum is looked at


def _in_pieces(
    file: IO[bytes], array: _Array, count: int, one: tuple[int, ...]
) -> Iterator[np.ndarray]:
    width = math.prod(one) * array.dtype.itemsize
    step = max(1, PIECE // max(1, width))
    for start in range(0, count, step):
        n = min(step, count - start)
        piece = np.frombuffer(_exactly(file, n * width), array.dtype)
        yield from piece.reshape(n, *one)


def _exactly(file: IO[bytes], size: int) -> bytes:
    """Read so many bytes; what is not there takes no memory."""
    pieces = []
    while size and (piece := file.read(min(size, PIECE))):
        pieces.append(piece)
        size -= len(piece)
    if size:
        raise EOFError("it was cut off")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _chosen(archive: zipfile.ZipFile, path: str) -> zipfile.ZipInfo:
    entries = {entry.filename: entry for entry in archive.infolist()}
    arrays = {name[:-4]: entry for name, entry in entries.items() if name.endswith(".npy")}
    found = [name for name in NAMES if name in arrays]
    if not found and len(arrays) != 1:
        raise DataError(
            f"predict: {path!r} must hold an array called X, got "
            f"{', '.join(list(arrays)[:10]) or 'none'}; write it with numpy.savez(path, X=X)"
        )
    entry = arrays[found[0]] if found else next(iter(arrays.values()))
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is encrypted or packed in another way than numpy does")
    if entry.file_size > DEFLATED * entry.compress_size + 64:
        raise ValueError(f"it promises {entry.file_size:,} bytes of {entry.compress_size:,}")
    return entry


def _header(file: IO[bytes], path: str, size: int) -> _Array:
    """Return what the header says if the file is long enough for it."""
    start = file.read(8)
    if len(start) < 8 or start[:6] != MAGIC or start[6:] not in (b"\x01\x00", b"\x02\x00"):
        raise ValueError("it does not begin as such a file")
    digits = file.read(2 if start[6] == 1 else 4)
    length = int.from_bytes(digits, "little")
    if length > LONGEST_HEADER:
        raise ValueError(f"its header has {length:,} bytes")
    content = io.BytesIO(digits + file.read(length))
    read = np.lib.format.read_array_header_1_0
    if start[6] == 2:
        read = np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(content, max_header_size=LONGEST_HEADER)
    if dtype.kind not in "biuf":
        raise DataError(
            f"predict: {path!r} must hold numbers, got {str(dtype)[:40]}; convert them to float32"
        )
    array = _Array(tuple(int(n) for n in shape), fortran, dtype, 8 + len(digits) + length)
    if min(array.shape, default=0) < 0 or array.nbytes > size - array.offset:
        raise ValueError(f"it has {size:,} bytes, too few for the shape {array.shape}")
    return array


def _samples(array: _Array, shape: Sequence[int] | None, path: str) -> tuple[int, tuple[int, ...]]:
    """Return the number of samples, one sample or several, and the shape of one."""
    held = array.shape
    if shape is None:
        count, one = (held[0], held[1:]) if len(held) > 1 else (1, held)
        width = math.prod(one) * array.dtype.itemsize
        if (count and not width) or width > LARGEST:
            raise DataError(
                f"predict: samples in {path!r} must have from 1 to {LARGEST:,} bytes, got an array "
                f"{held}; say their shape with --input-shape"
            )
        return count, one
    one = tuple(shape)
    size = math.prod(one)
    if len(held) <= len(one) and array.size == size:
        return 1, one
    if held and held[0] * size == array.size:
        return held[0], one
    raise DataError(
        f"predict: samples in {path!r} must have the shape {one} of the training data, got an "
        f"array {held}; resize them first"
    )


@contextmanager
def _readable(path: str, writer: str) -> Iterator[None]:
    """Raise a DataError for whatever a reader of damaged files meets."""
    try:
        yield
    except (DataError, GeneratorExit):
        raise
    # the header is parsed as Python's literals, which can fail in many ways
    except (Exception, RecursionError, zlib.error) as error:
        kind = "an .npz file of arrays" if writer.endswith("z") else "an array in NumPy's format"
        said = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise DataError(
            f"predict: {path!r} must be {kind}, got a file that cannot be read ({said}); write it "
            f"with {writer}"
        ) from error
