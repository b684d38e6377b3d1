from __future__ import annotations

import numpy as np
import pytest

from xpnet.backend import device_of, to_numpy
from xpnet.data import ArrayDataset
from xpnet.errors import DataError, DTypeError, ShapeError

X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = np.asarray([0, 1, 2, 0, 1, 2])


def values(arrays):
    return [to_numpy(x).tolist() for x in arrays]


@pytest.fixture
def dataset(backend):
    return ArrayDataset(backend.asarray(X), backend.asarray(Y))


def test_the_length_is_the_first_dimension(dataset):
    assert len(dataset) == 6


@pytest.mark.parametrize("index", [0, 5, -1, -6, np.int64(2)])
def test_an_integer_chooses_one_sample(dataset, index):
    assert values(dataset[index]) == [X[index].tolist(), Y[index].tolist()]


@pytest.mark.parametrize(
    "index",
    [slice(1, 4), slice(None), slice(None, None, 2), slice(-2, None), slice(None, None, -1),
     slice(4, 0, -2), slice(3, 3)],
    ids=str,
)  # fmt: skip
def test_a_slice_chooses_as_in_numpy(dataset, index):
    assert values(dataset[index]) == [X[index].tolist(), Y[index].tolist()]


@pytest.mark.parametrize("index", [[4, 0, 4], [-1, 0], np.asarray([2], dtype=np.uint8), []])
def test_integers_choose_samples_in_their_order(dataset, index):
    expected = np.asarray(index, dtype=np.int64)
    assert values(dataset[index]) == [X[expected].tolist(), Y[expected].tolist()]


def test_indices_may_be_an_array_of_the_same_library(backend, dataset):
    assert values(dataset[backend.asarray(np.asarray([3, 1]))]) == [X[[3, 1]].tolist(), [0, 1]]


def test_a_mask_chooses_where_it_is_true(dataset):
    assert values(dataset[Y == 2]) == [X[[2, 5]].tolist(), [2, 2]]


@pytest.mark.parametrize("index", [2, slice(1, 3), [1, 2]], ids=str)
def test_what_is_chosen_stays_on_its_device(backend, dataset, index):
    for chosen, x in zip(dataset[index], dataset.arrays, strict=True):
        assert device_of(chosen) == backend.device
        assert chosen.dtype == x.dtype


def test_a_subset_keeps_names(backend):
    whole = ArrayDataset(backend.asarray(Y), class_names=["a", "b", "c"], name="letters")
    part = whole.subset([0, 1])
    assert (len(part), part.class_names, part.name) == (2, ("a", "b", "c"), "letters")


def test_to_moves_every_array_and_keeps_the_original(backend):
    host = ArrayDataset(X, Y, name="points")
    moved = host.to(backend.device.name)
    assert [device_of(x) for x in moved.arrays] == [backend.device] * 2
    assert values(moved.arrays) == values(host.arrays)
    assert moved.name == "points"
    assert isinstance(host.arrays[0], np.ndarray)


def test_to_without_a_device_means_the_current_one(backend):
    assert device_of(ArrayDataset(X).to().arrays[0]) == backend.device


def test_iteration_gives_each_sample_once(dataset):
    assert [int(y) for _, y in dataset] == Y.tolist()


def test_lists_become_numpy_arrays_of_the_default_types():
    x, y = ArrayDataset([[0.5], [1.5]], [0, 1]).arrays
    assert (x.dtype, y.dtype) == (np.float32, np.int64)


def test_arrays_are_held_without_a_copy():
    assert ArrayDataset(X).arrays[0] is X


def test_the_representation_names_shapes_and_types(dataset):
    assert repr(dataset) == "ArrayDataset(6 samples: (2,) float32, () int64)"


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ShapeError, match=r"share their first dimension, got \(6, 2\), \(5,\); the"):
        ArrayDataset(X, Y[:5])


def test_a_number_is_refused():
    with pytest.raises(ShapeError, match=r"must be \(N, ...\), got \(\); .* wrap it in a list"):
        ArrayDataset(np.asarray(1.0))


def test_no_array_is_refused():
    with pytest.raises(DataError, match=r"got none; write ArrayDataset\(features, labels\)"):
        ArrayDataset()


def test_no_sample_is_refused():
    with pytest.raises(DataError, match=r"at least one sample, got \(0, 2\), \(0,\); check"):
        ArrayDataset(X[:0], Y[:0])


@pytest.mark.parametrize("index", [6, -7])
def test_an_index_out_of_range_is_an_index_error(dataset, index):
    with pytest.raises(IndexError, match=rf"must be in \[-6, 6\), got {index}; .* has 6 samples"):
        dataset[index]


def test_indices_out_of_range_are_an_index_error(dataset):
    with pytest.raises(IndexError, match=r"in \[-6, 6\), got 0 to 6; the data set has 6 samples"):
        dataset[[0, 6]]


@pytest.mark.parametrize("index", [1.5, [0.5], [[0, 1]], [True, False], "ab"], ids=str)
def test_an_index_of_another_kind_is_refused(dataset, index):
    with pytest.raises(DTypeError, match="index must be an integer, a slice, a 1-d array of int"):
        dataset[index]
