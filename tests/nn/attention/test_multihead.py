"""Attention in several heads: PyTorch's values and gradients, masks, errors."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, nn
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, DeviceError, DTypeError, ShapeError
from xpnet.testing import assert_close

N, L, S, D, H = 2, 4, 5, 6, 2


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def made(**options):
    import torch

    ours = nn.MultiheadAttention(D, H, dtype="float64", **options)
    torch.manual_seed(0)
    theirs = torch.nn.MultiheadAttention(D, H, dtype=torch.float64, **options)
    with torch.no_grad():
        for p in theirs.parameters():
            p.add_(0.1 * torch.randn_like(p))  # biases that are not zero
    return ours, theirs


def first(result):
    return result[0]


def second(result):
    return result[1]


LATER = np.triu(np.ones((L, L), bool), 1)
HIDDEN = np.random.default_rng(1).uniform(size=(N * H, L, S)) > 0.7
HIDDEN[..., 0] = False
PADDED = np.asarray([[False] * S, [False, False, True, False, True]])


@pytest.mark.parametrize("need_weights", [False, True])
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_sequence_attends_to_itself_as_in_pytorch(pair, batch_first, need_weights):
    x = numbers(N, L, D)
    pair(*made(batch_first=batch_first)).compare(x, x, x, pick=first, need_weights=need_weights)


@pytest.mark.parametrize("need_weights", [False, True])
@pytest.mark.parametrize("options", [{}, {"kdim": 3, "vdim": 5}, {"bias": False}], ids=str)
def test_a_sequence_attends_to_another_as_in_pytorch(pair, options, need_weights):
    ours, theirs = made(batch_first=True, **options)
    k, v = numbers(N, S, ours.kdim, seed=1), numbers(N, S, ours.vdim, seed=2)
    pair(ours, theirs).compare(numbers(N, L, D), k, v, pick=first, need_weights=need_weights)


@pytest.mark.parametrize("need_weights", [False, True])
@pytest.mark.parametrize(
    "masks",
    [
        {"attn_mask": HIDDEN[0]},
        {"attn_mask": HIDDEN},
        {"attn_mask": numbers(L, S)},
        {"attn_mask": numbers(N * H, L, S)},
        {"key_padding_mask": PADDED},
        {"key_padding_mask": numbers(N, S)},
        {"key_padding_mask": PADDED, "attn_mask": HIDDEN},
        {"key_padding_mask": -1e3 * PADDED, "attn_mask": numbers(N * H, L, S)},
    ],
    ids=lambda masks: "-".join(f"{k}{v.shape}{v.dtype}" for k, v in masks.items()),
)
def test_masks_hide_keys_as_in_pytorch(pair, masks, need_weights):
    k = numbers(N, S, D, seed=1)
    pair(*made(batch_first=True)).compare(
        numbers(N, L, D), k, k, pick=first, need_weights=need_weights, **masks
    )


@pytest.mark.parametrize("need_weights", [False, True])
def test_a_causal_mask_hides_what_comes_later_as_in_pytorch(pair, need_weights):
    x = numbers(N, L, D)
    pair(*made(batch_first=True)).compare(
        x, x, x, pick=first, need_weights=need_weights, attn_mask=LATER, is_causal=True
    )


@pytest.mark.parametrize("average_attn_weights", [False, True])
def test_weights_and_their_gradients_are_those_of_pytorch(pair, average_attn_weights):
    x = numbers(N, L, D)
    ours, theirs = made(batch_first=True)

    def both(result):  # the output as well, so that each parameter has a gradient
        y, weights = result
        return weights + y.sum()

    options = {"average_attn_weights": average_attn_weights}
    pair(ours, theirs).compare(x, x, x, pick=both, **options)


def test_a_sequence_without_a_batch_is_taken(pair):
    q, k = numbers(L, D), numbers(S, D, seed=1)
    options = {"attn_mask": HIDDEN[:H], "key_padding_mask": PADDED[1]}
    pair(*made()).compare(q, k, k, pick=first, need_weights=False, **options)
    pair(*made()).compare(q, k, k, pick=lambda r: r[1] + r[0].sum(), **options)


def test_is_causal_needs_no_mask_and_may_have_one(backend):
    layer = nn.MultiheadAttention(D, H, batch_first=True, dtype="float64")
    x = backend.asarray(numbers(N, L, D))
    later = backend.asarray(LATER)
    expected = layer(x, x, x, attn_mask=later)[0]
    for need_weights in (True, False):
        options = {"is_causal": True, "need_weights": need_weights}
        assert_close(layer(x, x, x, **options)[0], expected)
        assert_close(layer(x, x, x, attn_mask=later, **options)[0], expected)


def test_key_and_value_are_the_query_unless_given(backend):
    layer = nn.MultiheadAttention(D, H, batch_first=True, dtype="float64")
    x, y = backend.asarray(numbers(N, L, D)), backend.asarray(numbers(N, S, D, seed=1))
    assert_close(layer(x)[0], layer(x, x, x)[0])
    assert_close(layer(x, y)[0], layer(x, y, y)[0])


@pytest.mark.parametrize("need_weights", [False, True])
def test_a_sequence_of_padding_finds_nothing_and_hurts_nobody(backend, need_weights):
    layer = nn.MultiheadAttention(D, H, batch_first=True, dtype="float64")
    x = Tensor(backend.asarray(numbers(N, L, D)), requires_grad=True)
    padding = backend.asarray(np.asarray([[False] * L, [True] * L]))
    y, _ = layer(x, x, x, padding, need_weights=need_weights)
    assert_close(to_numpy(y)[1], np.zeros((L, D)))  # the bias of out_proj is zero
    y.sum().backward()
    for p in (x, *layer.parameters()):
        assert np.all(np.isfinite(to_numpy(p.grad)))


def test_attention_to_a_detached_copy_passes_no_gradient_through_it(backend):
    layer = nn.MultiheadAttention(D, H, batch_first=True, dtype="float64")
    x = Tensor(backend.asarray(numbers(N, L, D)), requires_grad=True)
    still = x.detach()
    layer(x, still, still, need_weights=False)[0].sum().backward()
    other = Tensor(x.data, requires_grad=True)
    frozen = backend.asarray(numbers(N, L, D))
    layer(other, frozen, frozen, need_weights=False)[0].sum().backward()
    assert_close(x.grad, other.grad)


@pytest.mark.parametrize("need_weights", [False, True])
def test_dropout_acts_in_training_only_and_repeats_with_a_seed(backend, need_weights):
    layer = nn.MultiheadAttention(D, H, dropout=0.5, batch_first=True, dtype="float64")
    x = backend.asarray(numbers(N, L, D))

    def output():
        xn.manual_seed(3)
        return to_numpy(layer(x, need_weights=need_weights)[0])

    drawn = output()
    np.testing.assert_array_equal(drawn, output())
    layer.eval()
    assert np.abs(output() - drawn).max() > 1e-3


def test_the_layer_survives_a_file(tmp_path):
    layer = nn.MultiheadAttention(D, H, kdim=3, vdim=4, bias=False)
    xn.save(layer, tmp_path / "layer.safetensors")
    again = xn.load(tmp_path / "layer.safetensors")
    assert {k: v.shape for k, v in again.state_dict().items()} == {
        "q_proj_weight": (D, D),
        "k_proj_weight": (D, 3),
        "v_proj_weight": (D, 4),
        "out_proj.weight": (D, D),
    }


def test_flops_count_maps_scores_and_sums():
    layer = nn.MultiheadAttention(D, H, batch_first=True)
    x = np.ones((N, L, D), np.float32)
    own = layer.flops((x,), None)
    assert own == 2 * N * L * D * 3 * D + 4 * N * L * L * D


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.MultiheadAttention(6, 4), ArgumentError, "divisible by num_heads, got 6 and 4"),
        (lambda: nn.MultiheadAttention(6, 0), ArgumentError, "it is a number of heads"),
        (lambda: nn.MultiheadAttention(6, 2, 1.0), ArgumentError, ": dropout must be at least 0"),
        (
            lambda: nn.MultiheadAttention(6, 2, batch_first="no"),
            ArgumentError,
            "batch_first must be True or False, got 'no'",
        ),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (((N, L, 5),), ShapeError, r"query must be \(N, T, 6\), got \(2, 4, 5\)"),
        (((6,),), ShapeError, r"query must be \(N, T, 6\), got \(6,\)"),
        (((N, L, D), (S, D)), ShapeError, r"key must be \(N, T, 6\), got \(5, 6\)"),
        (((N, L, D), (3, S, D)), ShapeError, r"as many sequences, got query \(2, 4, 6\), key"),
        (((N, L, D), (N, S, D), (N, 3, D)), ShapeError, "as many positions as key"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(arguments, error, message):
    layer = nn.MultiheadAttention(D, H, batch_first=True)
    with pytest.raises(error, match=message):
        layer(*(np.ones(shape, np.float32) for shape in arguments))


@pytest.mark.parametrize(
    ("masks", "error", "message"),
    [
        ({"attn_mask": (L, L)}, ShapeError, r"attn_mask must be \(4, 5\) or \(4, 4, 5\), got"),
        ({"attn_mask": (1, L, S)}, ShapeError, r"got \(1, 4, 5\)"),
        ({"key_padding_mask": (S, N)}, ShapeError, r"key_padding_mask must be \(2, 5\), got"),
        ({"key_padding_mask": (S,)}, ShapeError, r"True marks padding"),
    ],
)
def test_masks_of_the_wrong_shape_are_refused(masks, error, message):
    layer = nn.MultiheadAttention(D, H, batch_first=True)
    q, k = np.ones((N, L, D), np.float32), np.ones((N, S, D), np.float32)
    with pytest.raises(error, match=message):
        layer(q, k, **{name: np.zeros(shape, bool) for name, shape in masks.items()})


def test_a_mask_of_integers_is_refused():
    layer = nn.MultiheadAttention(D, H, batch_first=True)
    with pytest.raises(DTypeError, match="attn_mask must be truth values"):
        layer(np.ones((N, L, D), np.float32), attn_mask=np.zeros((L, L), np.int64))


@pytest.mark.parametrize("need_weights", [False, True])
@pytest.mark.parametrize(
    ("masks", "error", "message"),
    [
        ({"attn_mask": np.zeros((L, L))}, DTypeError, "attn_mask must be truth .* got float64"),
        ({"key_padding_mask": np.zeros((N, L))}, DTypeError, "key_padding_mask must be .*float64"),
        ({"key_padding_mask": [[True] * L] * N}, DTypeError, "key_padding_mask .* got a list"),
        ({"is_causal": "no"}, ArgumentError, "is_causal must be True or False, got 'no'"),
    ],
)
def test_a_mask_that_cannot_be_is_named(masks, error, message, need_weights):
    layer = nn.MultiheadAttention(D, H, batch_first=True)
    x = np.ones((N, L, D), np.float32)
    with pytest.raises(error, match=f"MultiheadAttention: {message}"):
        layer(x, need_weights=need_weights, **masks)


@pytest.mark.parametrize("need_weights", [False, True])
def test_a_mask_of_another_library_is_named(need_weights):
    strict = pytest.importorskip("array_api_strict")
    layer = nn.MultiheadAttention(D, H, batch_first=True)
    mask = strict.zeros((L, L), dtype=strict.bool)
    with pytest.raises(DeviceError, match="attn_mask must be where query is, on cpu, got strict"):
        layer(np.ones((N, L, D), np.float32), attn_mask=mask, need_weights=need_weights)


def test_the_last_map_shows_whether_it_has_a_bias():
    assert repr(nn.MultiheadAttention(D, H).out_proj) == f"Linear({D}, {D})"
    assert "bias=False" in repr(nn.MultiheadAttention(D, H, bias=False).out_proj)
