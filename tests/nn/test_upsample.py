"""The layer that makes images larger, and its function."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.nn import functional as F
from xpnet.testing import assert_close, gradcheck

# options, spatial sizes of the input
LAYERS = [
    ({"scale_factor": 2}, (4, 5)),
    ({"size": (7, 3), "mode": "nearest"}, (4, 5)),
    ({"scale_factor": 2, "mode": "bilinear"}, (4, 5)),
    ({"size": [7, 3], "mode": "bilinear", "align_corners": True}, (4, 5)),
    ({"scale_factor": 1.5, "mode": "linear", "align_corners": None}, (5,)),
    ({"scale_factor": (2, 1, 0.5), "mode": "trilinear"}, (2, 3, 4)),
]
every_layer = pytest.mark.parametrize(("options", "spatial"), LAYERS, ids=str)
X = np.ones((2, 3, 4, 5))


def image(*shape):
    return np.random.default_rng(0).standard_normal(shape)


@every_layer
def test_a_layer_gives_the_output_of_pytorchs(options, spatial):
    torch = pytest.importorskip("torch")
    x = image(2, 3, *spatial)
    if options.get("mode", "nearest") == "nearest":
        theirs = torch.nn.Upsample(**options)
    else:
        theirs = torch.nn.Upsample(**{"align_corners": False, **options})
    assert_close(nn.Upsample(**options).predict(x), theirs(torch.tensor(x)).numpy())


@every_layer
def test_a_layer_gives_the_same_on_every_backend(options, spatial, backend):
    x = image(2, 3, *spatial)
    layer = nn.Upsample(**options)
    y = layer.predict(backend.asarray(x))
    assert device_of(y) == backend.device
    assert_close(to_numpy(y), layer.predict(x))


@every_layer
def test_a_layer_passes_its_error_back(options, spatial):
    gradcheck(nn.Upsample(**options), image(2, 3, *spatial))


@every_layer
def test_a_layer_survives_a_file(options, spatial, tmp_path):
    layer = nn.Upsample(**options)
    xn.save(layer, tmp_path / "layer.safetensors")
    x = image(2, 3, *spatial).astype(np.float32)
    again = xn.load(tmp_path / "layer.safetensors")
    assert_close(again.predict(x), layer.predict(x), rtol=0, atol=0)


def test_operations_are_counted():
    x = X.astype(np.float32)
    for mode, expected in (("nearest", 0), ("bilinear", 2 * 4 * 4 * x.size)):
        layer = nn.Upsample(scale_factor=2, mode=mode)
        assert layer.flops((x,), layer.predict(x)) == expected


@pytest.mark.parametrize("make", [nn.Upsample, lambda **o: F.interpolate(X, **o)], ids=["nn", "F"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "exactly one of size and scale_factor must be given"),
        ({"size": 2, "scale_factor": 2}, "exactly one of size and scale_factor must be given"),
        ({"size": 2, "mode": "bilinaer"}, "did you mean 'bilinear'"),
        ({"size": 2, "align_corners": True}, "align_corners must be False for mode='nearest'"),
    ],
)
def test_wrong_arguments_are_refused_when_the_layer_is_made(make, options, message):
    with pytest.raises(ArgumentError, match=message):
        make(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale_factor": 0}, "Upsample: scale_factor must be a number > 0 .* got 0; write"),
        ({"scale_factor": ()}, r"Upsample: scale_factor must be a number > 0 .* got \(\)"),
        ({"scale_factor": (2, -1)}, r"Upsample: scale_factor must be .* got \(2, -1\)"),
        ({"scale_factor": (2, 2, 2), "mode": "bilinear"}, "one for each of the 2 spatial axes"),
        ({"size": 0}, "Upsample: size must be an integer >= 1 .* write size=8"),
        ({"size": (4, True)}, r"Upsample: size must be an integer >= 1 .* got \(4, True\)"),
        ({"size": (4, 4), "mode": "linear"}, "Upsample: size .* each of the 1 spatial axes"),
    ],
)
def test_sizes_that_make_no_sense_are_refused_when_the_layer_is_made(options, message):
    with pytest.raises(ArgumentError, match=message):
        nn.Upsample(**options)


@pytest.mark.parametrize(
    ("mode", "x", "message"),
    [
        ("linear", X, r"must be \(N, C, L\) for mode='linear', got .* use mode='bilinear'"),
        ("bilinear", X[0], r"must be \(N, C, H, W\) for .* got \(3, 4, 5\); use mode='linear'"),
        ("trilinear", X, r"must be \(N, C, D, H, W\) for .* use mode='bilinear'"),
        ("bilinear", X[0, 0], "an input has a batch axis"),
        ("bilinear", X[None, None], "use mode='nearest'"),
    ],
)
def test_each_mode_is_for_so_many_axes(mode, x, message):
    with pytest.raises(ShapeError, match=message):
        nn.Upsample(scale_factor=2, mode=mode)(x)
