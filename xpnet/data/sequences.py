"""Sequences of different lengths: padded to one length, and in batches of similar lengths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..backend import Device, as_device, random, to_device, to_numpy
from ..errors import ArgumentError, DataError, choose
from ..typing import Array
from .order import permutation

__all__ = ["SequenceLoader", "pad_sequences"]


def pad_sequences(
    sequences: Sequence[Any],
    length: int | None = None,
    value: float = 0,
    side: str = "right",
) -> tuple[np.ndarray, np.ndarray]:
    """Bring sequences to one length and stack them.

    Parameters
    ----------
    sequences : N arrays (t, ...) or lists, of different lengths t
    length : int, optional
        T; longer sequences lose their end. Default: the longest of them.
    value : number
        What the rest is filled with; for characters usually ``padding_idx`` of the embedding.
    side : {"right", "left"}
        Where the rest is.

    Returns
    -------
    x : (N, T, ...) NumPy array
        Of the dtype of the sequences; lists of Python floats become float32.
    padding : (N, T) bool
        True where there is no element, as ``key_padding_mask`` of
        :class:`xpnet.nn.MultiheadAttention` says it.

    Raises
    ------
    DataError
        If there are no sequences, or their elements differ in shape.
    ArgumentError
        If an option makes no sense.

    Examples
    --------
    >>> x, padding = pad_sequences([[5, 6, 7], [8]])
    >>> x
    array([[5, 6, 7],
           [8, 0, 0]])
    >>> padding
    array([[False, False, False],
           [False,  True,  True]])
    """
    arrays = _as_arrays("pad_sequences", sequences)
    choose("pad_sequences", "side", side, ("right", "left"))
    if length is not None and (not isinstance(length, int) or length < 1):
        raise ArgumentError(
            f"pad_sequences: length must be a positive integer or None, got {length!r}; None "
            "stands for the longest sequence"
        )
    longest = max(len(a) for a in arrays) if length is None else length
    x = np.full((len(arrays), longest, *arrays[0].shape[1:]), value, arrays[0].dtype)
    padding = np.ones((len(arrays), longest), bool)
    for i, a in enumerate(arrays):
        count = min(len(a), longest)
        places = slice(0, count) if side == "right" else slice(longest - count, longest)
        x[i, places] = a[:count]
        padding[i, places] = False
    return x, padding


def _as_arrays(where: str, sequences: Sequence[Any]) -> list[np.ndarray]:
    arrays = [to_numpy(a) if hasattr(a, "dtype") else np.asarray(a) for a in sequences]
    arrays = [a.astype(np.float32) if isinstance(s, list | tuple) and a.dtype == np.float64 else a
              for a, s in zip(arrays, sequences, strict=True)]  # fmt: skip
    if not arrays:
        raise DataError(
            f"{where}: sequences must be at least one, got none; check where they come from"
        )
    kinds = {(a.shape[1:], a.ndim > 0) for a in arrays if a.ndim == 0 or len(a)}
    if len(kinds) > 1 or any(a.ndim == 0 for a in arrays):
        shown = ", ".join(str(a.shape) for a in arrays[:3])
        raise DataError(
            f"{where}: sequences must be (t, ...) with the same axes after the first, got {shown}; "
            "only their lengths may differ"
        )
    filled = next((a for a in arrays if len(a)), arrays[0])
    return [a if len(a) else np.empty((0, *filled.shape[1:]), filled.dtype) for a in arrays]


class SequenceLoader:
    """Batches of sequences of similar lengths, each padded to the longest of its batch.

    Batches of sequences in any order are mostly padding if lengths differ much. So sequences are
    put in order of their lengths, rounded up to multiples of `width`, and cut into batches; in that
    order chance decides among lengths that are rounded to the same, and in which order the batches
    come.

    Parameters
    ----------
    sequences : N arrays (t, ...) or lists
    *labels : (N, ...) arrays
        One row for each sequence, which come along.
    batch_size : int
    width : int
        1 wastes least; a larger one mixes more.
    value : number
        What sequences are padded with.
    shuffle : bool
        A new order in each epoch.
    seed : int, optional
        With the epoch's number it determines the order, the same on every machine. Default: that
        of :func:`xpnet.manual_seed`.
    device : str or Device, optional
        Where the batches land. Default: the device that is current when an iteration starts.

    Attributes
    ----------
    epoch : int
        Grows by one when an iteration reaches the end.

    Raises
    ------
    DataError
        If there are no sequences, or not as many labels.
    ArgumentError
        If an option makes no sense.

    References
    ----------
    V. Khomenko, O. Shyshkov, O. Radyvonenko, K. Bokhan, "Accelerating recurrent neural network
    training using sequence bucketing and multi-GPU data parallelization", DSMP 2016.

    Examples
    --------
    >>> loader = SequenceLoader([[1, 2, 3], [4], [5, 6]], np.asarray([0, 1, 2]), batch_size=2)
    >>> for x, padding, y in loader:
    ...     print(x.tolist(), y.tolist())
    [[4, 0], [5, 6]] [1, 2]
    [[1, 2, 3]] [0]
    """

    def __init__(
        self,
        sequences: Sequence[Any],
        *labels: Any,
        batch_size: int = 32,
        width: int = 1,
        value: float = 0,
        shuffle: bool = False,
        seed: int | None = None,
        device: str | Device | None = None,
    ) -> None:
        self.sequences = _as_arrays("SequenceLoader", sequences)
        self.labels = [to_numpy(y) if hasattr(y, "dtype") else np.asarray(y) for y in labels]
        for y in self.labels:
            if y.shape[:1] != (len(self.sequences),):
                raise DataError(
                    f"SequenceLoader: labels must be ({len(self.sequences)}, ...), one row for "
                    f"each sequence, got {y.shape}; check how they were read"
                )
        seed = random.get_state()["seed"] if seed is None else seed
        for name, number, least in (
            ("batch_size", batch_size, 1),
            ("width", width, 1),
            ("seed", seed, 0),
        ):
            if isinstance(number, bool) or not isinstance(number, int) or number < least:
                raise ArgumentError(
                    f"SequenceLoader: {name} must be an integer >= {least}, got {number!r}; leave "
                    "it out for the default"
                )
        self.batch_size, self.width, self.value = batch_size, width, value
        self.shuffle, self.seed, self.device = shuffle, seed, device
        self.epoch = 0

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return -(-len(self.sequences) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        return self._deliver(self.epoch, as_device(self.device))

    def _deliver(self, epoch: int, target: Device) -> Iterator[tuple[Array, ...]]:
        for places in self._batches(epoch):
            x, padding = pad_sequences([self.sequences[i] for i in places], value=self.value)
            batch = (x, padding, *(y[places] for y in self.labels))
            yield tuple(to_device(a, target) for a in batch)
        self.epoch = epoch + 1

    def _batches(self, epoch: int) -> list[np.ndarray]:
        """Return which sequences are together in each batch of an epoch."""
        n = len(self.sequences)
        order = permutation(n, self.seed, epoch, "samples") if self.shuffle else np.arange(n)
        rounded = np.asarray([-(-len(self.sequences[i]) // self.width) for i in order])
        order = order[np.argsort(rounded, kind="stable")]
        batches = [order[i : i + self.batch_size] for i in range(0, n, self.batch_size)]
        if self.shuffle:
            turns = permutation(len(batches), self.seed, epoch, "batches")
            batches = [batches[i] for i in turns]
        return batches
