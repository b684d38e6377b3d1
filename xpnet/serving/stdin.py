"""Standard input as one of the files that samples are in: ``-``."""

from __future__ import annotations

import re
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import IO

from ..errors import DataError

__all__ = ["STDIN", "content_of_stdin", "kind_of_stdin", "opened_file"]

STDIN = "-"

_IMAGE = re.compile(rb"\x89PNG|\xff\xd8|GIF8|P[1-6]\s|.{0,60}?\0", re.DOTALL)
"""How images begin; tables and JSON have no byte 0."""


def opened_file(path: str) -> AbstractContextManager[IO[bytes]]:
    """Return a file to be read in a with block, standard input for ``-``."""
    return nullcontext(sys.stdin.buffer) if path == STDIN else open(path, "rb")


def kind_of_stdin() -> str:
    """Return "image", "json" or "table", by the first bytes, which can still be read."""
    peek = getattr(sys.stdin.buffer, "peek", None)
    first: bytes = peek(64)[:64] if peek is not None else b""
    if _IMAGE.match(first):
        return "image"
    return "json" if first.lstrip()[:1] == b"[" else "table"


def content_of_stdin(most: int) -> bytes:
    """Return all that comes.

    Raises
    ------
    DataError
        If it is more than `most` bytes.
    """
    content = sys.stdin.buffer.read(most + 1)
    if len(content) > most:
        raise DataError(
            f"predict: an image from standard input must have at most {most:,} bytes, got more; "
            "make it smaller"
        )
    return content
