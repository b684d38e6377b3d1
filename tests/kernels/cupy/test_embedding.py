"""Rows of a table picked by number, for CuPy arrays, run on the CPU."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run
from xpnet.kernels.cupy import embedding

rng = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rows", [1, 2, 5, 64, 100])
@pytest.mark.parametrize("places", [(1,), (7,), (8,), (9,), (3, 4), (2, 3, 11)])
def test_numbers_that_occur_several_times_count_several_times(gpu, dtype, rows, places):
    arrays = [rng.standard_normal((rows, 3)), rng.integers(0, rows, places)]
    agree("embedding", arrays, dtype=dtype)
    agree("embedding", arrays, dtype=dtype, padding_idx=0)
    agree("embedding", arrays, dtype=dtype, padding_idx=-1)


@pytest.mark.parametrize("threads", [1, 3, 12, 1000])
def test_gradients_do_not_depend_on_the_number_of_threads(gpu, monkeypatch, threads):
    arrays = moved([rng.standard_normal((9, 3)), rng.integers(0, 9, 50)])
    _, dw, _ = run("embedding", arrays)
    monkeypatch.setattr(embedding, "BACK_THREADS", threads)
    np.testing.assert_array_equal(run("embedding", arrays)[1], dw)


def test_sums_are_made_in_the_order_of_the_places(gpu):
    dy = np.float32([[1e8], [1.0], [-1e8], [1.0]])
    arrays = moved([np.zeros((3, 1), "float32"), np.array([1, 1, 1, 1])])
    _, dw, _ = run("embedding", arrays, dy=dy)
    assert dw.tolist() == [[0.0], [1.0], [0.0]]  # 1e8 + 1 is 1e8


def test_sums_of_half_precision_are_made_in_single_precision(gpu):
    dy = np.full((3000, 1), 1.0, "float16")
    arrays = moved([np.zeros((2, 1), "float16"), np.ones(3000, int)])
    _, dw, _ = run("embedding", arrays, dy=dy)
    assert dw.tolist() == [[0.0], [3000.0]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_that_do_not_exist_are_nan_and_get_nothing(gpu, dtype):
    arrays = moved([np.ones((3, 2), dtype), np.array([0, 3, -1, 2])])
    y, dw, _ = run("embedding", arrays, dy=np.ones((4, 2), dtype))
    assert np.isnan(y[1:3]).all()
    assert (y[[0, 3]] == 1).all()
    assert dw.tolist() == [[1, 1], [0, 0], [1, 1]]


@pytest.mark.parametrize("kind", ["int8", "uint8", "int32", "int64", "uint64"])
def test_numbers_of_every_integer_dtype(gpu, kind):
    agree("embedding", [rng.standard_normal((4, 3)), np.array([0, 2, 3, 2], kind)])


def test_what_has_no_elements_is_left_to_the_generic_op():
    accepts, w = kernel_of("embedding").accepts, np.ones((3, 2))
    assert accepts(w, np.array([1])) is True
    assert accepts(w, np.array([], int)) is False
    assert accepts(w[:0], np.array([1])) is False
    assert accepts(np.ones((3, 2), int), np.array([1])) is False
