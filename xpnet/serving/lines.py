"""Tables of numbers in text files, read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import IO

from ..errors import DataError

__all__ = ["rows_of_table"]

LONGEST = 2**20
"""A line may have so many bytes, or more for samples of many numbers."""

LONGEST_NUMBER = 32
"""The bytes of a number with its comma, at most, in a line that is not too long."""


def rows_of_table(path: str, delimiter: str, features: int) -> Iterator[list[float] | DataError]:
    r"""Yield the numbers of each line, or what is wrong with it.

    A first line of names, empty lines, and what follows a ``#`` are left out.

    Parameters
    ----------
    path : str
    delimiter : str
    features : int
        The numbers that a sample has, by which the length of a line is judged; 0 if unknown.

    Raises
    ------
    DataError
        If the file cannot be read, or a line is longer than a sample can be.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/table.csv"
    >>> with open(path, "w") as file:
    ...     _ = file.write("width,height\n1,2.5\n3,wide\n")
    >>> first, second = rows_of_table(path, ",", 2)
    >>> first, type(second).__name__
    ([1.0, 2.5], 'DataError')
    """
    longest = max(LONGEST, LONGEST_NUMBER * features)
    try:
        with open(path, "rb") as file:
            for number, line in _lines(file, path, longest):
                cells = line.split(delimiter)
                try:
                    yield [float(cell) for cell in cells]
                except ValueError as error:
                    if number > 1 or any(_is_number(cell) for cell in cells):
                        yield DataError(
                            f"predict: {path!r} must be a table of numbers, got {_short(error)} in "
                            f"line {number}; one sample in each line, with commas"
                        )
    except OSError as error:
        raise DataError(
            f"predict: {path!r} must be a table that can be read, got {error.strerror}; check the "
            "file and its rights"
        ) from error


def _lines(file: IO[bytes], path: str, longest: int) -> Iterator[tuple[int, str]]:
    """Yield the number and the content of each line that has one."""
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
        text = text.partition("#")[0].strip()
        if text:
            yield number, text


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _short(error: ValueError) -> str:
    return "".join(islice(str(error), 120))
