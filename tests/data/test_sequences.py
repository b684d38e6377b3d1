"""Sequences of several lengths: padding, batches of similar ones."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import data, nn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, DataError


def lengths(n=60, longest=20, seed=0):
    return np.random.default_rng(seed).integers(1, longest + 1, n)


def numbered(counts):
    """Sequences that tell which one they are: sequence i consists of i + 1."""
    return [np.full(count, i + 1) for i, count in enumerate(counts)]


@pytest.mark.parametrize("side", ["right", "left"])
def test_padding_fills_one_side_and_says_where(side):
    x, padding = data.pad_sequences([[1, 2, 3], [4], []], value=9, side=side)
    ends = [[1, 2, 3], [4, 9, 9], [9, 9, 9]] if side == "right" else [[1, 2, 3], [9, 9, 4], [9] * 3]
    assert x.tolist() == ends
    np.testing.assert_array_equal(padding, x == 9)
    assert x.dtype == np.int64


def test_a_length_cuts_or_fills():
    for length in (2, 5):
        x, padding = data.pad_sequences([np.arange(1, 4), np.arange(1, 2)], length)
        assert x.shape == padding.shape == (2, length)
        assert x[0].tolist() == [1, 2, 3, 0, 0][:length]


def test_elements_may_be_vectors_and_lists_of_floats_become_single_precision():
    x, padding = data.pad_sequences([np.ones((2, 3), np.float64), np.ones((1, 3), np.float64)])
    assert x.shape == (2, 2, 3)
    assert x.dtype == np.float64
    assert not x[1, 1].any()
    assert padding.tolist() == [[False, False], [False, True]]
    assert data.pad_sequences([[0.5], [1.0, 2.0]])[0].dtype == np.float32


@pytest.mark.parametrize("shuffle", [False, True])
def test_each_sequence_comes_once_with_its_label(shuffle, backend):
    counts = lengths()
    loader = data.SequenceLoader(
        numbered(counts), np.arange(1, 61), batch_size=7, shuffle=shuffle, width=4
    )
    seen = []
    for x, padding, y in loader:
        assert device_of(x) == device_of(y) == backend.device
        x, padding, y = map(to_numpy, (x, padding, y))
        assert x.shape[1] == max(counts[y - 1])
        for row, hidden, label in zip(x, padding, y, strict=True):
            assert row[~hidden].tolist() == [label] * counts[label - 1]
            assert not row[hidden].any()
        seen += y.tolist()
    assert sorted(seen) == list(range(1, 61))
    assert len(loader) == 9
    assert loader.epoch == 1


def padding_share(batches):
    hidden = np.concatenate([padding.reshape(-1) for _, padding in batches])
    return float(hidden.mean())


def test_batches_of_similar_lengths_are_hardly_padded():
    sequences = numbered(lengths(400, 100))
    plain = [data.pad_sequences(sequences[i : i + 20]) for i in range(0, 400, 20)]
    for width, most in ((1, 0.06), (10, 0.12)):
        loader = data.SequenceLoader(sequences, batch_size=20, shuffle=True, width=width)
        assert padding_share(list(loader)) < most < padding_share(plain) / 3


def test_the_order_depends_on_seed_and_epoch_alone():
    def order(seed, epochs=1):
        loader = data.SequenceLoader(
            numbered(lengths()), batch_size=8, shuffle=True, seed=seed, width=5
        )
        return [[int(row[0]) for x, _ in loader for row in x] for _ in range(epochs)]

    first, second = order(0, 2)
    assert order(0) == [first]
    assert first != second
    assert order(1) != [first]
    xn.manual_seed(1)
    assert order(None) == order(1)


def test_a_model_sees_no_padding():
    x, padding = data.pad_sequences([[3, 1, 2], [2, 4]])
    embedding = nn.Embedding(5, 8, padding_idx=0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
    together = layer(embedding(x), src_key_padding_mask=padding).data[1, :2]
    alone = layer(embedding(x[1:, :2])).data[0]
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: data.pad_sequences([]), DataError, "at least one, got none"),
        (lambda: data.pad_sequences([1, 2]), DataError, r"sequences must be \(t, ...\)"),
        (lambda: data.pad_sequences([np.ones((2, 3)), np.ones((2, 4))]), DataError, "only their"),
        (lambda: data.pad_sequences([[1]], 0), ArgumentError, "length must be a positive integer"),
        (lambda: data.pad_sequences([[1]], side="top"), ArgumentError, "one of 'left', 'right'"),
        (lambda: data.SequenceLoader([[1]], [1, 2]), DataError, r"labels must be \(1, ...\)"),
        (lambda: data.SequenceLoader([[1]], batch_size=0), ArgumentError, "batch_size must be"),
        (lambda: data.SequenceLoader([[1]], width=0.5), ArgumentError, "width must be an integer"),
        (lambda: data.SequenceLoader([[1]], seed=-1), ArgumentError, "seed must be an integer"),
    ],
)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
