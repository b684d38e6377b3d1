"""What a model came from: versions, machine, seed, options, commit and data of a training."""

from __future__ import annotations

import importlib
import math
import os
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from .._version import __version__
from ..backend import DeviceLike, as_device, dtype_name, is_array, random, to_numpy
from ..typing import Array

__all__ = ["data_checksum", "git_state", "manifest"]

WHOLE = 2**28
"""Arrays up to so many bytes are checked byte by byte, of larger ones as much in pieces."""

PIECES = 256

TIMEOUT = 2.0
"""So many seconds git may take: of a manifest nobody waits for a network drive."""


def manifest(
    device: DeviceLike = None,
    seed: int | None = None,
    config: Mapping[str, Any] | None = None,
    data: Any = None,
) -> dict[str, Any]:
    """Return what is needed to repeat a training, as data that JSON can hold.

    Parameters
    ----------
    device : str or Device, optional
        Default: the current device.
    seed : int, optional
        Default: that of :func:`xpnet.manual_seed`.
    config : dict, optional
        The options of the training.
    data : data set or arrays, optional
        Gets its checksum noted, see :func:`data_checksum`.

    Returns
    -------
    dict
        ``versions`` (Python, xpnet, NumPy and the array library), ``platform``, ``device``,
        ``seed``, ``config``, ``git`` (see :func:`git_state`) and ``data``.

    Examples
    --------
    >>> found = manifest(seed=5, config={"lr": 0.1})
    >>> found["seed"], found["device"], found["config"]
    (5, 'cpu', {'lr': 0.1})
    """
    import platform

    target = as_device(device)
    return {
        "versions": _versions(target.library.package),
        "platform": {
            "system": platform.platform(),
            "machine": platform.machine(),
            "processors": os.cpu_count(),
        },
        "device": target.name,
        "seed": random.get_state()["seed"] if seed is None else seed,
        "config": dict(config or {}),
        "git": git_state(),
        "data": None if data is None else data_checksum(data),
    }


def data_checksum(data: Any) -> str:
    """Return a checksum of a data set's arrays, as in ``"crc32:0a1b2c3d"``; of others, no digits.

    The same numbers have the same checksum in every library and on every device. Arrays of more
    than 256 MiB count with their shape and 256 pieces of them, 256 MiB together.

    Examples
    --------
    >>> data_checksum((np.arange(6.0), np.arange(6)))
    'crc32:c4941ba6'
    >>> data_checksum(iter("abc"))
    'unknown'
    """
    arrays = _arrays_of(data)
    if not arrays:
        return "unknown"
    total = 0
    for array in arrays:
        shape = tuple(int(n) for n in array.shape)
        total = zlib.crc32(f"{dtype_name(array.dtype)} {shape}".encode(), total)
        for piece in _pieces(array):
            host = np.asarray(to_numpy(piece))
            host = np.asarray(host, host.dtype.newbyteorder("<"), order="C")
            total = zlib.crc32(host.reshape(-1).view(np.uint8).data, total)
    return f"crc32:{total:08x}"


def _arrays_of(data: Any) -> list[Array]:
    matrix = getattr(data, "matrix", None)  # of a SparseDataset
    if matrix is not None:
        return [matrix.data, matrix.indices, matrix.indptr, *data.arrays]
    held = getattr(data, "arrays", data)
    held = [held] if is_array(held) else held
    if not isinstance(held, tuple | list) or not all(is_array(array) for array in held):
        return []
    return list(held)


def _pieces(array: Array) -> list[Array]:
    """Return the array, or, if it is large, rows from all over it."""
    rows = int(array.shape[0]) if array.ndim else 1
    size = math.prod(int(n) for n in array.shape) * _width(array)
    if size <= WHOLE or rows <= PIECES:
        return [array]
    count = max(1, rows * WHOLE // size // PIECES)
    starts = np.linspace(0, rows - count, PIECES).astype(np.int64)
    return [array[int(start) : int(start) + count, ...] for start in starts]


def _width(array: Array) -> int:
    name = dtype_name(array.dtype)
    return 2 if name == "bfloat16" else np.dtype(name).itemsize


def git_state() -> dict[str, Any] | None:
    """Return commit and whether files were changed since, of the current folder's repository.

    None without a repository, without git, or if git does not answer within two seconds.

    Examples
    --------
    >>> state = git_state()
    >>> state is None or sorted(state) == ["commit", "dirty"]
    True
    """
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return None
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "dirty": None if changed is None else bool(changed)}


def _git(*arguments: str) -> str | None:
    import subprocess  # a program that only loads a model does not wait for it

    # --no-optional-locks: to look must not get in the way of a commit made at the same time
    command = ["git", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _versions(package: str) -> dict[str, str]:
    import platform

    versions = {"python": platform.python_version(), "xpnet": __version__, "numpy": np.__version__}
    if package not in versions:
        versions[package] = getattr(importlib.import_module(package), "__version__", "unknown")
    return versions
