"""Rows of tables: padding, repeated indices, every kind of integer, errors."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, kernels, ops
from xpnet.backend import dtype_name, library_of, to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.testing import assert_close


def by_hand(v, indices, dy, padding_idx=None):
    dw = np.zeros((v, dy.shape[-1]), dy.dtype)
    for i, d in zip(indices.reshape(-1), dy.reshape(-1, dy.shape[-1]), strict=True):
        if padding_idx is None or i != padding_idx % v:
            dw[i] += d
    return dw


@pytest.mark.parametrize("padding_idx", [None, 0, -1])
@pytest.mark.parametrize(("v", "n", "d"), [(5, 40, 3), (300, 50, 8), (3000, 500, 4), (20, 1, 1)])
def test_repeated_indices_accumulate(v, n, d, padding_idx, backend):
    rng = np.random.default_rng(0)
    w, indices = rng.standard_normal((v, d)), rng.integers(0, v, (2, n))
    indices[0, 0] = padding_idx or 0
    indices %= v
    dy = rng.standard_normal((2, n, d))
    weight = Tensor(backend.asarray(w), requires_grad=True)
    y = ops.embedding(weight, backend.asarray(indices), padding_idx=padding_idx)
    assert_close(to_numpy(y), w[indices])
    y.backward(backend.asarray(dy))
    assert_close(to_numpy(weight.grad), by_hand(v, indices, dy, padding_idx))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64"])
def test_integers_of_every_kind_are_numbers_of_rows(dtype, backend):
    w = np.arange(12.0).reshape(4, 3)
    indices = backend.asarray(np.asarray([3, 0, 3], dtype))
    assert dtype_name(indices.dtype) == dtype
    weight = Tensor(backend.asarray(w), requires_grad=True)
    y = ops.embedding(weight, indices)
    assert_close(to_numpy(y), w[[3, 0, 3]])
    y.sum().backward()
    assert_close(to_numpy(weight.grad)[:, 0], np.asarray([1.0, 0.0, 0.0, 2.0]))


@pytest.mark.parametrize("with_kernels", [True, False])
def test_numbers_that_are_no_row_are_an_error_or_give_nan_and_no_gradient(backend, with_kernels):
    indices = backend.asarray([0, 3, -1, 0])
    if library_of(indices).at_hand(indices):
        with pytest.raises(ArgumentError, match="indices must be from 0 to 2, got -1"):
            ops.embedding(backend.asarray(np.ones((3, 2))), indices)
        return
    weight = Tensor(backend.asarray(np.ones((3, 2))), requires_grad=True)

    def gradient():
        y = ops.embedding(weight, indices)
        np.testing.assert_array_equal(np.isnan(to_numpy(y))[:, 0], [False, True, True, False])
        y.sum().backward()
        assert_close(to_numpy(weight.grad)[:, 0], np.asarray([2.0, 0.0, 0.0]))

    if with_kernels:
        gradient()
    else:
        with kernels.disabled():
            gradient()


@pytest.mark.parametrize(
    ("weight", "indices", "error", "message"),
    [
        ((4, 3), [0, 4], ArgumentError, "from 0 to 3, got 4; rows count from 0, so subtract 1"),
        ((4, 3), [9], ArgumentError, "from 0 to 3, got 9; give the layer as many rows"),
        ((4, 3), [0, -1], ArgumentError, "from 0 to 3, got -1; mark padding"),
        ((4, 3), [0.5], DTypeError, "indices must be integers, got float64; convert"),
        ((4, 3), [True], DTypeError, "indices must be integers, got bool"),
        ((4,), [0], ShapeError, r"weight must be \(V, D\), a row for each word, got \(4,\)"),
    ],
)
def test_what_is_no_row_is_refused(weight, indices, error, message):
    with pytest.raises(error, match=message):
        ops.embedding(np.ones(weight), np.asarray(indices))


def test_a_table_of_integers_is_refused():
    with pytest.raises(DTypeError, match="x must be floating-point"):
        ops.embedding(np.ones((4, 3), int), np.asarray([0]))


def test_padding_must_be_a_row():
    with pytest.raises(ArgumentError, match="padding_idx must be an integer from -4 to 3, got 4"):
        ops.embedding(np.ones((4, 3)), np.asarray([0]), padding_idx=4)
