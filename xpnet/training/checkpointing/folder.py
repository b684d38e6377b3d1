"""Checkpoints: the files of a run, the last few and the best."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..._version import __version__
from ...errors import ArgumentError, ModelFileError
from ...io.tensor_file import CHECKSUM, read_file, write_file
from ...io.tree import flatten, unflatten
from ..callbacks import Monitor

__all__ = ["BEST", "Checkpoint", "Checkpoints", "read_checkpoint"]

FORMAT = "1"
"""The number of the layout of a checkpoint."""

BEST = "best.safetensors"

# arrays of a state have no name that begins with a bracket
STATE = "[state]"


KEYS = (
    "model", "frozen", "optimizer", "scaler", "callbacks", "random", "loader", "validation",
    "history", "epoch", "step", "first_epoch", "stopped", "finished", "best", "totals", "seconds",
    "run",
)  # fmt: skip
"""What is in a state, see ``state.py``."""


class Checkpoint(NamedTuple):
    """What was read from a file."""

    path: Path
    state: dict[str, Any]


class Checkpoints:
    """A folder with the state of a training, for ``Trainer.fit(checkpoint_dir=...)``.

    Parameters
    ----------
    folder : path-like
        Of one run alone; it is made if it is missing.
    every : int, optional
        Write the state every so many steps too, and not only after each epoch.
    keep : int
        How many of the last states are kept: ``checkpoint-000012.safetensors`` and so on.
    monitor : str, optional
        The column that tells the best epoch, whose model is in ``best.safetensors``. Default:
        ``"val_loss"``, or ``"loss"`` without validation data.
    mode : {"auto", "min", "max"}
        Whether small or large is good; "auto" knows it from the name.
    notes : dict, optional
        What else belongs to the best model, see :func:`xpnet.io.save`; the numbers of its epoch are
        added.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> folder = tempfile.mkdtemp()
    >>> train, test = xn.data.load_digits()
    >>> model = xn.models.SoftmaxRegression(64, 10)
    >>> trainer = xn.Trainer(model, "adam")
    >>> history = trainer.fit(train, test, epochs=2, checkpoint_dir=folder, progress=False)
    >>> sorted(os.listdir(folder))
    ['best.safetensors', 'checkpoint-000002.safetensors', 'checkpoint-000003.safetensors', \
'checkpoint-000004.safetensors']
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        every: int | None = None,
        keep: int = 3,
        monitor: str | None = None,
        mode: str = "auto",
        notes: Mapping[str, Any] | None = None,
    ) -> None:
        for name, value in (("every", every), ("keep", keep)):
            given = value is not None
            if given and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ArgumentError(
                    f"Checkpoints: {name} must be a positive integer, got {value!r}; it counts "
                    f"{'steps' if name == 'every' else 'files'}"
                )
        self.folder = Path(folder)
        self.every = every
        self.keep = keep
        self.notes = dict(notes or {})
        self._arguments = ("Checkpoints", monitor, mode)
        self.monitor = Monitor(*self._arguments)

    def open(self) -> None:
        """Make the folder, and clear away what a process left half written."""
        self.monitor = Monitor(*self._arguments)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            names = os.listdir(self.folder)
        except OSError as error:
            raise ModelFileError(
                f"fit: checkpoint_dir must be a folder that can be made and read, got "
                f"{str(self.folder)!r} ({error.strerror}); choose another one"
            ) from error
        for name in names:
            if re.fullmatch(r"\.(checkpoint-\d+|best)\.safetensors\.[0-9a-f]+\.tmp", name):
                with suppress(OSError):
                    (self.folder / name).unlink()

    def require_writable(self) -> None:
        """Raise a ModelFileError if nothing can be written, before an epoch was waited for."""
        if not os.access(self.folder, os.W_OK):
            raise ModelFileError(
                f"fit: checkpoint_dir must be a folder that can be written to, got "
                f"{str(self.folder)!r}; change its rights, or copy it elsewhere"
            )

    def files(self) -> list[Path]:
        """Return the states in the folder, the newest last."""
        found = {}
        for path in self.folder.iterdir():
            number = re.fullmatch(r"checkpoint-(\d+)\.safetensors", path.name)
            if number:
                found[int(number[1])] = path
        return [found[number] for number in sorted(found)]

    def newest(self) -> Checkpoint | None:
        """Return the newest state; if a disk has damaged it, that before, with a warning.

        Raises
        ------
        ModelFileError
            If there are states, and none can be read.
        """
        problem = None
        for path in reversed(self.files()):
            try:
                found = read_checkpoint(path)
            except ModelFileError as error:
                problem = problem or error
                continue
            if problem is not None:
                warnings.warn(
                    f"fit: {problem} (training goes on from {path.name} before it)", stacklevel=5
                )
            return found
        if problem is not None:
            raise problem
        return None

    def write(self, state: Mapping[str, Any], metadata: Mapping[str, str]) -> Path:
        """Write a state, and then remove the oldest."""
        text, arrays = flatten(state)
        # among the arrays, because metadata must not grow with the number of epochs
        arrays[STATE] = np.frombuffer(text.encode(), np.uint8)
        before = self.files()
        number = int(before[-1].stem.rpartition("-")[2]) + 1 if before else 1
        path = self.folder / f"checkpoint-{number:06d}.safetensors"
        header = {"xpnet_checkpoint": FORMAT, "xpnet_version": __version__}
        write_file("checkpoint", path, arrays, {**header, **metadata})
        for old in before[: len(before) + 1 - self.keep]:
            with suppress(OSError):
                old.unlink()
        return path


def read_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Return the state in a file.

    Raises
    ------
    ModelFileError
        If there is no such file, it is damaged, or no checkpoint that this version can read.
    """
    metadata, arrays, _ = read_file(path)
    shown = os.fspath(path)
    if "xpnet_checkpoint" not in metadata:
        raise ModelFileError(
            f"fit: resume must be a checkpoint, got another file, {shown!r}; a model alone does "
            "not tell how to go on: load it with xn.load"
        )
    if metadata["xpnet_checkpoint"] != FORMAT or CHECKSUM not in metadata:
        raise ModelFileError(
            f"fit: a checkpoint must have format {FORMAT} and a checksum, got format "
            f"{metadata['xpnet_checkpoint']!r} in {shown!r}, written by xpnet "
            f"{metadata.get('xpnet_version', '(unknown)')}; go on with that version"
        )
    try:
        state = unflatten(arrays.pop(STATE).tobytes().decode(), arrays)
        state.setdefault("scaler", {})  # there was none before there was autocast
        return Checkpoint(Path(path), {key: state[key] for key in KEYS})
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(
            f"fit: {shown!r} must be a checkpoint as xpnet writes it, got one that cannot be read "
            f"({type(error).__name__}: {error}); take the one before it"
        ) from error
