"""Pooling: the lecture's numbers, ties, padding, and what users get wrong."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.nn import functional as F
from xpnet.testing import assert_close, gradcheck

ERROR = [[[[2.0, 8.0], [4.0, 6.0]]]]  # δ of the pooled image


def gradient(pool, x, dy=None):
    x = Tensor(x, requires_grad=True)
    y = pool(x)
    y.backward(namespace_ones(y) if dy is None else dy)
    return x.grad


def namespace_ones(y):
    return y.data * 0 + 1


def test_the_error_of_an_average_is_shared_equally(backend):
    x = backend.asarray(np.zeros((1, 1, 4, 4), dtype=np.float32))
    dx = gradient(lambda x: ops.avg_pool(x, kernel_size=2), x, backend.asarray(ERROR))
    assert to_numpy(dx)[0, 0].tolist() == [
        [0.5, 0.5, 2.0, 2.0],
        [0.5, 0.5, 2.0, 2.0],
        [1.0, 1.0, 1.5, 1.5],
        [1.0, 1.0, 1.5, 1.5],
    ]


def test_the_error_of_a_maximum_goes_to_the_winner(backend):
    # the winners: top left, bottom right, top right, bottom left of their windows
    x = [[9, 0, 0, 0], [0, 0, 0, 9], [0, 9, 0, 0], [0, 0, 9, 0]]
    x = backend.asarray(np.asarray([[x]], dtype=np.float32))
    dx = gradient(lambda x: ops.max_pool(x, kernel_size=2), x, backend.asarray(ERROR))
    assert to_numpy(dx)[0, 0].tolist() == [
        [2.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 8.0],
        [0.0, 4.0, 0.0, 0.0],
        [0.0, 0.0, 6.0, 0.0],
    ]


def test_of_equal_elements_the_first_wins(backend):
    x = backend.asarray(np.zeros((2, 1, 4, 4), dtype=np.float32))
    dx = gradient(lambda x: ops.max_pool(x, kernel_size=2), x)
    assert to_numpy(dx)[1, 0].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]


def test_padding_wins_not_even_against_minus_infinity(backend):
    x = backend.asarray(np.full((1, 1, 2, 2), -np.inf, dtype=np.float32))
    y = ops.max_pool(x, kernel_size=2, stride=1, padding=1)
    assert to_numpy(y)[0, 0].tolist() == [[-np.inf] * 3] * 3
    ones = backend.asarray(np.ones((1, 1, 3, 3), dtype=np.float32))
    dx = gradient(lambda x: ops.max_pool(x, kernel_size=2, stride=1, padding=1), x, ones)
    assert to_numpy(dx)[0, 0].tolist() == [[4, 2], [2, 1]]


@pytest.mark.parametrize("stride", [1, 2])
def test_nan_wins_and_gets_the_error(backend, stride):
    x = np.arange(16.0, dtype=np.float32).reshape(1, 1, 4, 4)
    x[0, 0, 1, 0] = x[0, 0, 0, 2] = np.nan
    x = backend.asarray(x)
    y = ops.max_pool(x, kernel_size=2, stride=stride)
    ones = backend.asarray(np.ones(y.shape, dtype=np.float32))
    dx = to_numpy(gradient(lambda x: ops.max_pool(x, kernel_size=2, stride=stride), x, ones))
    assert dx.sum() == ones.shape[2] * ones.shape[3]  # no error is lost
    assert dx[0, 0, 1, 0] == (2 if stride == 1 else 1)
    assert dx[0, 0, 0, 2] == (2 if stride == 1 else 1)


def test_an_element_that_wins_in_several_windows_gets_all_their_errors(backend):
    x = backend.asarray([[[0.0, 5.0, 0.0]]])
    dx = gradient(lambda x: ops.max_pool(x, kernel_size=2, stride=1), x)
    assert to_numpy(dx).tolist() == [[[0.0, 2.0, 0.0]]]


def test_padding_never_wins(backend):
    x = backend.asarray(np.full((1, 1, 3, 3), -1e30, dtype=np.float32))
    y = ops.max_pool(x, kernel_size=3, stride=2, padding=1)
    assert np.all(to_numpy(y) == np.float32(-1e30))


def test_what_ceil_mode_adds_does_not_count_in_an_average():
    x = np.ones((1, 1, 5))
    assert ops.avg_pool(x, kernel_size=2, ceil_mode=True).tolist() == [[[1.0, 1.0, 1.0]]]
    padded = ops.avg_pool(x, kernel_size=2, padding=1, ceil_mode=True)
    assert padded.tolist() == [[[0.5, 1.0, 1.0]]]


def test_a_nan_is_not_lost(backend):
    x = backend.asarray([[[1.0, np.nan, 2.0, 3.0]]])
    y = to_numpy(ops.max_pool(x, kernel_size=2))
    assert np.isnan(y[0, 0, 0]) and y[0, 0, 1] == 3.0


@pytest.mark.parametrize("kind", ["avg", "max"])
@pytest.mark.parametrize(
    ("shape", "size"),
    [((2, 3, 7, 5), (3, 2)), ((2, 3, 6, 4), 2), ((1, 2, 5, 3), (7, 3)), ((1, 2, 5, 4), (None, 3))],
)
def test_adaptive_pooling_agrees_with_pytorch(kind, shape, size, backend):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape) / 10
    theirs = torch.tensor(x, requires_grad=True)
    expected = getattr(torch.nn.functional, f"adaptive_{kind}_pool2d")(theirs, size)
    expected.sum().backward()
    ours = getattr(F, f"adaptive_{kind}_pool2d")
    assert_close(to_numpy(ours(backend.asarray(x), size)), expected.detach().numpy())
    dx = gradient(lambda x: ours(x, size), backend.asarray(x))
    assert_close(to_numpy(dx), theirs.grad.numpy())


def test_adaptive_pooling_of_sequences_and_its_derivatives():
    x = np.random.default_rng(0).standard_normal((2, 3, 7))
    assert F.adaptive_avg_pool1d(x, 3).shape == (2, 3, 3) == F.adaptive_max_pool1d(x, 3).shape
    gradcheck(lambda x: F.adaptive_avg_pool1d(x, 3), x, order=2)


def test_global_pooling_leaves_one_number_per_channel(backend):
    x = backend.asarray(np.arange(24.0).reshape(2, 3, 2, 2))
    assert to_numpy(F.global_avg_pool(x)).tolist() == [[1.5, 5.5, 9.5], [13.5, 17.5, 21.5]]
    assert to_numpy(F.global_max_pool(x)).tolist() == [[3.0, 7.0, 11.0], [15.0, 19.0, 23.0]]


X = np.ones((2, 3, 8, 8))


@pytest.mark.parametrize("pool", [ops.max_pool, ops.avg_pool], ids=["max", "avg"])
@pytest.mark.parametrize(
    ("x", "options", "error", "message"),
    [
        (X, {"kernel_size": 9}, ShapeError, "the kernel must fit into the padded input"),
        (X, {"kernel_size": 2, "padding": 2}, ArgumentError, "at most half of the kernel.*=1"),
        (X, {"kernel_size": 0}, ArgumentError, "kernel_size must be an integer >= 1"),
        (X, {"kernel_size": (2, 2, 2)}, ArgumentError, "one for each of the 2 spatial axes"),
        (X, {"kernel_size": 2, "stride": 0}, ArgumentError, "stride must be an integer >= 1"),
        (X, {"kernel_size": 2, "padding": "same"}, ArgumentError, "padding must be numbers"),
        (X[0, 0], {"kernel_size": 2}, ShapeError, r"x must be \(N, C, \*spatial\)"),
        (X.astype(int), {"kernel_size": 2}, DTypeError, "must be floating-point .* xp.astype"),
    ],
)
def test_wrong_arguments_are_answered_with_the_remedy(pool, x, options, error, message):
    with pytest.raises(error, match=message):
        pool(x, **options)


def test_windows_that_would_step_over_the_image_are_refused():
    with pytest.raises(ShapeError, match="at least as large as the dilation"):
        ops.max_pool(X[..., :1], kernel_size=2, padding=1, dilation=2)


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"])
def test_images_need_four_axes(name):
    with pytest.raises(ShapeError, match=rf"{name}: x must be \(N, C, H, W\).*lacks the batch"):
        getattr(F, name)(X[0], 2)


def test_adaptive_pooling_refuses_what_it_cannot_divide():
    with pytest.raises(ArgumentError, match="output_size must be an integer >= 1"):
        F.adaptive_avg_pool2d(X, 0)
    with pytest.raises(ShapeError, match="there is nothing to pool"):
        F.adaptive_avg_pool2d(X[:, :, :0], 2)
