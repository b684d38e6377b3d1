"""What the standard lacks: one_hot, pad, scatter_add, erf."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import extra
from xpnet.errors import ArgumentError
from xpnet.testing import assert_close, gradcheck


def normal(backend, *shape, dtype="float64"):
    return backend.asarray(np.random.default_rng(0).standard_normal(shape).astype(dtype))


# ---- one_hot -----------------------------------------------------------------------------------


def test_one_hot_puts_a_one_where_the_class_is(backend):
    labels = backend.asarray([[0, 2], [1, 1]])
    dtype = backend.xp.float32
    hot = extra.one_hot(labels, 3, dtype, backend.xp)
    assert_close(hot, np.eye(3, dtype="float32")[[[0, 2], [1, 1]]])
    assert xn.device_of(hot) == backend.device


def test_one_hot_of_an_index_outside_is_a_row_of_zeros(backend):
    hot = extra.one_hot(backend.asarray([-1, 3]), 3, backend.xp.float64, backend.xp)
    assert_close(hot, np.zeros((2, 3)))


# ---- pad ---------------------------------------------------------------------------------------


def test_pad_adds_a_border_of_one_value(backend):
    x = normal(backend, 2, 3)
    padded = extra.pad(x, [(0, 1), (2, 0)], -1.5)
    assert_close(padded, np.pad(xn.to_numpy(x), [(0, 1), (2, 0)], constant_values=-1.5))
    assert xn.device_of(padded) == backend.device


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3)])
def test_pad_takes_any_number_of_axes(backend, shape):
    x = normal(backend, *shape, dtype="float32")
    widths = [(1, 2)] * len(shape)
    assert_close(extra.pad(x, widths), np.pad(xn.to_numpy(x), widths) if shape else x)


def test_pad_can_be_differentiated_twice(backend):
    gradcheck(lambda x: extra.pad(x * x, ((1, 0), (2, 3)), 4.0), normal(backend, 2, 3), order=2)


@pytest.mark.parametrize("widths", [[(1, 1)], [(1, 1), (-1, 0)]])
def test_pad_wants_a_pair_for_each_axis(widths):
    with pytest.raises(ArgumentError, match=r"pad: widths must be 2 pairs"):
        extra.pad(np.ones((2, 2)), widths)


# ---- scatter_add -------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_repeated_indices_accumulate(backend, axis, dtype):
    x = normal(backend, 4, 4, 3 if axis != -1 else 4, dtype=dtype)
    indices = [2, 0, 2, 2]
    total = extra.scatter_add(x, backend.asarray(indices), 5, axis=axis)
    expected = np.zeros(tuple(5 if i == axis % 3 else n for i, n in enumerate(x.shape)), dtype)
    np.add.at(np.moveaxis(expected, axis, 0), indices, np.moveaxis(xn.to_numpy(x), axis, 0))
    assert_close(total, expected)
    assert xn.device_of(total) == backend.device


def test_scatter_add_of_nothing_is_zero(backend):
    values = normal(backend, 0, 2)
    total = extra.scatter_add(values, backend.asarray(np.zeros(0, dtype="int64")), 3)
    assert_close(total, np.zeros((3, 2)))


def test_a_row_of_nan_spoils_its_own_slot_only(backend):
    values = backend.asarray(np.asarray([np.nan, np.inf, 1.0, 2.0]))
    total = xn.to_numpy(extra.scatter_add(values, backend.asarray([0, 1, 2, 2]), 4))
    np.testing.assert_array_equal(total, [np.nan, np.inf, 3.0, 0.0])


def test_scatter_add_can_be_differentiated_twice(backend):
    indices = backend.asarray([1, 0, 1])
    gradcheck(
        lambda x: extra.scatter_add(x * x, indices, 4, axis=1), normal(backend, 2, 3), order=2
    )


# ---- erf ---------------------------------------------------------------------------------------


def test_erf_agrees_with_scipy_to_the_last_digits(backend):
    special = pytest.importorskip("scipy.special")
    host = np.concatenate(
        [np.linspace(-7, 7, 20001), np.logspace(-300, 2, 1000), -np.logspace(-300, 2, 100), [0.0]]
    )
    expected = special.erf(host)
    assert_close(extra.erf(backend.asarray(host)), expected, rtol=1e-15, atol=1e-300)


def test_erf_of_the_extremes(backend):
    x = backend.asarray(np.asarray([-math.inf, math.inf, -1e300, 1e300, math.nan, 0.0]))
    with np.errstate(all="raise", invalid="ignore"):
        y = xn.to_numpy(extra.erf(x))
    np.testing.assert_array_equal(y, [-1.0, 1.0, -1.0, 1.0, math.nan, 0.0])


def test_erf_keeps_float32_and_is_exact_to_its_last_digits(backend):
    special = pytest.importorskip("scipy.special")
    host = np.linspace(-5, 5, 1001, dtype="float32")
    y = extra.erf(backend.asarray(host))
    assert_close(y, special.erf(host), rtol=5e-7, atol=0)


def test_erf_can_be_differentiated_three_times(backend):
    slope = xn.grad(lambda x: xn.namespace(x).sum(extra.erf(x)))
    gradcheck(slope, normal(backend, 5), order=2)
