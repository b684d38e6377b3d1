"""Dropout of CuPy arrays, run on the CPU: the words of the draw are those that the host draws."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run
from xpnet.backend import random
from xpnet.kernels.cupy import gpu as launching


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [1, 7, 8, 9, 16, 2049])
@pytest.mark.parametrize("draw", [(0, 0), (2**64 - 1, 3), (7, 2**40 + 1)])
def test_the_mask_is_that_of_numpy_bit_by_bit(gpu, dtype, size, draw):
    for p in (0.0, 0.25, 0.5, 0.9, 1.0):
        y, dx, _ = run("dropout", moved([np.ones(size, dtype), None]), p=p, draw=draw,
                       dy=np.ones(size, dtype))  # fmt: skip
        keep = random.bits_of(draw, size) >= round(p * 2**32)
        np.testing.assert_array_equal(y != 0, keep)
        np.testing.assert_array_equal(y, dx)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 5, 4), (2, 9, 3, 2), (1, 1, 1, 1)])
def test_channels_are_dropped_as_a_whole(gpu, dtype, shape):
    options = {"p": 0.5, "draw": (4, 2), "shared_axes": len(shape) - 2}
    y, *_ = agree("dropout", [np.ones(shape), None], dtype=dtype, **options)
    keep = random.bits_of((4, 2), shape[0] * shape[1]) >= 2**31
    np.testing.assert_array_equal((y != 0).reshape(keep.size, -1).all(axis=1), keep)
    np.testing.assert_array_equal((y != 0).reshape(keep.size, -1).any(axis=1), keep)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_number_without_axes_has_none_afterwards(gpu, dtype):
    agree("dropout", [np.ones(()), None], dtype=dtype, p=0.5, draw=(4, 2))


def test_the_mask_does_not_depend_on_the_grid_or_on_how_elements_are_counted(gpu, monkeypatch):
    arrays = moved([np.ones(3000, "float32"), None])
    options = {"p": 0.3, "draw": (1, 1)}
    y, *_ = run("dropout", arrays, **options)
    monkeypatch.setattr(launching, "MAX_BLOCKS", 1)
    monkeypatch.setattr(launching, "MAX_SMALL", 0)
    np.testing.assert_array_equal(run("dropout", arrays, **options)[0], y)


def test_dropped_elements_are_zero_even_if_they_were_infinite(gpu):
    y, *_ = run("dropout", moved([np.full(100, np.inf), None]), p=0.5, draw=(0, 0))
    assert set(y.tolist()) == {0.0, np.inf}


def test_a_mask_that_is_given_is_left_to_the_generic_op():
    accepts, x = kernel_of("dropout").accepts, np.ones(3)
    assert accepts(x, None, p=0.5, draw=(0, 0)) is True
    assert accepts(x, x > 0, p=0.5) is False
    assert accepts(x[:0], None, p=0.5, draw=(0, 0)) is False
    assert accepts(np.ones(3, int), None, p=0.5, draw=(0, 0)) is False
