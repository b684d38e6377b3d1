"""Normalisation: what the table of ops does not say."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.nn import functional
from xpnet.testing import assert_close, gradcheck

IMAGE = np.random.default_rng(0).standard_normal((4, 3, 2, 5))


def test_a_batch_is_brought_to_mean_zero_and_variance_one(backend):
    y = to_numpy(ops.batch_norm(backend.asarray(IMAGE), training=True, eps=1e-12))
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0.0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1.0, rtol=1e-9)


def test_statistics_that_were_computed_before_change_neither_result_nor_gradients(backend):
    x = backend.asarray(IMAGE)
    weight, bias = backend.asarray(np.asarray([1.0, -2.0, 3.0])), backend.asarray(np.ones(3))
    statistics = ops.batch_statistics(x)
    found = []
    for given in ((None, None), (statistics[0, ...], statistics[1, ...])):
        tensors = [Tensor(a, requires_grad=True) for a in (x, weight, bias)]
        y = ops.batch_norm(tensors[0], *given, *tensors[1:], training=True)
        (y * y * y).sum().backward()
        found.append([y.data, *(t.grad for t in tensors)])
    for without, handed_over in zip(*found, strict=True):
        assert_close(handed_over, without)


def test_higher_derivatives_see_that_statistics_handed_over_depend_on_x(backend):
    def f(x):
        statistics = ops.batch_statistics(getattr(x, "data", x))
        return ops.batch_norm(x, statistics[0, ...], statistics[1, ...], training=True)

    gradcheck(f, backend.asarray(IMAGE), order=2)


def test_running_statistics_are_ignored_in_training_and_left_as_they_are():
    mean, var = np.ones(3), np.full(3, 4.0)
    y = functional.batch_norm(IMAGE, mean, var, training=True)
    assert_close(y, functional.batch_norm(IMAGE, training=True))
    assert mean.tolist() == [1.0] * 3 and var.tolist() == [4.0] * 3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ops.batch_norm(IMAGE), ArgumentError, "in evaluation, got neither"),
        (lambda: ops.batch_norm(IMAGE, np.ones(3)), ArgumentError, "got one of them"),
        (lambda: ops.batch_norm(IMAGE[0, 0, 0]), ShapeError, r"x must be \(N, C, \*spatial\)"),
        (
            lambda: ops.batch_norm(IMAGE, np.ones(2), np.ones(2)),
            ShapeError,
            r"mean must be \(3,\) .* got \(2,\)",
        ),
        (
            lambda: ops.batch_norm(IMAGE, None, None, np.ones(3, np.float32), training=True),
            DTypeError,
            "dtype of the weights",
        ),
        (
            lambda: ops.batch_norm(IMAGE.astype(np.int64), training=True),
            DTypeError,
            "must be floating-point",
        ),
        (lambda: ops.batch_norm(IMAGE[:0], training=True), ShapeError, "more than one value"),
        (lambda: ops.batch_statistics(IMAGE[:0]), ShapeError, "leave the empty batch out"),
    ],
)
def test_wrong_calls_are_refused_with_the_remedy(call, error, message):
    with pytest.raises(error, match=message):
        call()
