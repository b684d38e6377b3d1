"""DataLoader: batches of a data set, shuffled reproducibly, on the device where they are needed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ..backend import Device, as_device, device, device_of, is_array, random, to_device
from ..errors import ArgumentError, DataError
from ..typing import Array
from .dataset import ArrayDataset
from .frames import is_frame
from .gather import collate, is_sparse, slice_rows, take_rows
from .order import permutation
from .prefetch import prefetched
from .sparse import SparseDataset
from .transforming import require_transform, transformed
from .uploading import arriving, is_host, staged

__all__ = ["DataLoader"]

Batch = tuple[Array, ...]
Chosen: TypeAlias = Generator[tuple[int, int, Batch], None, None]


class DataLoader:
    """Iterate over a data set in batches.

    Parameters
    ----------
    data : data set, tuple of arrays, array, or object with ``len`` and integer indexing
        Data frames count as arrays; a sparse matrix of SciPy, alone or first in a tuple, makes a
        :class:`SparseDataset`, whose batches are dense. Of an object, sample i is ``data[i]``: an
        array, a number, or a tuple of those; the samples of a batch are stacked.
    batch_size : int, default 32
    shuffle : bool, default False
        A new order in each epoch.
    seed : int, optional
        With the epoch's number it determines the order, the same on every library and machine.
        Default: that of :func:`xpnet.manual_seed`, which is 0 if nobody called it.
    drop_last : bool, default False
        Leave out the last batch if it is smaller than the others.
    prefetch : int, default 0
        Batches that a background thread prepares ahead; 0: no thread. Worth it when samples are
        read from files or transformed, or to overlap the copy to a GPU, which then fetches them
        from pinned memory.
    device : str or Device, optional
        Where the batches land. Default: the device that is current when an iteration starts.
    transform : callable, optional
        ``transform(*batch) -> tuple of arrays``, called with each batch on its device. An
        :class:`~xpnet.data.augmentation.Augmentation` gets ``rng=`` too, a stream that the seed,
        the epoch and the place of the batch determine.

    Attributes
    ----------
    epoch : int
        Number of the current epoch. It grows by one when an iteration reaches the end.

    Notes
    -----
    Every iteration runs through one epoch from its beginning, except the first one after
    :meth:`load_state_dict`, which runs through the rest. Breaking off does not change the epoch: a
    look at the first batch leaves a training run that follows as it would have been.

    Unshuffled batches may be views of the data. Data that live on the target device are gathered
    there; NumPy data are gathered on the host and moved batch by batch.

    Examples
    --------
    >>> import numpy as np
    >>> loader = DataLoader(np.arange(5), batch_size=2, shuffle=True, seed=1)
    >>> len(loader)
    3
    >>> epochs = [np.concatenate([x for (x,) in loader]) for _ in range(2)]
    >>> [sorted(order.tolist()) for order in epochs]
    [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]
    """

    def __init__(
        self,
        data: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        seed: int | None = None,
        drop_last: bool = False,
        prefetch: int = 0,
        device: str | Device | None = None,
        transform: Callable[..., Batch] | None = None,
    ) -> None:
        self.dataset = _as_dataset(data)
        self.batch_size = _checked("batch_size", batch_size, 1, "a usual value is 32")
        self.shuffle = shuffle
        seed = random.get_state()["seed"] if seed is None else seed
        self.seed = _checked("seed", seed, 0, "a usual value is 0")
        self.drop_last = drop_last
        self.prefetch = _checked("prefetch", prefetch, 0, "0 is no thread, 2 is usual with one")
        self.device = device
        require_transform(transform)
        self.transform = transform
        self.epoch = 0
        self._position = 0  # samples of this epoch that have been delivered
        self._next_start = 0  # where the next iteration begins
        if drop_last and batch_size > len(self.dataset):
            raise DataError(
                f"DataLoader: batch_size must be at most {len(self.dataset)}, the number of "
                f"samples, with drop_last=True, got {batch_size}; there would be no batch"
            )

    def __len__(self) -> int:
        """Return the number of batches of a whole epoch."""
        samples = self._samples_per_epoch()
        return -(-samples // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        # not a generator itself: the device must be the one that is current now
        target = as_device(self.device)
        start, self._next_start = self._next_start, 0
        self._position = start
        batches = self._chosen(self.epoch, start)
        if self.prefetch:
            batches = self._ahead(batches, target)
        else:
            batches = self._finished(batches, self.epoch, target)
        return self._deliver(batches, self.epoch)

    def set_epoch(self, epoch: int) -> None:
        """Make `epoch` the epoch of the next iteration.

        Examples
        --------
        >>> loader = DataLoader([1.0, 2.0, 3.0], shuffle=True)
        >>> loader.set_epoch(7)
        >>> loader.epoch
        7
        """
        epoch = _checked("epoch", epoch, 0, "epochs count from 0")
        if epoch != self.epoch:  # setting the same one must not undo load_state_dict
            self.epoch = epoch
            self._position = self._next_start = 0

    def state_dict(self) -> dict[str, int]:
        """Return what is needed to go on after the batch delivered last: three integers.

        ``position`` counts the samples of the epoch that have been delivered.

        Examples
        --------
        >>> loader = DataLoader([1.0, 2.0, 3.0], batch_size=2, seed=0)
        >>> batch = next(iter(loader))
        >>> loader.state_dict()
        {'epoch': 0, 'position': 2, 'seed': 0}
        """
        return {"epoch": self.epoch, "position": self._position, "seed": self.seed}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Let the next iteration go on where the loader that gave `state` stood.

        Raises
        ------
        ArgumentError
            If an entry is missing or does not fit the data set.

        Examples
        --------
        >>> loader = DataLoader([1.0, 2.0, 3.0], batch_size=2)
        >>> loader.load_state_dict({"epoch": 4, "position": 2, "seed": 0})
        >>> list(loader), loader.epoch
        ([(array([3.], dtype=float32),)], 5)
        """
        missing = [key for key in ("epoch", "position", "seed") if key not in state]
        if missing:
            raise ArgumentError(
                f"DataLoader: state must have epoch, position and seed, got none of {missing}; "
                "pass what state_dict() returned"
            )
        position = _checked("position", state["position"], 0, "pass what state_dict() returned")
        if position > len(self.dataset):
            raise ArgumentError(
                f"DataLoader: position must be at most {len(self.dataset)}, the number of samples, "
                f"got {position}; the state belongs to another data set"
            )
        epoch = _checked("epoch", state["epoch"], 0, "pass what state_dict() returned")
        self.seed = _checked("seed", state["seed"], 0, "pass what state_dict() returned")
        self.epoch = epoch
        self._position = self._next_start = position

    def _samples_per_epoch(self) -> int:
        n = len(self.dataset)
        return n - n % self.batch_size if self.drop_last else n

    def _chosen(self, epoch: int, start: int) -> Chosen:
        """Yield (first, last, batch) for each batch from sample `start` on, where the data are."""
        choose = self._chooser(epoch)
        end = self._samples_per_epoch()
        for first in range(start, end, self.batch_size):
            last = min(first + self.batch_size, end)
            yield first, last, choose(first, last)

    def _finished(self, batches: Chosen, epoch: int, target: Device) -> Chosen:
        """Move batches to the device, and transform them there."""
        dataset = self.dataset
        there = self.transform is None and isinstance(dataset, ArrayDataset)
        there = there and all(device_of(x) == target for x in dataset.arrays)
        for first, last, batch in batches:
            if not there:
                # entered for each batch: with prefetch this may run in another thread
                with device(target):
                    batch = tuple(to_device(x, target) for x in batch)
                    if self.transform is not None:
                        # 1 + first: the stream (seed, epoch) is that of the order
                        stream = partial(random.stream, self.seed, epoch, 1 + first)
                        batch = transformed(self.transform, batch, stream)
            yield first, last, batch

    def _ahead(self, batches: Chosen, target: Device) -> Chosen:
        """Let a thread prepare batches; all of it, or what is to be done on the host."""
        uploader = target.library.uploader(target.native)
        if uploader is None:
            return prefetched(self._finished(batches, self.epoch, target), self.prefetch)
        if not isinstance(self.dataset, ArrayDataset) or all(map(is_host, self.dataset.arrays)):
            # the device's part is left to the loop: its stream has the order of all work
            batches = arriving(prefetched(staged(batches, uploader), self.prefetch), uploader)
        return self._finished(batches, self.epoch, target)

    def _chooser(self, epoch: int) -> Callable[[int, int], Batch]:
        """Return a function that gives the samples first, ..., last - 1 of the epoch's order."""
        dataset = self.dataset
        order = permutation(len(dataset), self.seed, epoch) if self.shuffle else None
        if isinstance(dataset, SparseDataset):
            chosen = slice if order is None else lambda first, last: order[first:last]
            return lambda first, last: dataset[chosen(first, last)]
        if not isinstance(dataset, ArrayDataset):
            places = np.arange(len(dataset)) if order is None else order
            return lambda first, last: collate([dataset[int(i)] for i in places[first:last]])
        if order is None:
            return lambda first, last: tuple(slice_rows(x, first, last) for x in dataset.arrays)
        # moved once per epoch, not once per batch
        orders = [to_device(order, device_of(x)) for x in dataset.arrays]
        return lambda first, last: tuple(
            take_rows(x, slice_rows(order, first, last))
            for x, order in zip(dataset.arrays, orders, strict=True)
        )

    def _deliver(self, batches: Chosen, epoch: int) -> Iterator[Batch]:
        """Yield the batches and keep the books: in the consumer's thread, at its pace."""
        try:
            for _, delivered, batch in batches:
                self._position = delivered
                yield batch
            self.epoch, self._position = epoch + 1, 0
        finally:
            batches.close()


def _as_dataset(data: Any) -> Any:
    if isinstance(data, ArrayDataset | SparseDataset):
        return data
    if is_sparse(data):
        return SparseDataset(data)
    if is_array(data) or is_frame(data):
        return ArrayDataset(data)
    if isinstance(data, tuple | list):
        if data and is_sparse(data[0]):
            return SparseDataset(*data)
        if data and all(isinstance(x, bool | int | float) for x in data):
            return ArrayDataset(list(data))
        return ArrayDataset(*data)
    if isinstance(data, dict) or not (hasattr(data, "__len__") and hasattr(data, "__getitem__")):
        raise DataError(
            "DataLoader: data must be an ArrayDataset, arrays, or an object with __len__ and "
            f"__getitem__, got {type(data).__name__}; wrap it as DataLoader((features, labels))"
        )
    if len(data) == 0:
        raise DataError(
            f"DataLoader: data must have at least one sample, got an empty {type(data).__name__}; "
            "check where the samples come from"
        )
    return data


def _checked(argument: str, value: int, least: int, remedy: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise ArgumentError(
            f"DataLoader: {argument} must be an integer >= {least}, got {value!r}; {remedy}"
        )
    return number
