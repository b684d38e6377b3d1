"""Samples as lists of numbers in JSON, one in each line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from ..errors import DataError
from .lines import lines_of, readable
from .stdin import opened_file

__all__ = ["rows_of_json"]


def rows_of_json(path: str, features: int) -> Iterator[np.ndarray | DataError]:
    r"""Yield the numbers of each line, float64 of any shape, or what is wrong with it.

    Parameters
    ----------
    path : str
        ``-`` is standard input.
    features : int
        The numbers that a sample has, by which the length of a line is judged; 0 if unknown.

    Raises
    ------
    DataError
        If the file cannot be read, or a line is longer than a sample can be.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/samples.jsonl"
    >>> with open(path, "w") as file:
    ...     _ = file.write("[1, 2.5]\n[[3], [4]]\n")
    >>> [row.tolist() for row in rows_of_json(path, 2)]
    [[1.0, 2.5], [[3.0], [4.0]]]
    """
    with readable(path), opened_file(path) as file:
        for number, line in enumerate(lines_of(file, path, features), start=1):
            if line:
                yield _numbers(path, number, line)


def _numbers(path: str, number: int, line: str) -> np.ndarray | DataError:
    try:
        said = json.loads(line)
        x = np.asarray(said) if isinstance(said, list) else None
    except (ValueError, OverflowError, RecursionError):
        x = None
    if x is None or x.dtype.kind not in "iuf":
        return DataError(
            f"predict: {path!r} must have a list of numbers in each line, as in [0.5, 1], got "
            f"{line[:40]!r} in line {number}; write one sample in each line"
        )
    return x.astype(np.float64)
