"""Sequences of different lengths: padded to one length, and in batches of similar lengths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..backend import Device, as_device, random, to_device
from ..errors import ArgumentError, DataError, choose
from ..typing import Array
from .order import permutation
from .ragged import as_rows, as_sequences, require_fill, whole

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
        Of a dtype that holds the numbers of all sequences. Python floats in lists become float32,
        unless there are float64 arrays too.
    padding : (N, T) bool
        True where there is no element, as ``key_padding_mask`` of
        :class:`xpnet.nn.MultiheadAttention` says it.

    Raises
    ------
    DataError
        If there are no sequences, or their elements differ in shape or are no numbers.
    ArgumentError
        If an option makes no sense, or the dtype of the sequences does not hold `value`.

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
    arrays = as_sequences("pad_sequences", sequences)
    choose("pad_sequences", "side", side, ("right", "left"))
    require_fill("pad_sequences", value, arrays[0].dtype)
    longest = max(len(a) for a in arrays)
    if length is not None:
        remedy = "None stands for the longest sequence"
        longest = whole("pad_sequences", "length", length, 1, remedy)
    x = np.full((len(arrays), longest, *arrays[0].shape[1:]), value, arrays[0].dtype)
    padding = np.ones((len(arrays), longest), bool)
    for i, a in enumerate(arrays):
        count = min(len(a), longest)
        places = slice(0, count) if side == "right" else slice(longest - count, longest)
        x[i, places] = a[:count]
        padding[i, places] = False
    return x, padding


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
    give : {"padding", "lengths"}
        What comes with each batch x, (N, T, ...): where the padding is, (N, T) bool on the device,
        as attention wants it; or the lengths of the sequences, (N,) int64, as `lengths` of
        recurrent layers. These stay NumPy's on every device: steps are counted on the host.
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
        If there are no sequences, one of them is empty, or there are not as many labels.
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

    For recurrent layers:

    >>> loader = SequenceLoader([[1, 2, 3], [4], [5, 6]], batch_size=2, give="lengths")
    >>> for x, lengths in loader:
    ...     print(x.tolist(), lengths.tolist())
    [[4, 0], [5, 6]] [1, 2]
    [[1, 2, 3]] [3]
    """

    def __init__(
        self,
        sequences: Sequence[Any],
        *labels: Any,
        batch_size: int = 32,
        width: int = 1,
        value: float = 0,
        give: str = "padding",
        shuffle: bool = False,
        seed: int | None = None,
        device: str | Device | None = None,
    ) -> None:
        where = type(self).__name__
        self.sequences = as_sequences(where, sequences)
        empty = [i for i, a in enumerate(self.sequences) if not len(a)]
        if empty:
            raise DataError(
                f"{where}: sequences must have at least one element, got {len(empty)} without, the "
                f"first is sequence {empty[0]}; leave them and their labels out"
            )
        self.labels = [as_rows(where, "labels", y) for y in labels]
        for y in self.labels:
            if y.shape[:1] != (len(self.sequences),):
                raise DataError(
                    f"{where}: labels must be ({len(self.sequences)}, ...), one row for each "
                    f"sequence, got {y.shape}; check how they were read"
                )
        if not isinstance(shuffle, bool):
            raise ArgumentError(
                f"{where}: shuffle must be True or False, got {shuffle!r}; True is usual for "
                "training"
            )
        require_fill(where, value, self.sequences[0].dtype)
        remedy = "leave it out for the default"
        self.batch_size = whole(where, "batch_size", batch_size, 1, remedy)
        self.width = whole(where, "width", width, 1, remedy)
        seed = random.get_state()["seed"] if seed is None else seed
        self.seed = whole(where, "seed", seed, 0, remedy)
        self.give = choose(where, "give", give, ("padding", "lengths"))
        if device is not None:
            as_device(device)  # a name that is none is refused here
        self.value, self.shuffle, self.device = value, shuffle, device
        self.epoch = 0

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return -(-len(self.sequences) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        return self._deliver(self.epoch, as_device(self.device))

    def _deliver(self, epoch: int, target: Device) -> Iterator[tuple[Array, ...]]:
        for places in self._batches(epoch):
            x, padding = pad_sequences([self.sequences[i] for i in places], value=self.value)
            if self.give == "lengths":
                also: Array = np.asarray([len(self.sequences[i]) for i in places], np.int64)
            else:
                also = to_device(padding, target)
            labels = (to_device(y[places], target) for y in self.labels)
            yield (to_device(x, target), also, *labels)
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
