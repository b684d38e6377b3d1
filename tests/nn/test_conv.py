"""Layers of convolution and pooling."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.testing import assert_close

# name, constructor arguments, options, spatial sizes of the input
LAYERS = [
    ("Conv1d", (4, 6, 3), {"stride": 2, "padding": 1}, (9,)),
    ("Conv2d", (4, 6, (3, 5)), {"groups": 2, "padding": "same"}, (6, 5)),
    ("Conv2d", (4, 4, 3), {"groups": 4, "dilation": 2, "bias": False}, (6, 7)),
    ("Conv3d", (4, 2, 2), {}, (3, 4, 3)),
    ("ConvTranspose1d", (4, 6, 3), {"stride": 2, "output_padding": 1}, (5,)),
    ("ConvTranspose2d", (4, 6, 3), {"stride": 2, "padding": 1, "groups": 2}, (4, 3)),
    ("ConvTranspose3d", (4, 2, 2), {"dilation": 2}, (2, 3, 2)),
    ("MaxPool1d", (3,), {"stride": 2, "padding": 1}, (9,)),
    ("MaxPool2d", (2,), {"ceil_mode": True}, (5, 7)),
    ("MaxPool2d", ((3, 2), 2, (1, 0), 2), {}, (6, 7)),
    ("AvgPool1d", (2,), {}, (8,)),
    ("AvgPool2d", (3, 2, 1), {"count_include_pad": False}, (6, 7)),
    ("AdaptiveAvgPool1d", (3,), {}, (7,)),
    ("AdaptiveAvgPool2d", ((2, 3),), {}, (5, 7)),
    ("AdaptiveMaxPool1d", (3,), {}, (7,)),
    ("AdaptiveMaxPool2d", (2,), {}, (5, 7)),
]
every_layer = pytest.mark.parametrize(
    ("name", "args", "options", "spatial"), LAYERS, ids=[f"{n}{a}{o}" for n, a, o, _ in LAYERS]
)


def image(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


@every_layer
def test_a_layer_loads_the_weights_of_pytorchs_and_gives_its_output(name, args, options, spatial):
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.nn, name)(*args, **options)
    layer = getattr(nn, name)(*args, **options)
    layer.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    x = image(2, 4, *spatial)
    expected = theirs(torch.tensor(x)).detach().numpy()
    assert_close(layer.predict(x), expected, rtol=1e-5, atol=1e-6)


@every_layer
def test_a_layer_gives_the_same_on_every_backend(name, args, options, spatial, backend):
    layer = getattr(nn, name)(*args, **options)
    y = layer.predict(backend.asarray(image(2, 4, *spatial)))
    assert device_of(y) == backend.device
    xn.manual_seed(0)
    with xn.device("cpu"):
        expected = getattr(nn, name)(*args, **options).predict(image(2, 4, *spatial))
    assert_close(to_numpy(y), expected, rtol=1e-5, atol=1e-6)


@every_layer
def test_a_layer_survives_a_file(name, args, options, spatial, tmp_path):
    layer = getattr(nn, name)(*args, **options)
    xn.save(layer, tmp_path / "layer.safetensors")
    again = xn.load(tmp_path / "layer.safetensors")
    x = image(2, 4, *spatial)
    assert_close(again.predict(x), layer.predict(x), rtol=0, atol=0)


@pytest.mark.parametrize(
    "make", [lambda: nn.Conv2d(8, 30, 5, groups=2), lambda: nn.ConvTranspose2d(30, 8, 5, groups=2)]
)
def test_initial_weights_are_uniform_within_one_over_the_root_of_the_inputs(make):
    layer = make()
    for values in (layer.weight.data, layer.bias.data):
        assert 0.05 < np.max(np.abs(values)) <= 0.1  # 1 / sqrt(4 · 5 · 5)


def test_device_and_dtype_may_be_chosen(backend):
    with xn.device("cpu"):
        layer = nn.Conv2d(1, 2, 3, device=backend.device, dtype="float64")
    assert device_of(layer.weight) == backend.device == device_of(layer.bias)


def test_operations_are_counted():
    x = image(2, 4, 6, 6)
    conv = nn.Conv2d(4, 6, 3, groups=2)
    assert conv.flops((x,), conv(x)) == 2 * 6 * 4 * 4 * (2 * 2 * 9 + 1)
    up = nn.ConvTranspose2d(4, 6, 3, bias=False)
    assert up.flops((x,), up(x)) == 2 * x.size * 6 * 9
    pool = nn.MaxPool2d(2)
    assert pool.flops((x,), pool(x)) == x.size
    everything = nn.GlobalAvgPool2d()
    assert everything.flops((x,), everything(x)) == x.size


@pytest.mark.parametrize("name", ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d"])
def test_none_keeps_an_axis(name, backend):
    x = backend.asarray(image(2, 3, 5, 7))
    assert getattr(nn, name)((None, 2)).predict(x).shape == (2, 3, 5, 2)


def test_global_average_pooling_gives_features(backend):
    x = backend.asarray(np.ones((2, 3, 4, 4), dtype=np.float32))
    assert to_numpy(nn.GlobalAvgPool2d().predict(x)).tolist() == [[1.0] * 3] * 2
    assert nn.GlobalAvgPool1d().predict(x[:, :, 0, :]).shape == (2, 3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Conv2d(0, 2, 3), "Conv2d: in_channels must be a positive integer"),
        (lambda: nn.Conv2d(3, 4, 3, groups=2), "in_channels must be divisible by groups"),
        (lambda: nn.Conv2d(3, 4, 0), "kernel_size must be an integer >= 1"),
        (lambda: nn.Conv2d(-1, 4, 3), "got -1; it is a number of channels"),
        (lambda: nn.Conv2d(3, 4, 3, stride=True), "Conv2d: stride must be an integer .* got True"),
        (lambda: nn.Conv2d(3, 4, "3"), r"got '3'; write kernel_size=3 or kernel_size=\(3, 3\)"),
        (lambda: nn.AdaptiveAvgPool2d(0), "AdaptiveAvgPool2d: output_size must be an integer >= 1"),
        (lambda: nn.AdaptiveAvgPool2d((None, 0)), "AdaptiveAvgPool2d: output_size must be"),
        (lambda: nn.AdaptiveMaxPool1d((2, 2)), "AdaptiveMaxPool1d: output_size must be"),
        (lambda: nn.AdaptiveAvgPool1d(None), "AdaptiveAvgPool1d: output_size must be"),
        (lambda: nn.AdaptiveMaxPool2d(2.5), "AdaptiveMaxPool2d: output_size must be .* got 2.5"),
        (lambda: nn.Conv2d(3, 4, 3, padding="same", stride=2), "kernel_size // 2"),
        (lambda: nn.Conv2d(3, 4, 3, padding="full"), "padding must be numbers, 'valid', or 'same'"),
        (lambda: nn.ConvTranspose2d(3, 4, 3, groups=3), "out_channels must be divisible"),
        (lambda: nn.MaxPool2d((2, 2, 2)), "MaxPool2d: kernel_size must be an integer >= 1"),
    ],
)
def test_wrong_arguments_are_refused_when_the_layer_is_made(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


@pytest.mark.parametrize("layer", [nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.AvgPool2d(2)], ids=repr)
def test_an_image_without_batch_axis_is_refused_with_the_remedy(layer):
    with pytest.raises(ShapeError, match=r"lacks the batch axis, write x\[None, \.\.\.\]"):
        layer(image(3, 8, 8))
