"""Padding: the four kinds of borders, their errors on the way back, and what users get wrong."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, ShapeError

X = np.asarray([1.0, 2.0, 3.0])
E = np.asarray([1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0])  # the error of six elements

# mode, the array with two elements before and one after, the error of its three elements
BORDERS = [
    ("constant", [0, 0, 1, 2, 3, 0], [100, 1000, 10000]),
    ("reflect", [3, 2, 1, 2, 3, 2], [100, 1000 + 10 + 100000, 10000 + 1]),
    ("replicate", [1, 1, 1, 2, 3, 3], [100 + 11, 1000, 10000 + 100000]),
    ("circular", [2, 3, 1, 2, 3, 1], [100 + 100000, 1000 + 1, 10000 + 10]),
]


@pytest.mark.parametrize(("mode", "padded", "error"), BORDERS, ids=[b[0] for b in BORDERS])
def test_a_border_is_filled_and_hands_its_error_back(mode, padded, error, backend):
    x = Tensor(backend.asarray(X), requires_grad=True)
    y = ops.pad(x, padding=(2, 1), mode=mode)
    assert to_numpy(y).tolist() == padded
    y.backward(backend.asarray(E))
    assert to_numpy(x.grad).tolist() == error


@pytest.mark.parametrize("mode", [b[0] for b in BORDERS])
def test_pairs_begin_with_the_last_axis_and_other_axes_stay(mode):
    x = np.arange(24.0).reshape(2, 3, 4)
    y = ops.pad(x, padding=(1, 2, 0, 1), mode=mode)
    assert y.shape == (2, 4, 7)
    np.testing.assert_array_equal(y[:, :3, 1:5], x)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_numpy_pads_in_the_same_way(mode, backend):
    theirs = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    y = ops.pad(backend.asarray(x), padding=(4, 3, 1, 2), mode=mode)
    expected = np.pad(x, ((0, 0), (1, 2), (4, 3)), mode=theirs)
    np.testing.assert_array_equal(to_numpy(y), expected)


def test_no_padding_is_nothing():
    for mode, _, _ in BORDERS:
        assert ops.pad(X, padding=(), mode=mode).tolist() == X.tolist()
        assert ops.pad(X, padding=(0, 0), mode=mode).tolist() == X.tolist()


def test_integers_may_be_padded(backend):
    x = backend.asarray(np.asarray([1, 2]))
    assert to_numpy(ops.pad(x, padding=(1, 0), mode="reflect")).tolist() == [2, 1, 2]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"padding": 1}, ArgumentError, r"pad: padding must be a pair .* write \(left, right\)"),
        ({"padding": (1,)}, ArgumentError, r"got \(1,\)"),
        ({"padding": (1, 1, 1, 1)}, ArgumentError, r"last axes \(of 1\), got \(1, 1, 1, 1\)"),
        ({"padding": (1, -1)}, ArgumentError, "pair of integers >= 0"),
        ({"padding": (1, 0.5)}, ArgumentError, "pair of integers >= 0"),
        ({"padding": (1, 1), "mode": "reflct"}, ArgumentError, "did you mean 'reflect'"),
        (
            {"padding": (1, 3), "mode": "reflect"},
            ShapeError,
            "smaller than the axis, got 3 for 3 elements .* has 2 to mirror: use less padding",
        ),
        (
            {"padding": (4, 0), "mode": "circular"},
            ShapeError,
            "circular padding must find elements to copy, got 4 for 3 .* mode='constant'",
        ),
    ],
)
def test_wrong_arguments_are_answered_with_the_remedy(options, error, message):
    with pytest.raises(error, match=message):
        ops.pad(X, **options)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_an_axis_without_elements_has_nothing_to_copy(mode):
    with pytest.raises(ShapeError, match="for 0 elements"):
        ops.pad(X[:0], padding=(1, 0), mode=mode)
