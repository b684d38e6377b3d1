"""Tables of numbers in text files, read line by line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from ..errors import DataError
from .stdin import opened_file

__all__ = ["lines_of", "readable", "rows_of_table"]

LONGEST = 2**20
"""A line may have so many bytes, or more for samples of many numbers."""

LONGEST_NUMBER = 32
"""The bytes of a number with its comma, at most, in a line that is not too long."""


def rows_of_table(
    path: str, delimiter: str, features: int, names: Sequence[str] | None = None
) -> Iterator[list[float] | DataError]:
    r"""Yield the numbers of each line, or what is wrong with it.

    Cells may be quoted. Empty lines, and what follows a ``#``, are left out. A first line without
    any number names the columns: they are put into the order of `names`, others are left out.

    Parameters
    ----------
    path : str
        ``-`` is standard input.
    delimiter : str
    features : int
        The numbers that a sample has, by which the length of a line is judged; 0 if unknown.
    names : sequence of str, optional
        The columns that a model knows. Default: all columns, in the order of the file.

    Raises
    ------
    DataError
        If the file cannot be read, a line is longer than a sample can be, or a column is missing.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/table.csv"
    >>> with open(path, "w") as file:
    ...     _ = file.write("width,height\n1,2.5\n3,wide\n")
    >>> first, second = rows_of_table(path, ",", 2)
    >>> first, type(second).__name__
    ([1.0, 2.5], 'DataError')
    >>> next(rows_of_table(path, ",", 2, ["height", "width"]))
    [2.5, 1.0]
    """
    chosen: list[int] | None = None
    first = True
    with readable(path), opened_file(path) as file:
        rows = csv.reader(
            lines_of(file, path, features), delimiter=delimiter, strict=True, skipinitialspace=True
        )
        for cells in _cells(rows, path):
            if first and not any(map(_is_number, cells)):
                chosen = _chosen(path, [cell.strip() for cell in cells], names)
            else:
                yield _numbers(path, rows.line_num, cells, chosen)
            first = False


@contextmanager
def readable(path: str) -> Iterator[None]:
    """Raise a DataError if a file cannot be read in the block."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"predict: {path!r} must be a table that can be read, got {error.strerror}; check the "
            "file and its rights"
        ) from error


def _cells(rows: Any, path: str) -> Iterator[list[str]]:
    """Yield the cells of each line that has some."""
    try:
        yield from filter(None, rows)
    except csv.Error as error:
        raise DataError(
            f"predict: {path!r} must be a table of numbers, got line {rows.line_num} that is none "
            f"({error}); one sample in each line, with commas"
        ) from error


def _chosen(path: str, header: list[str], names: Sequence[str] | None) -> list[int] | None:
    """Return where the columns of `names` are; None takes all as they come."""
    if names is None:
        return None
    wrong = [name for name in names if header.count(name) != 1]
    if wrong:
        got = "it twice" if wrong[0] in header else ", ".join(map(repr, header[:20]))
        raise DataError(
            f"predict: the first line of {path!r} must name the columns of the training data, "
            f"{wrong[0]!r} among them, got {got}; name them {','.join(names)}, in any order, or "
            "leave the line out if the columns are in this order"
        )
    return [header.index(name) for name in names]


def _numbers(
    path: str, line: int, cells: list[str], chosen: list[int] | None
) -> list[float] | DataError:
    """Return the numbers of the columns that are wanted."""
    found = []
    for column in range(len(cells)) if chosen is None else chosen:
        cell = cells[column] if column < len(cells) else ""
        try:
            found.append(float(cell))
        except ValueError:
            return DataError(
                f"predict: {path!r} must be a table of numbers, got {cell[:40]!r} in line {line}, "
                f"column {column + 1}; one sample in each line, with commas"
            )
    return found


def lines_of(file: IO[bytes], path: str, features: int) -> Iterator[str]:
    """Yield the text of each line, empty where there is none.

    Raises
    ------
    DataError
        If a line is longer than a sample of so many features can be, or is no text.
    """
    longest = max(LONGEST, LONGEST_NUMBER * features)
    read = iter(lambda: file.readline(longest + 1), b"")
    for number, line in enumerate(read, start=1):
        if len(line) > longest:
            raise DataError(
                f"predict: lines in {path!r} must have at most {longest:,} bytes, got more in line "
                f"{number}; write one sample in each line"
            )
        if b"\0" in line:
            raise DataError(
                f"predict: {path!r} must be a table of numbers, got bytes that are no text in line "
                f"{number}; one sample in each line, with commas"
            )
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace")
        if '"' not in text:  # within quotes it may be part of a name
            text = text.partition("#")[0]
        yield text.strip()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
