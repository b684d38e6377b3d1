"""Convolution: the lecture's numbers, and what users get wrong."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.nn import functional as F
from xpnet.ops.sliding import slide, spread
from xpnet.windows import windows


def image(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def full_correlation(dy, kernel):
    """The textbook's double loop on one image."""
    kh, kw = kernel.shape
    dy = np.pad(dy, [(kh - 1, kh - 1), (kw - 1, kw - 1)])
    rows, columns = dy.shape[0] - kh + 1, dy.shape[1] - kw + 1
    return np.asarray(
        [[np.sum(dy[i : i + kh, j : j + kw] * kernel) for j in range(columns)] for i in range(rows)]
    )


def test_the_way_back_is_the_full_correlation_with_the_kernel_rotated_by_180_degrees(backend):
    x, w, dy = image(1, 1, 5, 5), image(1, 1, 3, 3), image(1, 1, 3, 3)
    tensor = Tensor(backend.asarray(x), requires_grad=True)
    ops.conv(tensor, backend.asarray(w)).backward(backend.asarray(dy))
    expected = full_correlation(dy[0, 0], np.rot90(w[0, 0], 2))
    np.testing.assert_allclose(to_numpy(tensor.grad)[0, 0], expected)


def test_from_5x5_to_3x3_a_dense_layer_needs_225_weights_and_a_convolution_9():
    x, w = image(1, 1, 5, 5), np.arange(9.0).reshape(1, 1, 3, 3)
    y = ops.conv(x, w)
    assert y.shape == (1, 1, 3, 3)
    # the same map as a dense layer: each output has its own 25 weights, most of them zero
    dense = np.stack([ops.conv(e.reshape(1, 1, 5, 5), w).reshape(9) for e in np.eye(25)], axis=1)
    assert dense.size == 225 and w.size == 9
    np.testing.assert_allclose(ops.linear(x.reshape(1, 25), dense), y.reshape(1, 9))


def test_the_transposed_convolution_is_the_adjoint(backend):
    x, w, z = image(2, 3, 7, 6), image(4, 3, 3, 2), image(2, 4, 3, 4)
    options = {"stride": (2, 2), "padding": (0, 1), "dilation": (1, 1)}
    y = to_numpy(ops.conv(backend.asarray(x), backend.asarray(w), **options))
    back = ops.conv_transpose(backend.asarray(z), backend.asarray(w), **options)
    assert np.sum(y * z) == pytest.approx(np.sum(x * to_numpy(back)))


def test_a_single_number_and_a_pair_are_the_same():
    x, w = image(1, 2, 9, 9), image(3, 2, 3, 3)
    np.testing.assert_array_equal(
        F.conv2d(x, w, stride=2, padding=1), F.conv2d(x, w, stride=[2, 2], padding=(1, 1))
    )


def test_same_keeps_the_size_and_pads_more_at_the_end(backend):
    x = backend.asarray([[[1.0, 2.0, 3.0]]])
    w = backend.asarray([[[1.0, 10.0]]])
    assert to_numpy(F.conv1d(x, w, padding="same")).tolist() == [[[21.0, 32.0, 3.0]]]
    assert to_numpy(F.conv1d(x, w, padding="valid")).tolist() == [[[21.0, 32.0]]]


def test_slide_and_spread_are_adjoint():
    win = windows("test", (5, 6), (3, 2), (2, 3), (1, 0), (1, 2))
    x = image(2, 3, 5, 6)
    seen = slide(x, win)
    y = [image(*part.shape) + k for k, part in enumerate(seen)]
    assert sum(np.sum(a * b) for a, b in zip(seen, y, strict=True)) == pytest.approx(
        np.sum(x * spread(y, win, (5, 6)))
    )


X, W = image(2, 3, 8, 8), image(4, 3, 3, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ops.conv(X, image(4, 3, 9, 3)), ShapeError, "kernel must fit into the padded"),
        (lambda: ops.conv(X, W, dilation=4), ShapeError, r"over \(9, 9\) elements .* smaller"),
        (lambda: ops.conv(X, image(4, 2, 3, 3)), ShapeError, r"x must be \(N, 2, H, W\).*should"),
        (lambda: ops.conv(X[0], W), ShapeError, r"lacks the batch axis, write x\[None, \.\.\.\]"),
        (lambda: ops.conv(X[:, 0], W), ShapeError, r"lacks the channel axis, write x\[:, None"),
        (
            lambda: ops.conv(np.moveaxis(X, 1, 3), W),
            ShapeError,
            r"xp.permute_dims\(x, \(0, 3, 1, 2\)\)",
        ),
        (lambda: ops.conv(X[0, 0], W), ShapeError, r"x must be \(N, 3, H, W\), got \(8, 8\)"),
        (lambda: ops.conv(X, W[0, 0]), ShapeError, "at least one spatial axis"),
        (lambda: ops.conv(X, W, image(3)), ShapeError, r"bias must be \(4,\), got \(3,\)"),
        (lambda: ops.conv(X.astype("float32"), W), DTypeError, "dtype of the weights, float64"),
        (lambda: ops.conv(X, W, groups=3), ArgumentError, "out_channels=4 and groups=3"),
        (lambda: ops.conv(X, W, groups=0), ArgumentError, "groups must be an integer >= 1, got 0"),
        (lambda: ops.conv(X, W, stride=0), ArgumentError, "stride must be an integer >= 1"),
        (lambda: ops.conv(X, W, stride=(1, 1, 1)), ArgumentError, r"write stride=1 or .*\(1, 1\)"),
        (lambda: ops.conv(X, W, dilation=1.5), ArgumentError, "dilation must be an integer >= 1"),
        (lambda: ops.conv(X, W, padding=-1), ArgumentError, "padding must be an integer >= 0"),
        (lambda: ops.conv(X, W, padding="full"), ArgumentError, "must be 'same', 'valid' or num"),
        (lambda: ops.conv(X, W, padding="same", stride=2), ArgumentError, "kernel_size // 2"),
        (lambda: F.conv1d(X, W), ShapeError, "conv1d: weight must have 3 axes"),
        (lambda: ops.conv_transpose(X, W), ShapeError, r"conv_transpose2d: x must be \(N, 4, H"),
        (lambda: ops.conv_transpose(X, W[0, 0]), ShapeError, "at least one spatial axis"),
        (
            lambda: ops.conv_transpose(X, image(3, 4, 3, 3), output_padding=1),
            ArgumentError,
            "output_padding must be smaller than stride or dilation",
        ),
        (
            lambda: ops.conv_transpose(X, image(3, 4, 3, 3), padding=5),
            ShapeError,
            "at least one element along each axis",
        ),
        (lambda: ops.conv_transpose(X, W[:3], groups=2), ArgumentError, "in_channels=3 and groups"),
    ],
)
def test_wrong_arguments_are_answered_with_the_remedy(call, error, message):
    with pytest.raises(error, match=message):
        call()
