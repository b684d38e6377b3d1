"""Where predictions go, and in which format."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import ArgumentError
from ..io import atomic_path

__all__ = ["format_of", "require_other", "target"]

ENDINGS = {".json": "json", ".jsonl": "jsonl", ".csv": "csv"}
"""The formats that the name of a file tells."""


def format_of(options: argparse.Namespace) -> str:
    """Return the format that was asked for, or that the ending of the output tells, or a table.

    Raises
    ------
    ArgumentError
        If two were asked for.

    Examples
    --------
    >>> format_of(argparse.Namespace(format=None, json=False, output="answers.jsonl"))
    'jsonl'
    """
    said: str | None = options.format
    if options.json and said not in (None, "json"):
        raise ArgumentError(
            f"predict: --json must be alone or with --format json, got --format {said}; leave one "
            "of them out"
        )
    if said is not None or options.json:
        return said or "json"
    ending = "" if options.output is None else Path(options.output).suffix.lower()
    return ENDINGS.get(ending, "table")


def require_other(output: str | None, inputs: Sequence[str]) -> None:
    """Raise if a file that is read would be overwritten, also one in a folder that is read.

    Raises
    ------
    ArgumentError
        If it is so.
    """
    if output is None or not os.path.isfile(output):
        return
    written = os.path.realpath(output)
    for path in inputs:
        read = os.path.realpath(path)
        inside = os.path.isdir(read) and os.path.commonpath([read, written]) == read
        if read == written or inside:
            what = f"which is in {path!r}" if inside else "which is read"
            raise ArgumentError(
                f"predict: --output must be another file than those that are read, got {output!r}, "
                f"{what}; choose another name"
            )


@contextmanager
def target(path: str | None) -> Iterator[IO[str]]:
    """Give standard output, or a file that is there when all is written."""
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):  # a file may have any name
            sys.stdout.reconfigure(errors="backslashreplace")
        yield sys.stdout
        return
    with (
        atomic_path(path, "predict") as temporary,
        open(temporary, "w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        yield file
