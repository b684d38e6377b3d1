"""Sequences of several lengths: padding, batches of similar ones."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import data, nn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, DataError, XpnetError


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


F32, F64, I32, I64 = np.float32, np.float64, np.int32, np.int64


@pytest.mark.parametrize(
    ("sequences", "dtype"),
    [
        ([[1, 2], [0.5]], F32),
        ([[0.1], [1, 2]], F32),
        ([np.asarray([1], I32), np.asarray([2**40])], I64),
        ([np.asarray([1], I32), [2**40]], I64),
        ([np.asarray([1], F32), np.asarray([1e300])], F64),
        ([[0.1], np.asarray([1e300])], F64),
        ([[1, 2**24], np.asarray([0.5], F32)], F32),
        ([[2**60 + 1], [], [True]], I64),
        ([np.asarray([True]), np.asarray([3], np.uint8)], np.uint8),
        ([[True], [False, True]], bool),
        ([[], np.asarray([1], I32)], I32),
        ([[], []], F32),
    ],
)
def test_the_dtype_holds_the_numbers_of_all_sequences(sequences, dtype):
    for given in (sequences, sequences[::-1]):
        x, padding = data.pad_sequences(given)
        assert x.dtype == dtype
        for row, hidden, sequence in zip(x, padding, given, strict=True):
            np.testing.assert_array_equal(row[~hidden], np.asarray(sequence, dtype))
    loaded = data.SequenceLoader([s for s in sequences if len(s)] or [[0.5]])
    assert {to_numpy(x).dtype for x, _ in loaded} == {np.dtype(dtype)}


def test_numbers_of_a_list_are_rounded_once():
    x, _ = data.pad_sequences([[0.1], np.ones(1)])
    assert x[0, 0] == 0.1


def test_the_filling_is_what_was_asked_for():
    assert data.pad_sequences([[1.0], [2, 3]], value=0.5)[0].tolist() == [[1, 0.5], [2, 3]]
    assert np.isnan(data.pad_sequences([[1.0], [2, 3]], value=np.nan)[0][0, 1])
    assert data.pad_sequences([[1], [2, 3]], value=np.int8(-1))[0].tolist() == [[1, -1], [2, 3]]


@pytest.mark.parametrize("bidirectional", [False, True])
def test_lengths_are_what_recurrent_layers_want(backend, bidirectional):
    rng = np.random.default_rng(0)
    sequences = [rng.standard_normal((t, 3)).astype(F32) for t in (2, 5, 3, 5)]
    layer = nn.LSTM(3, 4, batch_first=True, bidirectional=bidirectional).eval()
    loader = data.SequenceLoader(sequences, np.arange(4), batch_size=3, give="lengths", value=7)
    seen = []
    for x, lengths, y in loader:
        assert type(lengths) is np.ndarray
        assert device_of(x) == device_of(y) == backend.device
        _, (h, _) = layer(x, lengths=lengths)
        for i, number in enumerate(to_numpy(y).tolist()):
            alone = xn.asarray(sequences[number][None])
            assert lengths[i] == alone.shape[1]
            expected = to_numpy(layer(alone)[1][0])[:, 0]
            np.testing.assert_allclose(to_numpy(h)[:, i], expected, rtol=1e-5, atol=1e-6)
            seen.append(number)
    assert sorted(seen) == [0, 1, 2, 3]


def test_labels_in_lists_of_floats_are_single_precision():
    ((_, _, y),) = data.SequenceLoader([[1], [2]], [0.5, 1.5])
    assert to_numpy(y).dtype == F32
    ((_, _, y),) = data.SequenceLoader([[1], [2]], np.asarray([0.5, 1.5]))
    assert to_numpy(y).dtype == F64


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
        (
            lambda: data.pad_sequences([[1]], 0),
            ArgumentError,
            "length must be an integer >= 1, got 0",
        ),
        (lambda: data.pad_sequences([[1]], True), ArgumentError, "length must be .* got True"),
        (lambda: data.pad_sequences(5), DataError, "must be a list of sequences, got a int"),
        (lambda: data.pad_sequences(np.asarray(5)), DataError, "a list of sequences, got a nda"),
        (lambda: data.pad_sequences([[[1], [2, 3]]]), DataError, "sequences must be numbers with"),
        (lambda: data.pad_sequences(["ab"]), DataError, "must be numbers .* got a str of some"),
        (lambda: data.pad_sequences([[1e300]]), DataError, "numbers that float32 holds, got larg"),
        (lambda: data.pad_sequences([[2**24 + 1], np.ones(1, F32)]), DataError, "float32 holds"),
        (lambda: data.pad_sequences([[1], [2, 3]], value=0.5), ArgumentError, "int64 holds.* 0.5"),
        (lambda: data.pad_sequences([np.ones(1, I32)], value=2**40), ArgumentError, "int32 holds"),
        (lambda: data.pad_sequences([np.ones(1, np.uint8)], value=-1), ArgumentError, "uint8 hol"),
        (lambda: data.pad_sequences([[0.5]], value=1e300), ArgumentError, "float32 holds"),
        (lambda: data.pad_sequences([[1]], value=np.nan), ArgumentError, "holds.* got nan"),
        (lambda: data.pad_sequences([[1]], value="x"), ArgumentError, "value must be a number"),
        (lambda: data.SequenceLoader([[1]], value=None), ArgumentError, "value must be .* None"),
        (lambda: data.SequenceLoader([[1]], value=[0]), ArgumentError, "value must be .* got list"),
        (lambda: data.SequenceLoader([[1], []]), DataError, "one element, got 1 .* sequence 1"),
        (lambda: data.SequenceLoader([[1]], device="gpuu"), XpnetError, "gpuu"),
        (lambda: data.SequenceLoader([[1]], shuffle="no"), ArgumentError, "True or False, got 'n"),
        (lambda: data.SequenceLoader([[1]], give="length"), ArgumentError, "did you mean 'length"),
        (lambda: data.SequenceLoader([[1], [2]], [[1], [2, 3]]), DataError, "labels must be numb"),
        (lambda: data.SequenceLoader([[1]], batch_size=True), ArgumentError, "batch_size must be"),
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
