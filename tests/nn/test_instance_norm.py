"""Running statistics of instance normalisation; the rest of it is in test_norms.py."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import nn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.testing import assert_close

SHAPES = {1: (4, 3, 5), 2: (4, 3, 2, 5), 3: (2, 3, 2, 2, 3)}


def batches(shape):
    rng = np.random.default_rng(0)
    return [rng.normal(2.0, 3.0, shape).astype(np.float32) for _ in range(3)]


@pytest.mark.parametrize("axes", SHAPES)
def test_running_statistics_are_pytorchs(backend, axes):
    torch = pytest.importorskip("torch")
    options = {"momentum": 0.3, "affine": True, "track_running_stats": True}
    own = getattr(nn, f"InstanceNorm{axes}d")(3, **options)
    other = getattr(torch.nn, f"InstanceNorm{axes}d")(3, **options)
    for x in batches(SHAPES[axes]):
        y = own(backend.asarray(x)).data
        assert_close(to_numpy(y), other(torch.tensor(x)).detach().numpy(), rtol=1e-4, atol=1e-5)
    for name, array in other.state_dict().items():
        found = own.state_dict()[name]
        assert device_of(found) == backend.device
        assert_close(to_numpy(found), array.numpy(), rtol=1e-5, atol=1e-6)
    x = batches(SHAPES[axes])[0]
    expected = other.eval()(torch.tensor(x)).detach().numpy()
    assert_close(to_numpy(own.predict(backend.asarray(x))), expected, rtol=1e-4, atol=1e-5)


def test_prediction_and_an_empty_batch_leave_the_statistics_as_they_are(backend):
    layer = nn.InstanceNorm1d(3, track_running_stats=True)
    layer.predict(backend.asarray(batches((4, 3, 5))[0]))
    layer(backend.asarray(np.zeros((0, 3, 5), np.float32)))
    assert to_numpy(layer.running_mean).tolist() == [0, 0, 0]
    assert to_numpy(layer.running_var).tolist() == [1, 1, 1]


def test_a_single_place_needs_running_statistics():
    x = np.ones((2, 3, 1), np.float32)
    layer = nn.InstanceNorm1d(3, track_running_stats=True)
    assert layer.predict(x).shape == x.shape
    with pytest.raises(ShapeError, match="more than one place per channel"):
        layer(x)
    with pytest.raises(ShapeError, match="more than one place per channel"):
        nn.InstanceNorm1d(3).predict(x)


@pytest.mark.parametrize("momentum", [None, True, -0.1, 1.5, "a", float("nan")], ids=repr)
def test_a_momentum_that_is_no_share_is_refused(momentum):
    with pytest.raises(ArgumentError, match="InstanceNorm2d: momentum must be from 0 to 1, got"):
        nn.InstanceNorm2d(3, momentum=momentum)


def test_flags_are_flags():
    with pytest.raises(ArgumentError, match=r"affine must be True or False, got 0\.1"):
        nn.InstanceNorm2d(3, 1e-5, 0.1, 0.1)


def test_the_input_has_the_dtype_of_the_statistics():
    layer = nn.InstanceNorm1d(3, track_running_stats=True)
    with pytest.raises(DTypeError, match="InstanceNorm1d"):
        layer(np.ones((2, 3, 4)))
