"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import XpnetError

__all__ = ["atomic_path"]


@contextmanager
def atomic_path(
    path: str | os.PathLike[str], where: str, error: type[XpnetError] = XpnetError
) -> Iterator[Path]:
    """Give a path to write to; when the block ends well, the file there becomes `path`.

    Whoever reads `path`, also after a crash or a power failure, finds the old file or the new one,
    never a part. If the block raises, the old file stays and nothing else is left behind.

    Parameters
    ----------
    path : path-like
        The file to write or replace. Its folder must exist.
    where : str
        The function named in errors.
    error : type of XpnetError
        The exception if the file cannot be written there.

    Yields
    ------
    pathlib.Path
        An empty file in the same folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "result.txt", "example") as temporary:
    ...     _ = temporary.write_text("42")
    >>> [(file.name, file.read_text()) for file in folder.iterdir()]
    [('result.txt', '42')]
    """
    # a link is written through: os.replace would put a file in its place
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise error(
            f"{where}: path must be in an existing folder, got {os.fspath(path)!r}; "
            f"create the folder {os.fspath(target.parent)!r} first"
        )
    if target.is_dir():
        raise error(
            f"{where}: path must be a file name, got the folder {os.fspath(path)!r}; "
            "add a file name to it"
        )
    # same folder: os.replace is atomic only within one file system
    temporary = target.with_name(f".{target.name}.{os.urandom(8).hex()}.tmp")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as problem:
        raise error(
            f"{where}: path must be in a folder that can be written to, got {os.fspath(path)!r} "
            f"({problem.strerror}); choose another folder"
        ) from problem
    try:
        # a writer may put a file of its own there, with other rights: safetensors' has 0600
        rights = (target if target.exists() else temporary).stat().st_mode & 0o777
        yield temporary
        temporary.chmod(rights)
        _flush(temporary, os.O_RDWR)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    with suppress(OSError):  # not every system lets a folder be opened
        _flush(target.parent, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    """Wait until what was written to `path` is on the disk."""
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
