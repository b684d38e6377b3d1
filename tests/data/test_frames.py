from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import device_of, to_numpy
from xpnet.data import ArrayDataset, DataLoader
from xpnet.data.frames import is_frame, rows_of
from xpnet.errors import DataError
from xpnet.training import Trainer

COLUMNS = {"a": [1.0, 2.0, 3.0], "b": [0, 1, 0], "c": [True, False, True]}
VALUES = np.asarray([[1.0, 0.0, 1.0], [2.0, 1.0, 0.0], [3.0, 0.0, 1.0]])


@pytest.fixture(params=["pandas", "polars"])
def library(request):
    return pytest.importorskip(request.param)


def test_columns_of_several_types_become_one_array(library):
    frame = library.DataFrame(COLUMNS)
    rows = rows_of("test", frame)
    np.testing.assert_array_equal(rows, VALUES)
    assert rows.dtype == np.float64 and rows.flags.c_contiguous
    assert is_frame(frame) and is_frame(frame["a"])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_columns_of_one_type_keep_it(library, dtype):
    values = (10 * VALUES).astype(dtype)
    frame = library.DataFrame({name: values[:, i] for i, name in enumerate("abc")})
    assert rows_of("test", frame).dtype == np.dtype(dtype)
    np.testing.assert_array_equal(rows_of("test", frame), values)
    np.testing.assert_array_equal(rows_of("test", frame["b"]), values[:, 1])


def test_data_sets_and_loaders_take_frames_where_they_take_arrays(library, backend):
    frame, y = library.DataFrame(COLUMNS), library.Series([0, 1, 1])
    dataset = ArrayDataset(frame, y)
    assert [x.shape for x in dataset.arrays] == [(3, 3), (3,)]
    for data in ((frame, y), [frame, y], dataset):
        x, labels = next(iter(DataLoader(data, batch_size=3)))
        assert device_of(x) == backend.device
        np.testing.assert_array_equal(to_numpy(x), VALUES)
        np.testing.assert_array_equal(to_numpy(labels), [0, 1, 1])
    (alone,) = next(iter(DataLoader(frame, batch_size=3)))
    np.testing.assert_array_equal(to_numpy(alone), VALUES)


def test_training_and_predicting_take_frames(library, backend):
    frame, y = library.DataFrame(COLUMNS), library.Series([0, 1, 1])

    def trained(data):
        xn.manual_seed(0)
        trainer = Trainer(xn.models.SoftmaxRegression(3, 2), "sgd")
        return trainer, trainer.fit(data, validation=data, epochs=2, progress=False)

    trainer, history = trained((frame, y))
    other, expected = trained((VALUES, np.asarray([0, 1, 1])))
    assert history["loss"] == expected["loss"]
    np.testing.assert_array_equal(trainer.predict(frame), other.predict(VALUES))
    with pytest.raises(DataError, match=r"got one DataFrame; pass \(X, y\)"):
        trainer.fit(frame, progress=False)


def test_columns_without_numbers_are_named(library):
    frame = library.DataFrame({"age": [1, 2], "city": ["Ulm", "Bonn"], "job": ["a", "b"]})
    with pytest.raises(DataError, match=r"must hold numbers.* in 2: 'city', 'job'; leave them out"):
        ArrayDataset(frame)
    with pytest.raises(DataError, match=r"in 1: 'city'; .*turn categories into numbers"):
        ArrayDataset(frame[["age", "city"]])
    with pytest.raises(DataError, match="in 1: 'city'"):
        ArrayDataset(frame["city"])


def test_a_gap_is_an_error_before_training(library):
    frame = library.DataFrame({"a": [1.0, None, 3.0]})
    trainer = Trainer(xn.models.SoftmaxRegression(1, 2), "sgd")
    with pytest.raises(DataError, match="got nan in sample 1"):
        trainer.fit((frame, [0, 1, 1]), progress=False)


def test_columns_that_share_a_name_and_missing_integers():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([[1.0, True], [2.0, False]], columns=["a", "a"])
    np.testing.assert_array_equal(rows_of("test", frame), [[1.0, 1.0], [2.0, 0.0]])
    whole = pandas.DataFrame({"a": pandas.array([1, 2], dtype="Int64")})
    np.testing.assert_array_equal(rows_of("test", whole), [[1], [2]])
    gaps = pandas.DataFrame({"a": pandas.array([1, None], dtype="Int64"), "b": [1, 2]})
    assert np.isnan(rows_of("test", gaps)[1, 0])


def test_what_only_looks_like_a_frame_is_none():
    assert not is_frame(SimpleNamespace(to_numpy=3))
    assert not any(map(is_frame, (np.ones(2), [1.0], np.float64(1.0), None, "text", dict)))
