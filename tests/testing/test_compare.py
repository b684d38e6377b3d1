"""assert_close looks at library, dtype, device and shape before it looks at values."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.testing import assert_close, backends


def test_equal_arrays_are_close(backend):
    x = backend.asarray([1.0, 2.0])
    assert_close(x, x)
    assert_close(xn.Tensor(x), x)
    assert_close(x, [1.0, 2.0])
    assert_close(x, np.asarray([1.0, 2.0], dtype="float32"))


def test_the_dtype_counts(backend):
    with pytest.raises(AssertionError, match="dtype is float32, expected float64"):
        assert_close(backend.asarray([1.0]), np.asarray([1.0]))


def test_the_shape_counts_even_where_it_would_broadcast(backend):
    with pytest.raises(AssertionError, match=r"shape is \(1,\), expected \(\)"):
        assert_close(backend.asarray([1.0]), 1.0)


@pytest.mark.parametrize("other", backends("strict", "torch", "jax"), ids=str)
def test_the_library_counts(other):
    if other.unavailable():
        pytest.skip(other.unavailable())
    with pytest.raises(AssertionError, match="device is cpu, expected"):
        assert_close(np.float32([1.0]), other.asarray([1.0]))


def test_the_device_counts():
    first, second = (xn.asarray([1.0], device=f"strict:device{i}") for i in (1, 2))
    with pytest.raises(AssertionError, match="device is strict:device1, expected strict:device2"):
        assert_close(first, second)
    assert_close(first, second, check_home=False)


def test_values_count_up_to_a_tolerance_that_follows_the_dtype(backend):
    for dtype, small, large in (("float32", 1e-6, 1e-4), ("float64", 1e-12, 1e-8)):
        x = np.asarray([1.0, 2.0], dtype=dtype)
        assert_close(backend.asarray(x + small, dtype), x)
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_close(backend.asarray(x + large, dtype), x)
        assert_close(backend.asarray(x + large, dtype), x, atol=1e-3)


def test_integers_must_be_the_same(backend):
    assert_close(backend.asarray([1, 2]), np.asarray([1, 2]))
    with pytest.raises(AssertionError):
        assert_close(backend.asarray([1, 2]), np.asarray([1, 3]))


def test_nan_is_close_to_nan(backend):
    assert_close(backend.asarray([float("nan")]), [float("nan")])
