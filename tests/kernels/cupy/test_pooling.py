"""Pooling of CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, errors_like, moved, run
from xpnet.ops import max_pool

rng = np.random.default_rng(0)


def different(*shape):
    """Numbers that are different in every dtype."""
    return rng.permutation(np.prod(shape)).reshape(shape) / 256.0 - 0.3


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("stride", [None, 1, 2, (3, 2)])
def test_every_geometry_of_a_maximum(gpu, dtype, ceil_mode, stride):
    for kernel, padding, dilation in product([2, (3, 2)], [0, 1, (1, 0)], [1, 2]):
        agree(
            "max_pool",
            [different(2, 3, 8, 7)],
            dtype=dtype,
            kernel_size=kernel,
            stride=stride,
            padding=padding,
            dilation=dilation,
            ceil_mode=ceil_mode,
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("stride", [None, 1, 2, (3, 2)])
def test_every_geometry_of_a_mean(gpu, dtype, ceil_mode, stride):
    for kernel, padding, counted in product([2, (3, 2)], [0, 1, (1, 0)], [True, False]):
        agree(
            "avg_pool",
            [different(2, 3, 8, 7)],
            dtype=dtype,
            kernel_size=kernel,
            stride=stride,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=counted,
        )


@pytest.mark.parametrize("op", ["max_pool", "avg_pool"])
@pytest.mark.parametrize("stride", [None, 1, 3])
def test_every_geometry_of_sequences(gpu, op, stride):
    for padding, ceil_mode in product([0, 1], [False, True]):
        options = {"kernel_size": 3, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
        agree(op, [different(2, 3, 11)], **options)


def test_of_equal_elements_the_first_wins(gpu):
    x = np.zeros((1, 2, 6, 6))
    agree("max_pool", [x], kernel_size=3, stride=1, padding=1)
    agree("max_pool", [rng.integers(0, 3, (2, 2, 6, 6)) * 1.0], kernel_size=3, stride=2)


def test_nan_wins_as_in_the_generic_op(gpu):
    x = different(1, 2, 6, 6)
    x[0, 0, 2, 3] = x[0, 0, 3, 3] = x[0, 1, 0, 0] = np.nan
    for stride in (1, 2):
        agree("max_pool", [x], kernel_size=3, stride=stride)


@pytest.mark.parametrize("dtype", DTYPES)
def test_infinite_and_smallest_numbers_meet_padding_as_in_the_generic_op(gpu, dtype):
    options = {"kernel_size": 2, "stride": 1, "padding": 1}
    for value in (-np.inf, np.inf, np.finfo(dtype).min):
        x = np.full((1, 1, 3, 3), value, dtype)
        y, saved = max_pool.forward(x, **options)
        dx = max_pool.backward(errors_like(y), saved, (True,))[0]
        for actual, wanted in zip(run("max_pool", moved([x]), **options), (y, dx), strict=True):
            np.testing.assert_allclose(actual, wanted, rtol=1e-3)


def test_an_element_that_wins_in_two_windows_gets_both_errors(gpu):
    x = np.zeros((1, 1, 1, 3), "float32")
    x[0, 0, 0, 1] = 1.0
    _, dx = run("max_pool", moved([x]), kernel_size=(1, 2), stride=1, dy=np.float32([[[[2, 3]]]]))
    assert dx.ravel().tolist() == [0.0, 5.0, 0.0]
