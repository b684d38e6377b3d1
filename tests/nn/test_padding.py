"""Layers that pad."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.testing import assert_close, gradcheck

# name, constructor arguments, spatial sizes of the input
LAYERS = [
    ("ZeroPad1d", (2,), (5,)),
    ("ZeroPad2d", ((1, 0, 2, 3),), (4, 5)),
    ("ConstantPad1d", ((1, 2), 0.5), (5,)),
    ("ConstantPad2d", (2, -1.5), (4, 5)),
    ("ReflectionPad1d", ((4, 1),), (5,)),
    ("ReflectionPad2d", ((4, 1, 0, 3),), (4, 5)),
    ("ReplicationPad1d", ((7, 1),), (5,)),
    ("ReplicationPad2d", ((1, 6, 0, 3),), (4, 5)),
    ("CircularPad1d", (5,), (5,)),
    ("CircularPad2d", ((1, 5, 0, 4),), (4, 5)),
]
every_layer = pytest.mark.parametrize(
    ("name", "args", "spatial"), LAYERS, ids=[name for name, _, _ in LAYERS]
)


def image(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


@every_layer
def test_a_layer_gives_the_output_of_pytorchs(name, args, spatial):
    torch = pytest.importorskip("torch")
    x = image(2, 3, *spatial)
    expected = getattr(torch.nn, name)(*args)(torch.tensor(x)).numpy()
    assert_close(getattr(nn, name)(*args).predict(x), expected, rtol=0, atol=0)


@every_layer
def test_a_layer_gives_the_same_on_every_backend(name, args, spatial, backend):
    x = image(2, 3, *spatial)
    layer = getattr(nn, name)(*args)
    y = layer.predict(backend.asarray(x))
    assert device_of(y) == backend.device
    assert_close(to_numpy(y), layer.predict(x), rtol=0, atol=0)


@every_layer
def test_a_layer_passes_its_error_back(name, args, spatial):
    gradcheck(getattr(nn, name)(*args), image(2, 3, *spatial).astype(np.float64))


@every_layer
def test_a_layer_survives_a_file(name, args, spatial, tmp_path):
    layer = getattr(nn, name)(*args)
    xn.save(layer, tmp_path / "layer.safetensors")
    x = image(2, 3, *spatial)
    again = xn.load(tmp_path / "layer.safetensors")
    assert_close(again.predict(x), layer.predict(x), rtol=0, atol=0)


@every_layer
def test_wrong_arguments_are_answered_with_the_remedy(name, args, spatial):
    layer, value = getattr(nn, name), args[1:]
    order = r"\(left, right\)" if len(spatial) == 1 else r"\(left, right, top, bottom\)"
    for padding in (-1, 0.5, "same", (1, 2, 3), (1,) * 6):
        with pytest.raises(ArgumentError, match=rf"{name}: padding must .* {order}, got .*=1 or"):
            layer(padding, *value)
    with pytest.raises(ShapeError, match=rf"{name}: x must be \(N, C, .* lacks the batch axis"):
        layer(*args)(image(3, *spatial))


def test_an_image_must_be_larger_than_its_reflection():
    with pytest.raises(ShapeError, match="must be smaller than the axis, got 4 for 4 elements"):
        nn.ReflectionPad2d(4)(image(2, 3, 5, 4))


def test_padding_before_a_convolution_is_the_padding_of_the_convolution():
    conv = nn.Conv2d(3, 2, 3)
    same = nn.Conv2d(3, 2, 3, padding=1)
    same.load_state_dict(conv.state_dict())
    x = image(2, 3, 5, 4)
    assert_close(nn.Sequential(nn.ZeroPad2d(1), conv).predict(x), same.predict(x), rtol=1e-5)
