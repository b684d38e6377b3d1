"""Fetching a file: verified, all or nothing."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import DataError

__all__ = ["fetch"]

CHUNK = 1 << 16
SECONDS_WITHOUT_DATA = 30.0


def fetch(urls: Sequence[str], path: str | os.PathLike[str], sha256: str) -> Path:
    """Download a file from the first of several addresses that delivers it intact.

    The data go into a temporary file beside `path`, which takes the place of `path` only when the
    checksum is right: nobody ever sees half a file, also when two processes fetch it at once. A
    progress bar is shown on a terminal.

    Parameters
    ----------
    urls : sequence of str
        Tried in order.
    path : path-like
        Where the file goes; folders are made.
    sha256 : str
        The SHA-256 checksum of the content, in hexadecimal.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If no address delivers; it says what went wrong at each.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = pathlib.Path(folder, "source")
    ...     size = source.write_bytes(b"abc")
    ...     checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    ...     fetch([source.as_uri()], pathlib.Path(folder, "copy"), checksum).read_bytes()
    b'abc'
    """
    from http.client import HTTPException  # takes longer to import than the data sets

    path = Path(path)
    failures = []
    for url in urls:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _fetch_one(url, path, sha256)
            return path
        # OSError: no network, no such address, time-out, no space; ValueError: not a URL
        except (OSError, ValueError, HTTPException) as error:
            failures.append(f"{url}: {type(error).__name__}: {error}")
    raise DataError(
        f"fetch: {path.name} must come from one of {len(urls)} addresses, got none "
        f"({'; '.join(failures)}); check the connection to the internet, "
        f"or put the file at {str(path)!r} by hand"
    )


def _fetch_one(url: str, path: Path, sha256: str) -> None:
    import urllib.request

    request = urllib.request.Request(url, headers={"User-Agent": "xpnet"})
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            urllib.request.urlopen(request, timeout=SECONDS_WITHOUT_DATA) as response,
        ):
            found = _copy(response, file, path.name)
        if found != sha256:
            raise DataError(f"its SHA-256 must be {sha256}, got {found}; the file was changed")
        os.chmod(temporary, 0o644)  # temporary files are private to the user
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _copy(response: Any, file: IO[bytes], name: str) -> str:
    """Copy a response into a file, show the progress, return the checksum."""
    from tqdm.auto import tqdm

    promised = int(response.headers.get("Content-Length") or 0)
    checksum = hashlib.sha256()
    received = 0
    # disable=None: no bar where there is no terminal
    with tqdm(
        total=promised or None, unit="B", unit_scale=True, desc=name, disable=None
    ) as progress:
        while piece := response.read(CHUNK):
            file.write(piece)
            checksum.update(piece)
            received += len(piece)
            progress.update(len(piece))
    if received < promised:
        raise ConnectionError(f"connection broke after {received} of {promised} bytes")
    return checksum.hexdigest()
