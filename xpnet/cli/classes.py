"""Which classes of the data are used, and how a model numbers them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data import ArrayDataset
from ..errors import ArgumentError

__all__ = ["as_trained", "pick"]


def pick(dataset: ArrayDataset, classes: tuple[int, ...] | None) -> ArrayDataset:
    """Return the samples of these classes, numbered 0, 1, ... in this order.

    Examples
    --------
    >>> dataset = ArrayDataset(np.arange(4), np.asarray([5, 7, 6, 5]))
    >>> pick(dataset, (7, 5)).arrays
    (array([0, 1, 3]), array([1, 0, 1]))
    """
    if classes is None:
        return dataset
    x, y = dataset.arrays
    _require_one_for_each_sample(y)
    missing = sorted(set(classes) - set(np.unique(y).tolist()))
    if missing or len(set(classes)) < 2:
        there = ", ".join(str(k) for k in np.unique(y))
        raise ArgumentError(
            f"--classes must be two or more of the classes in the data, {there}, got "
            f"{', '.join(str(k) for k in classes)}; write them as 0,1"
        )
    chosen = np.isin(y, classes)
    renumbered = np.argmax(y[chosen][:, None] == np.asarray(classes), axis=1)
    names = dataset.class_names
    return ArrayDataset(
        x[chosen],
        renumbered.astype(np.int64),
        class_names=[names[k] for k in classes] if names else [str(k) for k in classes],
        name=dataset.name,
    )


def as_trained(
    dataset: ArrayDataset,
    classes: Sequence[int] | None,
    trained: Sequence[int] | None,
    names: Sequence[str] | None,
) -> ArrayDataset:
    """Return the samples of these classes, numbered as the model was trained.

    Parameters
    ----------
    dataset : ArrayDataset
        With the numbers of its own.
    classes : sequence of int, optional
        The classes to keep, by the data's numbers. Default: all that the model knows.
    trained : sequence of int, optional
        The classes the model was trained on, in its order. Default: all.
    names : sequence of str, optional
        The names the model gives to its classes. If the data have names too, those count.

    Raises
    ------
    ArgumentError
        If the model does not know one of the classes, or the data do not have it.

    Examples
    --------
    >>> dataset = ArrayDataset(np.arange(4), np.asarray([5, 7, 6, 5]))
    >>> as_trained(dataset, None, [7, 5], ["7", "5"]).arrays
    (array([0, 1, 3]), array([1, 0, 1]))
    >>> as_trained(dataset, (5, 7), None, None).arrays
    (array([0, 1, 3]), array([5, 7, 5]))
    """
    x, y = dataset.arrays
    if y.ndim > 1 and classes is None and trained is None:
        return dataset
    _require_one_for_each_sample(y)
    present = [int(k) for k in np.unique(y)]
    numbers = {k: _number(k, dataset.class_names, trained, names) for k in present}
    if classes is None:
        # a model of chosen classes is asked about those; else a class it lacks is a mistake
        classes = present if trained is None else [k for k in present if numbers[k] is not None]
    unknown = [k for k in classes if numbers.get(k) is None]
    if unknown or not classes:
        known = [k for k in present if numbers[k] is not None]
        own = dataset.class_names
        shown = [str(k) if own is None or own[k] == str(k) else f"{k} ({own[k]})" for k in known]
        raise ArgumentError(
            f"evaluate: classes must be in the data and known to the model: "
            f"{', '.join(shown) or 'none are'}, got {', '.join(map(str, unknown or present))}; "
            "choose others with --classes"
        )
    chosen = np.isin(y, classes)
    renumbered = np.asarray([numbers[int(k)] for k in y[chosen]], dtype=np.int64)
    return ArrayDataset(
        x[chosen], renumbered, class_names=names or dataset.class_names, name=dataset.name
    )


def _require_one_for_each_sample(y: np.ndarray) -> None:
    if y.ndim > 1:
        raise ArgumentError(
            "--classes must go with data that have one class for each sample, got one for each "
            f"pixel, {tuple(y.shape)}; leave it out"
        )


def _number(
    k: int,
    own: Sequence[str] | None,
    trained: Sequence[int] | None,
    names: Sequence[str] | None,
) -> int | None:
    """Return the model's number of the data's class k, None if it has none."""
    if own and names:
        return list(names).index(own[k]) if own[k] in names else None
    if trained:
        return list(trained).index(k) if k in trained else None
    return k
