from __future__ import annotations

import numpy as np
import pytest

from xpnet.backend import device_of, to_numpy
from xpnet.data.gather import slice_rows, stack_rows, take_rows
from xpnet.errors import ShapeError

X = np.arange(24, dtype=np.float32).reshape(6, 4)
LAYOUTS = {
    "contiguous": X,
    "Fortran order": np.asfortranarray(X),
    "every second column": np.repeat(X, 2, axis=1)[:, ::2],
    "reversed": X[::-1].copy()[::-1],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rows_are_taken_from_arrays_of_any_layout(layout):
    x = LAYOUTS[layout]
    rows = take_rows(x, np.asarray([5, 0, 5]))
    np.testing.assert_array_equal(rows, X[[5, 0, 5]])
    assert not np.shares_memory(rows, x)


def test_rows_are_taken_on_the_device_of_the_array(backend):
    rows = take_rows(backend.asarray(X), backend.asarray(np.asarray([1, 3])))
    assert device_of(rows) == backend.device
    np.testing.assert_array_equal(to_numpy(rows), X[[1, 3]])


def test_a_slice_of_a_numpy_array_is_a_view():
    assert np.shares_memory(slice_rows(X, 1, 3), X)


def test_read_only_and_memory_mapped_arrays_work(tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(take_rows(mapped, np.asarray([2])), X[[2]])


def test_samples_are_stacked_on_their_device(backend):
    rows = stack_rows([backend.asarray(X[0]), backend.asarray(X[1])])
    assert device_of(rows) == backend.device
    np.testing.assert_array_equal(to_numpy(rows), X[:2])


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([1, 2], np.int64), ([1.0, 2.0], np.float32), ([np.uint8(1), np.uint8(2)], np.uint8)],
    ids=["int", "float", "NumPy scalar"],
)
def test_numbers_are_stacked_into_numpy_arrays(values, dtype):
    assert stack_rows(values).dtype == dtype


def test_samples_of_different_shapes_are_refused():
    with pytest.raises(ShapeError, match=r"one shape, got \[\(3,\), \(4,\)\]; crop or pad them"):
        stack_rows([np.ones(4), np.ones(3)])
