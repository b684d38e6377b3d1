"""Normalisation of each sample: layer, RMS, group, instance and local response norm."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.testing import assert_close


def batch(*shape, seed=0):
    """Numbers whose channels differ in mean and spread."""
    x = np.random.default_rng(seed).standard_normal(shape)
    scale = np.arange(1.0, shape[1] + 1).reshape((-1,) + (1,) * (len(shape) - 2))
    return (scale * x + scale**2).astype(np.float32)


def weights_of(layer):
    return {k: to_numpy(v) for k, v in layer.state_dict().items()}


PER_SAMPLE = [
    ("LayerNorm", (5,), {}, (4, 3, 2, 5)),
    ("LayerNorm", ((2, 5), 1e-2), {"bias": False}, (4, 3, 2, 5)),
    ("LayerNorm", (3,), {"elementwise_affine": False}, (4, 3)),
    ("RMSNorm", (5,), {}, (4, 3, 2, 5)),
    ("RMSNorm", ((2, 5), 1e-2, False), {}, (4, 3, 2, 5)),
    ("GroupNorm", (2, 4), {}, (3, 4, 2, 5)),
    ("GroupNorm", (1, 4, 1e-2, False), {}, (3, 4, 5)),
    ("InstanceNorm1d", (3,), {}, (4, 3, 5)),
    ("InstanceNorm2d", (3,), {"affine": True}, (4, 3, 2, 5)),
    ("InstanceNorm3d", (3, 1e-2), {}, (2, 3, 2, 2, 2)),
    ("LocalResponseNorm", (3,), {}, (4, 6, 2, 5)),
    ("LocalResponseNorm", (4, 0.5, 0.6, 2.0), {}, (4, 6, 2, 5)),
]
every_layer = pytest.mark.parametrize(
    ("name", "args", "options", "shape"),
    PER_SAMPLE,
    ids=[f"{n}{a}{o}" for n, a, o, _ in PER_SAMPLE],
)


@every_layer
def test_a_layer_gives_what_pytorchs_gives(name, args, options, shape, backend):
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.nn, name)(*args, **options)
    with torch.no_grad():
        for k, p in enumerate(theirs.parameters()):
            p.copy_(torch.cos(torch.arange(p.numel()) + k).reshape(p.shape))
    layer = getattr(nn, name)(*args, **options)
    for key, initial in theirs.__class__(*args, **options).state_dict().items():
        assert_close(weights_of(layer)[key], initial.numpy(), rtol=0, atol=0)
    layer.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    x = Tensor(backend.asarray(batch(*shape)), requires_grad=True)
    their_x = torch.tensor(batch(*shape), requires_grad=True)
    y, expected = layer(x), theirs(their_x)
    dy = np.cos(np.arange(y.size)).reshape(shape).astype(np.float32)
    y.backward(backend.asarray(dy))
    expected.backward(torch.tensor(dy))
    assert_close(to_numpy(y), expected.detach().numpy(), rtol=1e-4, atol=1e-5)
    assert_close(to_numpy(x.grad), their_x.grad.numpy(), rtol=1e-3, atol=1e-5)
    for p, their_p in zip(layer.parameters(), theirs.parameters(), strict=True):
        assert_close(to_numpy(p.grad), their_p.grad.numpy(), rtol=1e-4, atol=1e-4)
    assert_close(to_numpy(layer.predict(x.data)), expected.detach().numpy(), rtol=1e-4, atol=1e-5)


@every_layer
def test_a_layer_survives_a_file(name, args, options, shape, tmp_path):
    layer = getattr(nn, name)(*args, **options)
    for k, p in enumerate(layer.parameters()):
        nn.init.normal_(p, std=1.0, mean=float(k))
    xn.save(layer, tmp_path / "layer.safetensors")
    again = xn.load(tmp_path / "layer.safetensors")
    assert_close(again.predict(batch(*shape)), layer.predict(batch(*shape)), rtol=0, atol=0)


def test_device_and_dtype_may_be_chosen(backend):
    with xn.device("cpu"):
        options = {"device": backend.device, "dtype": "float64"}
        layers = [nn.BatchNorm2d(2, **options), nn.LayerNorm(2, **options)]
        layers += [nn.RMSNorm(2, **options), nn.GroupNorm(1, 2, **options)]
    for layer in layers:
        for array in layer.state_dict().values():
            assert device_of(array) == backend.device
            assert dtype_name(array.dtype) in ("float64", "int64")


def test_groups_may_be_counted_by_integers_of_numpy(backend):
    x = backend.asarray(batch(2, 8, 3))
    layer = nn.GroupNorm(np.int64(2), np.int64(8))
    assert type(layer.num_groups) is int
    expected = nn.GroupNorm(2, 8).predict(x)
    assert_close(to_numpy(layer.predict(x)), to_numpy(expected), rtol=0, atol=0)
    direct = nn.functional.group_norm(x, np.int64(2))
    assert_close(to_numpy(direct), to_numpy(expected), rtol=1e-5, atol=1e-5)


def test_a_norm_draws_nothing_so_the_weights_of_other_layers_stay_the_same():
    xn.manual_seed(3)
    plain = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    xn.manual_seed(3)
    normed = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.LayerNorm(2), nn.Linear(2, 2))
    np.testing.assert_array_equal(normed[3].weight.data, plain[1].weight.data)


@pytest.mark.parametrize(
    ("layer", "per_element"),
    [
        (nn.LayerNorm(4), 8),
        (nn.LayerNorm(4, elementwise_affine=False), 6),
        (nn.GroupNorm(3, 3), 8),
        (nn.RMSNorm(4), 4),
        (nn.LocalResponseNorm(5), 10),
    ],
    ids=repr,
)
def test_operations_of_the_others_are_counted(layer, per_element):
    x = batch(2, 3, 4, 4)
    assert layer.summary(x).flops == per_element * x.size


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.LayerNorm(0), "LayerNorm: normalized_shape must be an integer >= 1"),
        (lambda: nn.LayerNorm(2, eps=-1.0), "LayerNorm: eps must be a positive number"),
        (lambda: nn.RMSNorm(2, eps=0), "RMSNorm: eps must be a positive number"),
        (lambda: nn.GroupNorm(3, 4), "GroupNorm: num_groups must be a divisor"),
        (lambda: nn.GroupNorm(0, 4), "GroupNorm: num_groups must be a divisor"),
        (lambda: nn.GroupNorm(True, 4), "num_groups must be a divisor of the channels, got True"),
        (lambda: nn.GroupNorm(2.0, 4), "num_groups must be a divisor of the channels, got 2.0"),
        (lambda: nn.GroupNorm(1, 0), "num_channels must be a positive integer"),
        (lambda: nn.InstanceNorm2d(2, "a"), "InstanceNorm2d: eps must be a positive number"),
        (lambda: nn.LocalResponseNorm(0), "LocalResponseNorm: size must be an integer"),
        (lambda: nn.LocalResponseNorm(5, alpha=-1.0), "alpha must be a positive number"),
    ],
)
def test_wrong_arguments_of_the_others_are_refused_when_the_layer_is_made(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (nn.GroupNorm(2, 4), (2, 6, 3), "GroupNorm: x must have 4 channels .* num_channels=6"),
        (nn.InstanceNorm2d(3), (2, 4, 3, 3), "InstanceNorm2d: x must have 3 channels"),
        (nn.InstanceNorm2d(3), (2, 3, 3), r"InstanceNorm2d: x must be \(N, C, H, W\)"),
        (nn.InstanceNorm2d(3), (2, 3, 1, 1), "more than one place per channel"),
        (nn.LayerNorm(4), (2, 3), r"layer_norm: x must be \(\.\.\., 4\), got \(2, 3\)"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        layer(np.ones(shape, dtype=np.float32))
