"""Splitting a data set at random, with or without keeping the shares of its classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..backend import to_numpy
from ..errors import ArgumentError, DataError, ShapeError
from ..typing import Array
from .dataset import ArrayDataset
from .order import permutation

__all__ = ["split"]


def split(
    dataset: ArrayDataset,
    fractions: float | Sequence[float],
    seed: int = 0,
    stratify: bool | Array = False,
) -> tuple[ArrayDataset, ...]:
    """Split a data set at random into parts that share no sample.

    Parameters
    ----------
    dataset : ArrayDataset
    fractions : float or sequence of float
        The share of each part; together 1. One number f means ``(f, 1 - f)``.
    seed : int, default 0
        Determines the parts, the same on every library and machine.
    stratify : bool or array of integers, (N,), default False
        Give every class its share of each part, to within one sample for each cut. True takes the
        classes from the last array of the data set.

    Returns
    -------
    tuple of ArrayDataset
        One for each fraction, each in random order, on the device of `dataset`.

    Raises
    ------
    ArgumentError
        If a fraction is not positive or their sum is not 1.
    ShapeError
        If the classes are not one for each sample.
    DataError
        If a part would be empty.

    Examples
    --------
    >>> import numpy as np
    >>> dataset = ArrayDataset(np.arange(10), np.asarray([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]))
    >>> train, test = split(dataset, (0.5, 0.5), stratify=True)
    >>> [np.bincount(part.arrays[1]).tolist() for part in (train, test)]
    [[3, 2], [3, 2]]
    """
    shares = _checked_fractions(fractions)
    classes = _classes(dataset, stratify)
    rest = permutation(len(dataset), seed, "split")
    parts = []
    for i, share in enumerate(shares[:-1]):
        chosen = _every_class_in_proportion(classes[rest], share / sum(shares[i:]))
        parts.append(rest[chosen])
        rest = rest[~chosen]
    parts.append(rest)
    if any(part.size == 0 for part in parts):
        raise DataError(
            f"split: every part must have a sample, got {[part.size for part in parts]} of "
            f"{len(dataset)} samples for fractions {shares}; use fewer parts or more data"
        )
    return tuple(dataset.subset(part) for part in parts)


def _every_class_in_proportion(classes: np.ndarray, share: float) -> np.ndarray:
    """Return a mask, (N,), that is true for this share of each class and of the whole.

    In a list sorted by class it takes a sample whenever ``share * position`` passes a half: evenly
    spaced, so that every run of the list, and each class is one, gets its share to within one.
    """
    sorted_by_class = np.argsort(classes, kind="stable")
    taken_so_far = np.floor(share * np.arange(classes.size + 1) + 0.5)
    chosen = np.zeros(classes.size, dtype=bool)
    chosen[sorted_by_class] = np.diff(taken_so_far) > 0
    return chosen


def _checked_fractions(fractions: float | Sequence[float]) -> tuple[float, ...]:
    if isinstance(fractions, int | float):
        fractions = (fractions, 1 - fractions)
    shares = tuple(float(share) for share in fractions)
    if not shares or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise ArgumentError(
            f"split: fractions must be positive and add up to 1, got {shares}; "
            "for example (0.8, 0.1, 0.1)"
        )
    return shares


def _classes(dataset: ArrayDataset, stratify: bool | Array) -> np.ndarray:
    if isinstance(stratify, bool):
        if not stratify:
            return np.zeros(len(dataset), dtype=np.int64)
        stratify = dataset.arrays[-1]
    classes = to_numpy(stratify)
    if classes.shape != (len(dataset),):
        raise ShapeError(
            f"split: stratify must be one class for each sample, ({len(dataset)},), got "
            f"{classes.shape}; pass the labels as stratify=labels"
        )
    return classes
