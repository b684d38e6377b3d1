"""The layers of the Transformer: PyTorch's values, gradients and state dict."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError
from xpnet.testing import gradcheck

N, T, D = 2, 4, 6
LATER = np.triu(np.ones((T, T), bool), 1)
PADDED = np.asarray([[False] * T, [False, False, True, True]])


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def their_layer(**options):
    import torch

    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(D, 2, 8, 0.0, dtype=torch.float64, **options)
    with torch.no_grad():
        for p in layer.parameters():
            p.add_(0.1 * torch.randn_like(p))
    return layer


def our_layer(**options):
    return nn.TransformerEncoderLayer(D, 2, 8, 0.0, dtype="float64", **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"norm_first": True, "batch_first": True},
        {"activation": "gelu", "batch_first": True},
        {"norm_first": True, "bias": False, "layer_norm_eps": 1e-2},
    ],
    ids=str,
)
def test_a_layer_gives_what_pytorchs_gives(pair, options):
    shape = (N, T, D) if options.get("batch_first") else (T, N, D)
    pair(our_layer(**options), their_layer(**options)).compare(numbers(*shape))


@pytest.mark.parametrize(
    "masks",
    [
        {"src_mask": LATER, "is_causal": True},
        {"src_key_padding_mask": PADDED},
        {"src_mask": LATER, "src_key_padding_mask": PADDED},
    ],
    ids=lambda masks: "-".join(masks),
)
def test_masks_do_what_they_do_in_pytorch(pair, masks):
    options = {"batch_first": True, "norm_first": True}
    pair(our_layer(**options), their_layer(**options)).compare(numbers(N, T, D), **masks)


def test_an_encoder_gives_what_pytorchs_gives(pair):
    import torch

    options = {"batch_first": True, "norm_first": True, "activation": "gelu"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has no fast path for norm_first
        norm = torch.nn.LayerNorm(D, dtype=torch.float64)
        theirs = torch.nn.TransformerEncoder(their_layer(**options), 3, norm)
    ours = nn.TransformerEncoder(our_layer(**options), 3, nn.LayerNorm(D, dtype="float64"))
    pair(ours, theirs).compare(numbers(N, T, D), mask=LATER, is_causal=True)


def test_layers_of_an_encoder_are_copies_that_learn_apart(backend):
    layer = nn.TransformerEncoderLayer(4, 2, 8).to(dtype="float64").eval()
    layer.linear1.weight.requires_grad = False
    model = nn.TransformerEncoder(layer, 2)
    for own in model.layers:
        np.testing.assert_array_equal(*map(to_numpy, (own.norm1.weight, layer.norm1.weight)))
        np.testing.assert_array_equal(*map(to_numpy, (own.linear1.weight, layer.linear1.weight)))
        assert own.linear1.weight is not layer.linear1.weight
        assert not own.training
        assert not own.linear1.weight.requires_grad
        assert own.linear2.weight.requires_grad
    x = backend.asarray(np.zeros((2, 1, 4)))
    assert to_numpy(model(x)).dtype == np.float64
    before = to_numpy(layer.norm1.bias).copy()
    xn.nn.init.normal_(model.layers[0].norm1.bias)
    for untouched in (layer, model.layers[1]):
        np.testing.assert_array_equal(to_numpy(untouched.norm1.bias), before)


def test_a_list_of_layers_is_taken_as_it_is(tmp_path):
    layers = [nn.TransformerEncoderLayer(D, 2, 8) for _ in range(2)]
    model = nn.TransformerEncoder(layers, norm=nn.LayerNorm(D))
    assert list(model.layers) == layers
    first, second = (layer.linear1.weight.data for layer in model.layers)
    assert np.abs(first - second).min() > 0
    xn.save(model, tmp_path / "model.safetensors")
    x = numbers(T, N, D).astype("float32")
    again = xn.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_a_causal_encoder_does_not_look_ahead(backend):
    layer = nn.TransformerEncoderLayer(D, 2, 8, norm_first=True, batch_first=True).eval()
    model = nn.TransformerEncoder(layer, 2).eval()
    x = numbers(N, T, D).astype("float32")
    changed = x.copy()
    changed[:, 2:] += 1.0
    before, after = (to_numpy(model(backend.asarray(a), is_causal=True)) for a in (x, changed))
    np.testing.assert_allclose(before[:, :2], after[:, :2], rtol=1e-6)
    assert np.abs(before[:, 2:] - after[:, 2:]).min() > 1e-6


def test_gradients_agree_with_finite_differences(backend):
    layer = our_layer(activation="gelu", batch_first=True)
    gradcheck(lambda x: layer(x, is_causal=True), backend.asarray(numbers(N, T, D)), order=2)


def test_dropout_repeats_with_a_seed(backend):
    layer = nn.TransformerEncoderLayer(D, 2, 8, 0.5, batch_first=True)
    x = backend.asarray(numbers(N, T, D).astype("float32"))
    results = []
    for _ in range(2):
        xn.manual_seed(1)
        results.append(to_numpy(layer(x)))
    np.testing.assert_array_equal(*results)
    assert np.abs(to_numpy(layer.predict(x)) - results[0]).max() > 1e-3


def test_an_encoder_survives_a_file(tmp_path):
    layer = nn.TransformerEncoderLayer(D, 2, 8, activation="gelu", norm_first=True)
    model = nn.TransformerEncoder(layer, 2, nn.LayerNorm(D))
    x = numbers(T, N, D).astype("float32")
    xn.save(model, tmp_path / "model.safetensors")
    again = xn.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.TransformerEncoderLayer(6, 4), "divisible by num_heads"),
        (lambda: nn.TransformerEncoderLayer(6, 2, norm_first=1), "norm_first must be True or Fa"),
        (lambda: nn.TransformerEncoderLayer(6, 2, 0), "dim_feedforward must be a positive"),
        (lambda: nn.TransformerEncoderLayer(6, 2, activation="gelo"), "did you mean 'gelu'"),
        (lambda: nn.TransformerEncoder(our_layer(), 0), "num_layers must be a positive"),
        (lambda: nn.TransformerEncoder(our_layer()), "num_layers must be a positive"),
        (lambda: nn.TransformerEncoder([]), "num_layers must be a positive"),
        (lambda: nn.TransformerEncoder([our_layer()], 2), "num_layers must be 1 or None"),
        (lambda: nn.TransformerEncoder([5]), "must be an nn.Module"),
        (lambda: nn.TransformerEncoder(nn.LayerNorm, 2), "must be an nn.Module"),
        (lambda: nn.TransformerEncoder(our_layer(), 2, 5), "norm must be an nn.Module or None"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
