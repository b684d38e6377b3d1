"""The embedding layer."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, DTypeError
from xpnet.testing import assert_close


def test_a_table_starts_normal_with_a_row_of_zeros_for_padding(backend):
    layer = nn.Embedding(500, 40, padding_idx=-500)
    w = to_numpy(layer.weight)
    assert abs(float(w[1:].std()) - 1) < 0.02
    assert not w[0].any()
    assert layer.padding_idx == 0


def test_values_and_gradients_are_those_of_pytorch(backend):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Embedding(7, 3, padding_idx=2, dtype=torch.float64)
    layer = nn.Embedding(7, 3, padding_idx=2, dtype="float64")
    layer.load_state_dict({"weight": theirs.weight.detach().numpy()})
    indices = np.asarray([[1, 2, 1, 6], [2, 2, 0, 1]])
    y, expected = layer(backend.asarray(indices)), theirs(torch.tensor(indices))
    assert_close(to_numpy(y), expected.detach().numpy())
    dy = np.cos(np.arange(24.0)).reshape(2, 4, 3)
    y.backward(backend.asarray(dy))
    expected.backward(torch.tensor(dy))
    assert_close(to_numpy(layer.weight.grad), theirs.weight.grad.numpy())


def test_training_moves_the_rows_that_occur_and_leaves_padding(backend):
    layer = nn.Embedding(5, 3, padding_idx=0)
    before = to_numpy(layer.weight).copy()
    optimizer = xn.optim.SGD(layer.parameters(), lr=0.1)
    layer(backend.asarray([[1, 3, 0, 3]])).sum().backward()
    optimizer.step()
    moved = before - to_numpy(layer.weight)
    np.testing.assert_allclose(moved[:, 0], [0.0, 0.1, 0.0, 0.2, 0.0], atol=1e-6)


def test_the_layer_survives_a_file(tmp_path):
    layer = nn.Embedding(5, 3, padding_idx=1)
    xn.save(layer, tmp_path / "layer.safetensors")
    again = xn.load(tmp_path / "layer.safetensors")
    indices = np.asarray([4, 1])
    np.testing.assert_array_equal(again.predict(indices), layer.predict(indices))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.Embedding(0, 3), "num_embeddings must be a positive integer, got 0"),
        (lambda: nn.Embedding(4, 3, 4), "padding_idx must be an integer from -4 to 3, got 4"),
        (lambda: nn.Embedding(4, 3, True), "padding_idx must be an integer"),
        (lambda: nn.Embedding(4, 3)(np.asarray([1, 4])), "from 0 to 3, got 4; rows count from 0"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


def test_indices_in_a_list_are_named():
    with pytest.raises(DTypeError, match="Embedding: indices must be an array, got a list; conv"):
        nn.Embedding(3, 2)([1, 2])
    with pytest.raises(ArgumentError, match=r"num_embeddings must be .*; it is a number of rows"):
        nn.Embedding(0, 2)
