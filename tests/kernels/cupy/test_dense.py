"""Dense layers in turn for CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run
from xpnet.kernels.cupy import dense

rng = np.random.default_rng(0)


def layers(rows, *widths, bias=True):
    """Whole numbers, whose sums are exact in every dtype: none is rounded across zero."""
    shapes = [(rows, widths[0])]
    for before, after in pairwise(widths):
        shapes += [(after, before), (after,) if bias else None]
    return [None if s is None else rng.integers(-1, 2, s).astype("float64") for s in shapes]


def inputs_of(arrays):
    return tuple(i for i, x in enumerate(arrays) if x is not None)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rectify_last", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("widths", [(3, 2), (1, 1, 1), (4, 33, 5), (7, 32, 64, 1)], ids=str)
def test_layers_of_every_width(gpu, dtype, rectify_last, bias, widths):
    for rows in (1, 2, 17, 70):
        arrays = layers(rows, *widths, bias=bias)
        agree("dense", arrays, inputs_of(arrays), dtype, rectify_last=rectify_last)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_over_many_rows_are_made_in_parts(gpu, monkeypatch, dtype):
    monkeypatch.setattr(dense, "ROWS", 3)
    for parts, rows in product((2, 64), (5, 6, 100)):
        monkeypatch.setattr(dense, "PARTS", parts)
        arrays = layers(rows, 4, 35, 3)
        agree("dense", arrays, inputs_of(arrays), dtype, rectify_last=True)


def test_every_choice_of_gradients(gpu):
    arrays = layers(6, 3, 4, 2)
    for chosen in product([False, True], repeat=len(arrays)):
        if any(chosen):
            agree("dense", arrays, tuple(i for i, c in enumerate(chosen) if c))


def test_errors_pass_where_a_unit_is_positive_and_nowhere_else(gpu):
    x, dy = np.array([[0.0, -1.0, 2.0]]), np.full((1, 3), np.inf)
    arrays = moved([x, np.eye(3), np.zeros(3)])
    y, _, _, db = run("dense", arrays, (2,), dy, rectify_last=True)
    assert y.tolist() == [[0.0, 0.0, 2.0]]
    assert db.tolist() == [0.0, 0.0, np.inf]


def test_a_sum_that_is_no_number_stays_so(gpu):
    arrays = moved([np.array([[np.nan]]), np.eye(1), np.zeros(1)])
    y, _, _, db = run("dense", arrays, (2,), np.ones((1, 1)), rectify_last=True)
    assert np.isnan(y).all()
    assert db.tolist() == [0.0]


def test_the_error_that_came_is_left_alone(gpu):
    arrays = moved(layers(5, 3, 4))
    (dy,) = moved([np.ones((5, 4))])
    kernel = kernel_of("dense")
    for rectify_last in (False, True):
        _, saved = kernel.forward(*arrays, rectify_last=rectify_last)
        kernel.backward(dy, saved, (True, True, True))
        assert (dy == 1).all()


def test_what_does_not_fit_is_left_to_the_generic_op():
    accepts, x, w = kernel_of("dense").accepts, np.ones((2, 3)), np.ones((4, 3))
    assert accepts(x, w, None, np.ones((1, 4)), np.ones(1)) is True
    assert accepts(x[:0], w, None) is False
    assert accepts(x[0], w, None) is False
    assert accepts(x, w.astype("float32"), None) is False
    assert accepts(x, w, np.ones(4, "float32")) is False
    assert accepts(x, w, None, np.ones((1, 3)), None) is False
