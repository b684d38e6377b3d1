"""The samples in files and folders, one after the other, whatever kind of file they are in."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import DataError
from .framing import image_shape, prepare
from .ink import Ink
from .json_lines import rows_of_json
from .lines import rows_of_table
from .pixels import ENDINGS, LARGEST_FILE, decode
from .rows import rows_of_npy, rows_of_npz
from .stdin import STDIN, content_of_stdin, kind_of_stdin

__all__ = ["Reading", "Refused", "Sample", "image_sample", "samples", "sorted_files"]

TABLES = {".csv": ",", ".txt": ",", ".tsv": "\t"}

SORTED = 100_000
"""The entries of a folder with at most so many are sorted by name; more are taken as they come."""


@dataclass(frozen=True)
class Reading:
    """How files become samples of a model."""

    shape: tuple[int, ...] | None = None
    """That of a sample; None is unknown."""
    divisor: float | None = None
    """What bytes are divided by. Default: 255 for models of images, else 1."""
    ink: Ink | None = None
    """What the training data were like."""
    invert: str = "auto"
    fit: str = "auto"
    names: Sequence[str] | None = None
    """Those of the columns of a table."""


class Sample(NamedTuple):
    """What a model is asked about."""

    name: str
    x: np.ndarray
    inverted: bool | None
    """Whether dark and bright were exchanged; None for what is no image file."""


class Refused(NamedTuple):
    """A sample, or a whole file, that cannot be used."""

    name: str
    error: DataError


def samples(paths: Iterable[str], how: Reading) -> Iterator[Sample | Refused]:
    """Yield the samples in files and folders; what is wrong with one does not end it.

    Parameters
    ----------
    paths : iterable of str
        Images; ``.npy`` or ``.npz`` with one sample or several; ``.csv`` or ``.jsonl`` with one in
        each line; folders of those, with the folders in them; ``-`` for an image, a table or lines
        of JSON from standard input.
    how : Reading

    Raises
    ------
    ArgumentError
        If nothing of the kind can be read: Pillow is missing, or the model takes no images.
    """
    for given in paths:
        inside = sorted_files(given, how) if os.path.isdir(given) else [given]
        found = False
        for path in inside:
            found = True
            yield from _in_file(path, how)
        if not found:
            yield Refused(given, DataError(
                f"predict: folder {given!r} must hold files that the model can take, got none; "
                "name the files themselves"
            ))  # fmt: skip


def sorted_files(folder: str, how: Reading) -> Iterator[str]:
    """Yield the files in a folder and its folders that may hold samples.

    For a model of images those are images and arrays, for others tables and arrays: a table beside
    images tells of them and is not one of them. Hidden files and links to folders are left out.
    """
    images = how.shape is None or len(how.shape) > 1
    wanted = {".npy", ".npz", *(ENDINGS if images else TABLES)}
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        inner = []
        for entry in _entries(here):
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                inner.append(entry.path)
            elif Path(entry.name).suffix.lower() in wanted:
                yield entry.path
        waiting += reversed(inner)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            first = []
            for entry in entries:
                first.append(entry)
                if len(first) > SORTED:
                    yield from first
                    yield from entries
                    return
            yield from sorted(first, key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(
            f"predict: folder {folder!r} must be one that can be read, got {error.strerror}; check "
            "its rights"
        ) from error


def _in_file(path: str, how: Reading) -> Iterator[Sample | Refused]:
    ending = Path(path).suffix.lower()
    try:
        if path == STDIN:
            yield from _in_stdin(how)
        elif not Path(path).is_file():
            raise DataError(f"predict: {path!r} must be a file, got none; check the name")
        elif ending in ENDINGS:
            yield image_sample(path, path, how)
        elif ending in (".npy", ".npz"):
            read = rows_of_npy if ending == ".npy" else rows_of_npz
            count, rows = read(path, how.shape)
            for i, row in enumerate(rows):
                yield _finite(path if count == 1 else f"{path}[{i}]", _scaled(row, how))
        elif ending in TABLES:
            yield from _in_table(path, TABLES[ending], how)
        elif ending == ".jsonl":
            yield from _in_lines(path, rows_of_json(path, _features(how)), how)
        else:
            raise DataError(
                f"predict: files must be images ({', '.join(ENDINGS)}), .npy, .npz, .csv or "
                f".jsonl, got {path!r}; convert it to one of these"
            )
    except DataError as error:
        yield Refused(path, error)


def image_sample(source: str | bytes, name: str, how: Reading, where: str = "predict") -> Sample:
    """Return an image, in a file or as the content of one, as a sample.

    Raises
    ------
    DataError
        If it is no image that can be read.
    ArgumentError
        If the model takes no images, or Pillow is missing.
    """
    channels, *size = image_shape(where, how.shape)
    pixels = decode(source, channels, where, name, max(size))
    x, inverted = prepare(pixels, (size[0], size[1]), how.ink, how.invert, how.fit)
    # trained on bytes that were divided by another number, or by none
    x = x if how.divisor is None else np.asarray(x * (255 / how.divisor), np.float32)
    return Sample(name, x.reshape(how.shape or x.shape), inverted)


def _in_stdin(how: Reading) -> Iterator[Sample | Refused]:
    kind = kind_of_stdin()
    if kind == "image":
        yield image_sample(content_of_stdin(LARGEST_FILE), STDIN, how)
    elif kind == "json":
        yield from _in_lines(STDIN, rows_of_json(STDIN, _features(how)), how)
    else:
        yield from _in_table(STDIN, ",", how)


def _features(how: Reading) -> int:
    return 0 if how.shape is None else math.prod(how.shape)


def _in_table(path: str, delimiter: str, how: Reading) -> Iterator[Sample | Refused]:
    features = _features(how)
    names = how.names if how.names and len(how.names) == features else None
    return _in_lines(path, rows_of_table(path, delimiter, features, names), how)


def _in_lines(
    path: str, rows: Iterable[list[float] | np.ndarray | DataError], how: Reading
) -> Iterator[Sample | Refused]:
    """Yield what is in the lines of a file, by their numbers."""
    first: Sample | Refused | None = None
    for count, row in enumerate(rows, start=1):
        name = f"{path}[{count - 1}]"
        made = Refused(name, row) if isinstance(row, DataError) else _row(name, row, how, path)
        if count == 1:
            first = made
            continue
        if first is not None:
            yield first
            first = None
        yield made
    if first is not None:  # a table of one line goes by the name of the file
        yield first._replace(name=path)


def _row(name: str, row: list[float] | np.ndarray, how: Reading, path: str) -> Sample | Refused:
    x = np.asarray(row, np.float64)
    if how.shape is not None and x.size != math.prod(how.shape):
        return Refused(name, DataError(
            f"predict: samples in {path!r} must have the shape {how.shape} of the training data, "
            f"got {x.size} numbers in {name!r}; check its line"
        ))  # fmt: skip
    return _finite(name, _scaled(x if how.shape is None else x.reshape(how.shape), how))


def _scaled(x: np.ndarray, how: Reading) -> np.ndarray:
    """Return numbers as float32, bytes divided as in training."""
    if x.dtype == np.uint8:
        ndim = x.ndim if how.shape is None else len(how.shape)
        divisor = how.divisor or (255 if ndim > 1 else 1)
        return np.asarray(np.divide(x, divisor, dtype=np.float32))
    with np.errstate(over="ignore"):  # what is too large is infinite then, and refused as such
        return np.asarray(x, np.float32)


def _finite(name: str, x: np.ndarray) -> Sample | Refused:
    if np.isfinite(x).all():
        return Sample(name, x, None)
    value = x[~np.isfinite(x)].flat[0]
    return Refused(name, DataError(
        f"predict: samples must be finite numbers, got {value} in {name!r}; fill the gaps, or "
        "leave such samples out"
    ))  # fmt: skip
