"""Reading and writing elements: every form of key, and gradients that find their way back."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import AutogradError
from xpnet.testing import assert_close, gradcheck

VALUES = np.arange(24.0).reshape(2, 3, 4) + 1.0

KEYS = {
    "integer": 1,
    "negative integers": (-1, 2),
    "all integers": (0, 1, 2),
    "slice": slice(1, None),
    "slices": (slice(None), slice(0, 2), slice(1, 4, 2)),
    "ellipsis": (..., 0),
    "ellipsis alone": ...,
    "newaxis": (None, slice(None), None),
    "empty slice": slice(2, 2),
    "integer and slice": (slice(None), 1),
    "no index": (),
}


def not_in_strict(backend, key):
    """array-api-strict wants an index for every axis, or an ellipsis."""
    parts = key if isinstance(key, tuple) else (key,)
    given = sum(part is not None and part is not ... for part in parts)
    return "strict" in str(backend) and given < 3 and ... not in parts


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_reading_with_slices_and_integers(backend, key):
    if not_in_strict(backend, key):
        key = (*key, ...) if isinstance(key, tuple) else (key, ...)
    x = backend.asarray(VALUES)
    assert_close(xn.Tensor(x)[key], x[key])
    gradcheck(lambda x: x[key] * x[key], x, order=2)


def test_reading_backwards(backend):
    if str(backend) == "torch":
        pytest.skip("PyTorch has no negative steps")
    x = backend.asarray(VALUES)
    gradcheck(lambda x: x[::-1, ..., ::-2] ** 2, x, order=2)


def test_reading_with_a_mask(backend):
    if str(backend) == "strict-no-bool":
        pytest.skip("has no boolean indexing")
    x = backend.asarray(VALUES)
    mask = x > 6.5
    assert_close(xn.Tensor(x)[mask], x[mask])
    gradcheck(lambda x: x[mask] ** 2, x, order=2)
    gradcheck(lambda x: x[x > 6.5] ** 2, x)


@pytest.mark.parametrize(
    "indices",
    [([0, 1, 0, 0], [2, 2, 2, -1], [3, 0, 3, 1]), ([[1], [0]], [[0, 0]], [[1, 3]])],
    ids=["repeated", "broadcast"],
)
def test_reading_with_integer_arrays_accumulates_repeated_positions(backend, indices):
    x = backend.asarray(VALUES)
    key = tuple(backend.asarray(part) for part in indices)
    tensors = tuple(xn.Tensor(part) for part in key)
    assert_close(xn.Tensor(x)[tensors], x[key])
    gradcheck(lambda x: x[key] ** 2, x, order=2)


def test_a_position_read_three_times_gets_three_gradients(backend):
    x = xn.Tensor(backend.asarray([1.0, 2.0]), requires_grad=True)
    x[backend.asarray([1, 1, 1])].sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [0.0, 3.0]


@pytest.mark.parametrize("function", ["take", "take_along_axis"])
def test_taking_the_same_element_again_accumulates(backend, function):
    x = xn.Tensor(backend.asarray([1.0, 2.0, 3.0]), requires_grad=True)
    indices = backend.asarray([2, 0, 2, -1])
    getattr(xn.namespace(x), function)(x, indices).sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [1.0, 0.0, 3.0]


def test_a_mask_can_be_a_tensor(backend):
    if str(backend) == "strict-no-bool":
        pytest.skip("has no boolean indexing")
    x = xn.Tensor(backend.asarray([1.0, 2.0, 3.0]), requires_grad=True)
    x[x > 1.5].sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [0.0, 1.0, 1.0]


# ---- writing -----------------------------------------------------------------------------------

WRITE_KEYS = {
    "integer": (1, ...),
    "element": (0, 1, 2),
    "slice": (slice(1, None), ..., slice(None, 2)),
    "ellipsis": ...,
}


@pytest.mark.parametrize("key", WRITE_KEYS.values(), ids=WRITE_KEYS.keys())
def test_writing_differentiates_the_old_and_the_new_values(backend, key):
    old = backend.asarray(VALUES)
    new = old[key] * 0.5 + 1.0

    def f(old, new):
        x = old * 1.0
        x[key] = new * new
        return x * x

    gradcheck(f, old, new, order=2)


def test_writing_a_value_that_is_broadcast_sums_its_gradient(backend):
    def f(old, new):
        x = old * old
        x[..., 1] = new
        return x * x

    gradcheck(f, backend.asarray(VALUES), backend.asarray(np.asarray(2.0)), order=2)
    gradcheck(f, backend.asarray(VALUES), backend.asarray(np.ones(3)), order=2)


def test_writing_numbers_and_bare_arrays(backend):
    def f(x):
        x = x * x
        x[0, 0, :] = 3.0
        x[1, ...] = backend.asarray(VALUES[0])
        return x * x

    gradcheck(f, backend.asarray(VALUES), order=2)


def test_writing_through_a_mask(backend):
    if str(backend) == "strict-no-bool":
        pytest.skip("has no boolean indexing")

    def f(x):
        y = x * x
        y[x > 6.5] = 0.0
        return y * x

    gradcheck(f, backend.asarray(VALUES), order=2)


def test_the_array_that_was_written_to_and_earlier_results_stay_as_they_are(backend):
    x = xn.Tensor(backend.asarray([1.0, 2.0]))
    before = x.data
    y = x * 1.0
    kept = y.data
    y[0] = 9.0
    assert xn.to_numpy(before).tolist() == [1.0, 2.0]
    assert xn.to_numpy(kept).tolist() == [1.0, 2.0]
    assert xn.to_numpy(y).tolist() == [9.0, 2.0]


def test_what_was_computed_before_writing_depends_on_the_old_values(backend):
    x = xn.Tensor(backend.asarray([1.0, 2.0]), requires_grad=True)
    y = x * 10.0
    z = y * y
    y[0] = 7.0
    w = y * 3.0
    y[1] = 8.0
    (z + w + y).sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [200.0, 430.0]


def test_second_derivatives_also_go_to_the_old_values(backend):
    def f(x):
        y = x * x
        z = y * y
        y[..., 0] = 3.0
        return z * y

    gradcheck(f, backend.asarray(VALUES[0]), order=2)


def test_a_recurrence_can_be_written_element_by_element(backend):
    def f(x):
        total = xn.namespace(x).zeros_like(x)
        total[0] = x[0]
        for i in range(1, x.shape[0]):
            total[i] = total[i - 1] * x[i] + x[0]
        return total

    gradcheck(f, backend.asarray(np.asarray([1.1, 0.7, 1.3, 0.9])), order=2)


def test_a_leaf_cannot_be_written_to_while_recording(backend):
    x = xn.Tensor(backend.asarray([1.0, 2.0]), requires_grad=True)
    with pytest.raises(AutogradError, match="a leaf that requires a gradient cannot be written"):
        x[0] = 3.0


def test_inside_no_grad_a_leaf_gets_the_value_and_stays_a_leaf(backend):
    x = xn.Tensor(backend.asarray([1.0, 2.0]), requires_grad=True)
    with xn.no_grad():
        x[0] = 3.0
    assert x.requires_grad
    assert xn.to_numpy(x).tolist() == [3.0, 2.0]
    (x * x).sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [6.0, 4.0]
