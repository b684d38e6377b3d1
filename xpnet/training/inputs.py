"""What ``fit`` accepts as data, made a loader, and looked at before an hour is spent on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..backend import (
    as_device,
    device_of,
    dtype_name,
    dtype_of,
    is_array,
    is_floating,
    namespace,
    to_device,
    to_numpy,
)
from ..data import ArrayDataset, DataLoader, SequenceLoader, SparseDataset
from ..data.augmentation import Augmentation
from ..data.frames import is_frame, rows_of
from ..data.gather import dense_rows, is_sparse
from ..errors import DataError, XpnetError
from ..nn import Module, Parameter
from ..typing import Array
from .loss import require_weighable
from .targets import require_kind
from .weights import require_positive, require_weights

__all__ = [
    "as_loader",
    "batches_for",
    "groups",
    "in_dtype_of",
    "predict",
    "require_good_data",
]

Batch = tuple[Array, Array, Array | None]
"""Inputs, targets, and the weights of the samples if they have some."""


def as_loader(
    where: str, data: Any, batch_size: int, shuffle: bool = False, seed: int | None = None
) -> DataLoader:
    """Return a loader for a data set, a pair (X, y) or (X, y, weights); a loader as it is.

    Raises
    ------
    DataError
        If there is nothing in the data, or they are no inputs with targets.

    Examples
    --------
    >>> len(as_loader("fit", ([[1.0], [2.0], [3.0]], [0, 1, 0]), batch_size=2))
    2
    """
    if isinstance(data, DataLoader):
        return data
    if isinstance(data, SequenceLoader):
        raise DataError(
            f"{where}: data must be a pair (X, y), a data set or a DataLoader, got a "
            f"SequenceLoader, whose batches have {data.give} too; write the loop yourself: "
            f"for x, {data.give}, y in loader: ..., as on the page of recurrent networks"
        )
    if isinstance(data, tuple | list) and len(data) not in (2, 3):
        raise DataError(
            f"{where}: data must be a pair (X, y), a data set or a DataLoader, got "
            f"{len(data)} objects in a {type(data).__name__}; pass (X, y), or (X, y, weights)"
        )
    if is_array(data) or isinstance(data, dict) or is_frame(data) or is_sparse(data):
        raise DataError(
            f"{where}: data must be a pair (X, y), a data set or a DataLoader, got one "
            f"{type(data).__name__}; pass (X, y): inputs and targets"
        )
    try:
        return DataLoader(data, batch_size=batch_size, shuffle=shuffle, seed=seed)
    except DataError:
        raise
    except XpnetError as error:
        if "batch_size" in str(error) or "seed" in str(error):
            raise
        raise DataError(f"{where}: data must be inputs with their targets; {error}") from error


def batches_for(model: Module, loader: Iterable[Any]) -> Iterator[Batch]:
    """Yield (x, y, weights or None) of a loader on the model's device, floats in its dtype.

    Raises
    ------
    DataError
        If a batch is no pair, nor a pair with weights.
    """
    parameter = _first_parameter(model)
    if parameter is None:
        yield from (_checked("fit", batch) for batch in loader)
        return
    # asked once and not for each batch: it does not change within an epoch
    home, dtype = device_of(parameter), dtype_name(parameter.dtype)
    there = False  # the loader has brought them home
    if isinstance(loader, DataLoader) and loader.transform is None:
        there = as_device(loader.device) == home
    kept: set[Any] = set()  # data types that need no conversion

    def ready(a: Array) -> Array:
        a = a if there else to_device(a, home)
        if a.dtype in kept:
            return a
        converted = _cast(a, dtype)
        if converted is a:
            kept.add(a.dtype)
        return converted

    for batch in loader:
        x, y, w = _checked("fit", batch)
        yield ready(x), ready(y), None if w is None else ready(w)


def groups(batches: Iterable[Batch], size: int) -> Iterator[list[Batch]]:
    """Yield lists of `size` batches; the last one may be shorter.

    Examples
    --------
    >>> [len(group) for group in groups([(1, 2, None)] * 5, 2)]
    [2, 2, 1]
    """
    group: list[Batch] = []
    for batch in batches:
        group.append(batch)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def predict(model: Module, x: Any, batch_size: int) -> Array:
    """Return the outputs of a model for an array, a data frame, or the rows of a sparse matrix.

    Of a sparse matrix, (N, D), no more than `batch_size` rows are dense at a time.
    """
    if is_frame(x):
        x = rows_of("predict", x)
    if not is_sparse(x):
        return model.predict(in_dtype_of(model, x), batch_size=batch_size)
    rows = x.tocsr()
    starts = range(0, max(1, rows.shape[0]), batch_size)
    pieces = (dense_rows(rows, slice(start, start + batch_size)) for start in starts)
    return np.concatenate([model.predict(in_dtype_of(model, piece)) for piece in pieces])


def in_dtype_of(model: Module, x: Array) -> Array:
    """Return floating-point numbers in the dtype of the model's parameters, others as they are."""
    parameter = _first_parameter(model)
    return x if parameter is None else _cast(x, dtype_name(parameter.dtype))


def _first_parameter(model: Module) -> Parameter | None:
    return next((p for p in model.parameters() if is_floating(p)), None)


def _cast(x: Array, dtype: str) -> Array:
    if not is_floating(x) or dtype_name(x.dtype) == dtype:
        return x
    xp = namespace(x)
    return xp.astype(x, dtype_of(xp, dtype))


def _checked(where: str, batch: Any) -> Batch:
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        got = f"{len(batch)} arrays" if isinstance(batch, tuple | list) else type(batch).__name__
        raise DataError(
            f"{where}: a batch must be a pair (x, y), got {got}; make a data set of inputs and "
            "targets, ArrayDataset(X, y), or of those and weights, ArrayDataset(X, y, weights)"
        )
    x, y, *rest = batch
    if rest:
        require_weights(where, x, rest[0])
    return x, y, rest[0] if rest else None


def require_good_data(where: str, loader: DataLoader, loss: Any) -> None:
    """Raise if the data hold NaN or infinity, or the loss cannot use the targets or the weights.

    Only data that are on the host are searched for NaN: on a GPU it would take memory and time.
    Data sets that are not made of arrays are not looked at.
    """
    dataset = loader.dataset
    # a transform may make data good that are not; an augmentation does not
    known = loader.transform is None or isinstance(loader.transform, Augmentation)
    if not isinstance(dataset, ArrayDataset | SparseDataset) or not known:
        return
    if isinstance(dataset, SparseDataset):
        x, y, weights = _checked(where, (dataset.matrix, *dataset.arrays))
        _require_finite_rows(where, x)
    else:
        x, y, weights = _checked(where, dataset.arrays)
    for what, array in (("inputs", x), ("targets", y), ("weights", weights)):
        if isinstance(array, np.ndarray) and is_floating(array):
            _require_finite(where, what, array)
    require_kind(where, loss, y)
    if weights is not None:
        require_weighable(where, loss)
        if isinstance(weights, np.ndarray):
            require_positive(where, weights)


def _require_finite(where: str, what: str, array: np.ndarray) -> None:
    # in pieces, so that the mask of a large array takes no memory to speak of
    rows = max(1, 2**22 // max(1, array[:1].size))
    for start in range(0, array.shape[0], rows):
        piece = array[start : start + rows]
        # a sum is NaN or infinite if an element is: one fast pass, no mask
        with np.errstate(all="ignore"):
            if np.isfinite(np.sum(piece, dtype=np.float64)):
                continue
        good = np.isfinite(to_numpy(piece)).reshape(piece.shape[0], -1).all(axis=1)
        if not good.all():
            first = start + int(np.argmin(good))
            value = array[first][~np.isfinite(array[first])].flat[0]
            raise _not_finite(where, what, value, first)


def _require_finite_rows(where: str, matrix: Any) -> None:
    """Look at the numbers that a sparse matrix stores; the others are 0."""
    good = np.isfinite(matrix.data)
    if not good.all():
        place = int(np.argmin(good))
        sample = int(np.searchsorted(matrix.indptr, place, side="right")) - 1
        raise _not_finite(where, "inputs", matrix.data[place], sample)


def _not_finite(where: str, what: str, value: Any, sample: int) -> DataError:
    return DataError(
        f"{where}: {what} must be finite numbers, got {value} in sample {sample}; remove such "
        "samples or fill the gaps, or pass check_data=False"
    )
