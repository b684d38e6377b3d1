"""Resampling: which element is taken, weights that sum to one, and what users get wrong."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.testing import assert_close

X = np.arange(1.0, 25.0).reshape(1, 2, 3, 4)
both = pytest.mark.parametrize("op", [ops.upsample_nearest, ops.upsample_linear], ids=str)


@pytest.mark.parametrize("size", range(1, 30))
@pytest.mark.parametrize("length", [1, 2, 3, 5, 7, 10])
def test_the_nearest_element_is_the_exact_floor(length, size):
    x = np.arange(float(length)).reshape(1, 1, length)
    y = ops.upsample_nearest(x, size=size)
    assert y[0, 0].tolist() == [i * length // size for i in range(size)]


def test_an_element_gets_the_errors_of_all_its_copies(backend):
    x = Tensor(backend.asarray(np.zeros((1, 1, 3))), requires_grad=True)
    y = ops.upsample_nearest(x, size=5)  # 0 0 1 1 2
    y.backward(backend.asarray(np.asarray([[[1.0, 10.0, 100.0, 1000.0, 10000.0]]])))
    assert to_numpy(x.grad).tolist() == [[[11.0, 1100.0, 10000.0]]]


@both
def test_the_same_size_changes_nothing(op, backend):
    assert to_numpy(op(backend.asarray(X), size=(3, 4))).tolist() == X.tolist()


@both
@pytest.mark.parametrize("options", [{"size": (7, 2)}, {"scale_factor": (1.7, 0.5)}], ids=str)
def test_a_constant_image_stays_constant(op, options, backend):
    y = to_numpy(op(backend.asarray(np.full_like(X, 3.0)), **options))
    np.testing.assert_allclose(y, 3.0, rtol=1e-14)


@pytest.mark.parametrize("scale", [0.3, 0.5, 0.9, 1.0, 1.1, 1.5, 2.2, 3.0, 3.7])
@pytest.mark.parametrize("align_corners", [False, True])
def test_every_scale_agrees_with_pytorch(scale, align_corners):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).standard_normal((2, 3, 11, 8))
    function = torch.nn.functional.interpolate
    theirs = function(
        torch.tensor(x), scale_factor=scale, mode="bilinear", align_corners=align_corners
    )
    ours = ops.upsample_linear(x, scale_factor=scale, align_corners=align_corners)
    assert_close(ours, theirs.numpy())
    theirs = function(torch.tensor(x), scale_factor=scale, mode="nearest")
    assert_close(ops.upsample_nearest(x, scale_factor=scale), theirs.numpy())


def test_places_are_found_in_single_precision_for_half_an_image(backend):
    if backend.name != "numpy":
        pytest.skip("NumPy has float16 on every machine")
    x = np.linspace(0, 1, 1000, dtype=np.float16).reshape(1, 1, 1000)
    y = ops.upsample_linear(x, scale_factor=2)
    assert y.dtype == np.float16
    assert np.all(np.diff(y[0, 0].astype(np.float32)) >= 0)


@both
@pytest.mark.parametrize(
    ("x", "options", "error", "message"),
    [
        (X, {}, ArgumentError, "exactly one of size and scale_factor must be given, got neither"),
        (X, {"size": 4, "scale_factor": 2}, ArgumentError, "got size=4 and scale_factor=2"),
        (X, {"size": (1, 2, 3)}, ArgumentError, "one for each of the 2 spatial axes"),
        (X, {"size": 0}, ArgumentError, "size must be an integer >= 1"),
        (X, {"scale_factor": (2, 2, 2)}, ArgumentError, "one for each of the 2 spatial axes"),
        (X, {"scale_factor": 0}, ArgumentError, "scale_factor must be a number > 0"),
        (X, {"scale_factor": float("nan")}, ArgumentError, "must be a number > 0"),
        (X, {"scale_factor": "2"}, ArgumentError, "must be a number > 0.*write scale_factor=2"),
        (X, {"scale_factor": 0.2}, ShapeError, "3 elements times scale_factor 0.2; use a larger"),
        (X[0, 0], {"size": 2}, ShapeError, r"x must be \(N, C, \*spatial\) .* batch axis"),
        (X[..., :0], {"size": 2}, ShapeError, r"elements along each spatial axis, got \(1, 2, 3"),
        (X.astype(int), {"size": 2}, DTypeError, "must be floating-point .* xp.astype"),
    ],
)
def test_wrong_arguments_are_answered_with_the_remedy(op, x, options, error, message):
    with pytest.raises(error, match=message):
        op(x, **options)
