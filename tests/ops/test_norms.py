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


# ---- norms of each sample ------------------------------------------------------------------------


def test_layer_norm_over_all_axes_has_no_samples_to_sum_over(backend):
    """Without a leading axis the gradient of a weight is not summed at all."""
    x, w = backend.asarray(IMAGE[0, 0]), backend.asarray(np.ones((2, 5)))
    gradcheck(lambda x, w, b: ops.layer_norm(x, w, b, normalized_shape=(2, 5)), x, w, w)
    gradcheck(lambda x, w: ops.rms_norm(x, w, normalized_shape=(2, 5)), x, w)


def test_one_group_is_layer_norm_and_a_group_per_channel_looks_at_its_places_alone(backend):
    x = backend.asarray(IMAGE)
    together = ops.layer_norm(x, normalized_shape=IMAGE.shape[1:])
    assert_close(ops.group_norm(x, num_groups=1), together)
    alone = ops.layer_norm(x, normalized_shape=IMAGE.shape[2:])
    assert_close(ops.group_norm(x, num_groups=3), alone)


def test_the_epsilon_of_rms_norm_follows_the_dtype(backend):
    """Where the elements are as small as its root, the default shows."""
    for dtype in (np.float32, np.float64):
        eps = float(np.finfo(dtype).eps)
        x = backend.asarray(np.full((1, 2), eps**0.5, dtype=dtype))
        expected = np.full((1, 2), 0.5**0.5, dtype=dtype)
        assert_close(to_numpy(ops.rms_norm(x, normalized_shape=2)), expected, rtol=1e-5)


def test_alexnets_formula_has_alpha_times_the_size():
    x = np.asarray([[1.0, 2.0, 3.0, 4.0]])
    sums = np.asarray([[14.0, 30.0, 30.0, 29.0]])  # over two channels on either side
    expected = x / (2.0 + 1e-4 * sums) ** 0.75
    y = ops.local_response_norm(x, size=5, alpha=5e-4, beta=0.75, k=2.0)
    assert_close(y, expected)


def test_constant_samples_have_finite_gradients(backend):
    x = Tensor(backend.asarray(np.ones((2, 4))), requires_grad=True)
    y = ops.layer_norm(x, normalized_shape=4) + ops.group_norm(x, num_groups=2)
    (y * y).sum().backward()
    assert np.all(np.isfinite(to_numpy(x.grad)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: ops.layer_norm(IMAGE, normalized_shape=4),
            ShapeError,
            r"layer_norm: x must be \(\.\.\., 4\), got \(4, 3, 2, 5\)",
        ),
        (
            lambda: ops.layer_norm(IMAGE[0, 0, 0], normalized_shape=(2, 5)),
            ShapeError,
            r"x must be \(\.\.\., 2, 5\), got \(5,\)",
        ),
        (
            lambda: ops.layer_norm(IMAGE, np.ones(4), normalized_shape=5),
            ShapeError,
            r"weight must be \(5,\)",
        ),
        (
            lambda: ops.rms_norm(IMAGE, normalized_shape=()),
            ArgumentError,
            r"normalized_shape must be an integer >= 1 .* got \(\)",
        ),
        (
            lambda: ops.rms_norm(IMAGE, normalized_shape="5"),
            ArgumentError,
            "normalized_shape must be an integer",
        ),
        (
            lambda: ops.rms_norm(IMAGE.astype(np.int32), normalized_shape=5),
            DTypeError,
            "floating-point",
        ),
        (
            lambda: ops.group_norm(IMAGE, num_groups=2),
            ArgumentError,
            "divisor of the channels, got 2 for 3",
        ),
        (
            lambda: ops.group_norm(IMAGE[:, :, 0, 0], num_groups=3),
            ShapeError,
            "more than one value per group, .* use fewer groups",
        ),
        (
            lambda: ops.local_response_norm(IMAGE, size=0),
            ArgumentError,
            "size must be an integer >= 1, got 0",
        ),
        (
            lambda: ops.local_response_norm(IMAGE, size=5, k=0.0),
            ArgumentError,
            "k must be a positive number",
        ),
        (lambda: ops.local_response_norm(IMAGE[0, 0, 0], size=5), ShapeError, "x must be"),
    ],
)
def test_wrong_calls_of_the_others_are_refused_with_the_remedy(call, error, message):
    with pytest.raises(error, match=message):
        call()
