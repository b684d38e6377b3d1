"""Errors of recurrent layers come before any work, and say what to do."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import nn, ops
from xpnet.errors import ArgumentError, DeviceError, DTypeError, ShapeError

X = np.zeros((6, 3, 2), np.float32)
KINDS = ["RNN", "LSTM", "GRU"]


@pytest.fixture(autouse=True)
def _no_work(monkeypatch):
    """The op itself is not reached."""
    for name in ("rnn", "lstm", "gru"):
        monkeypatch.setattr(ops.OPS[name], "forward", None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "x, options, message",
    [
        (X[0], {}, r"x must be \(T, N, 2\), got \(3, 2\); it lacks the batch axis, write x\[:, No"),
        (X[0], {"batch_first": True}, r"x must be \(N, T, 2\), .* write x\[None, ...\]"),
        (X[None], {}, "x must be .*; the axes are the batch, time and features"),
        (X[..., :1], {}, r".*\(6, 3, 1\); .* or make the layer for them, nn.\w+\(1, ...\)"),
        (X[:0], {}, ".*; a sequence has at least one step"),
    ],
)
def test_inputs_of_a_wrong_shape(kind, x, options, message):
    with pytest.raises(ShapeError, match=f"^{kind}: {message}"):
        getattr(nn, kind)(2, 4, **options)(x)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "lengths, error, message",
    [
        ([7, 1, 1], ArgumentError, "from 1 to the 6 steps of x, got 7; x must be padded"),
        ([6, 0, 1], ArgumentError, "from 1 to the 6 steps of x, got 0; leave empty sequences out"),
        ([6, -2, 1], ArgumentError, "from 1 to the 6 steps of x, got -2"),
        ([6, 2.0, 1], DTypeError, "must be integers, got"),
        ([6, True, 1], DTypeError, "must be integers, got"),
        (3, DTypeError, "must be integers, got 3; give one length for each sequence"),
        (np.asarray([6.0, 2.0, 1.0]), DTypeError, "must be integers, got float64; convert"),
        (np.asarray([True, True, True]), DTypeError, "must be integers, got bool"),
        (np.asarray([[6, 2, 1]]), ShapeError, r"must be \(N,\), got \(1, 3\)"),
        ([6, 2], ShapeError, r"must be \(3,\), got \(2,\)"),
    ],
)
def test_lengths_that_cannot_be(kind, lengths, error, message):
    with pytest.raises(error, match=f"^{kind}: lengths .*{message}"):
        getattr(nn, kind)(2, 4)(X, lengths=lengths)


@pytest.mark.parametrize("kind", KINDS)
def test_other_types(kind):
    layer = getattr(nn, kind)(2, 4)
    with pytest.raises(DTypeError, match=f"{kind}: x must be an array, got a list"):
        layer([[[0.0, 1.0]]])
    with pytest.raises(DTypeError, match=f"{kind}: x must be floating-point numbers, got int64"):
        layer(X.astype("int64"))
    with pytest.raises(DTypeError, match="must have the dtype of x, float64, got float32"):
        layer(X.astype("float64"))


def test_states_that_do_not_fit():
    h = np.zeros((1, 3, 4), np.float32)
    with pytest.raises(ShapeError, match=r"RNN: h_0 must be \(1, 3, 4\), got \(3, 4\)"):
        nn.RNN(2, 4)(X, h[0])
    with pytest.raises(DTypeError, match=r"GRU: h_0 must be an array \(1, 3, 4\), got a list"):
        nn.GRU(2, 4)(X, [h])
    with pytest.raises(ShapeError, match=r"h_0 must be \(2, 6, 4\), .* whatever batch_first says"):
        nn.GRU(2, 4, num_layers=2, batch_first=True)(X, h)
    with pytest.raises(ArgumentError, match=r"LSTM: hx must be a pair \(h_0, c_0\), got a single"):
        nn.LSTM(2, 4)(X, h)
    with pytest.raises(ArgumentError, match="got 3 of them"):
        nn.LSTM(2, 4)(X, (h, h, h))
    with pytest.raises(ShapeError, match=r"LSTM: c_0 must be \(1, 3, 4\), got \(1, 3, 5\)"):
        nn.LSTM(2, 4)(X, (h, np.zeros((1, 3, 5), np.float32)))
    with pytest.raises(ShapeError, match=r"LSTM: h_0 must be \(1, 3, 2\), got \(1, 3, 4\)"):
        nn.LSTM(2, 4, proj_size=2)(X, (h, h))


def test_a_state_of_another_library_is_named():
    strict = pytest.importorskip("array_api_strict")
    h = strict.zeros((1, 3, 4), dtype=strict.float32)
    with pytest.raises(DeviceError, match="GRU: h_0 must be where x is, on cpu, got strict:cpu;"):
        nn.GRU(2, 4)(X, h)
    with pytest.raises(DeviceError, match="LSTM: c_0 must be where x is"):
        nn.LSTM(2, 4)(X, (np.zeros((1, 3, 4), np.float32), h))


def test_a_recurrent_layer_in_a_row_of_layers():
    model = nn.Sequential(nn.Identity(), nn.Linear(4, 1))
    with pytest.raises(DTypeError, match=r"Linear: .*got a tuple; .* takes the output, x\[0\]"):
        model((X, X))


def test_cells():
    x = X[0]
    with pytest.raises(
        ShapeError, match=r"GRUCell: x must be \(N, 2\), got \(6, 3, 2\); a cell .* loop"
    ):
        nn.GRUCell(2, 4)(X)
    with pytest.raises(ShapeError, match=r"x must be \(N, 2\), got \(2,\); .* x\[None, ...\]"):
        nn.RNNCell(2, 4)(x[0])
    with pytest.raises(ShapeError, match=r"RNNCell: h must be \(3, 4\), got \(3, 5\)"):
        nn.RNNCell(2, 4)(x, np.zeros((3, 5), np.float32))
    with pytest.raises(ShapeError, match=r"the axes are the batch and the units$"):
        nn.GRUCell(2, 4)(x, np.zeros((3, 5), np.float32))
    with pytest.raises(ArgumentError, match="LSTMCell: bias must be True or False, got 2"):
        nn.LSTMCell(2, 4, 2)
    with pytest.raises(ArgumentError, match=r"LSTMCell: hx must be a pair \(h_0, c_0\)"):
        nn.LSTMCell(2, 4)(x, np.zeros((3, 4), np.float32))
    with pytest.raises(ArgumentError, match="RNNCell: nonlinearity must be one of"):
        nn.RNNCell(2, 4, nonlinearity="sigmoid")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "options, message",
    [
        ({"hidden_size": 0}, "hidden_size must be a positive integer"),
        ({"num_layers": 0}, "num_layers must be a positive integer, got 0; .* number of layers"),
        ({"batch_first": "no"}, "batch_first must be True or False, got 'no'"),
        ({"bidirectional": 2}, "bidirectional must be True or False, got 2"),
        ({"bias": None}, "bias must be True or False, got None"),
        ({"dropout": "0.5"}, "dropout must be a number from 0 to 1"),
        ({"num_layers": 2, "dropout": 1.5}, "dropout: p must be from 0 to 1, got 1.5"),
        ({"dropout": 0.5}, "dropout must be 0 in a single layer, got 0.5; .* num_layers=2"),
    ],
)
def test_options_that_make_no_sense(kind, options, message):
    with pytest.raises(ArgumentError, match=f"{kind}: {message}"):
        getattr(nn, kind)(2, **{"hidden_size": 4, **options})


def test_options_of_one_layer():
    with pytest.raises(ArgumentError, match="RNN: nonlinearity must be one of 'relu', 'tanh'"):
        nn.RNN(2, 4, nonlinearity="gelu")
    with pytest.raises(ArgumentError, match="proj_size must be from 1 to hidden_size - 1"):
        nn.LSTM(2, 4, proj_size=4)
    for size in (2.0, True, "2"):
        with pytest.raises(ArgumentError, match=f"hidden_size - 1, or 0 for none, got {size!r}"):
            nn.LSTM(2, 4, proj_size=size)


def test_the_ops_themselves_check_what_they_get():
    w_ih, w_hh = np.zeros((16, 2), np.float32), np.zeros((16, 4), np.float32)
    call = ops.lstm
    with pytest.raises(ShapeError, match=r"lstm: x must be \(T, N, D\), got \(3, 2\); of a single"):
        call(X[0], None, None, w_ih, w_hh)
    with pytest.raises(ShapeError, match=r"lstm: w_ih must be \(16, 2\) .*, got \(16, 3\)"):
        call(X, None, None, np.zeros((16, 3), np.float32), w_hh)
    with pytest.raises(ShapeError, match=r"lstm: c0 must be \(3, 4\)"):
        call(X, None, np.zeros((3, 3), np.float32), w_ih, w_hh)
    with pytest.raises(DTypeError, match="lstm: w_hh must have the dtype of x, float32, got float"):
        call(X, None, None, w_ih, w_hh.astype("float64"))
    with pytest.raises(DTypeError, match="lstm: x must be floating-point numbers, got int64"):
        call(X.astype("int64"), None, None, w_ih, w_hh)
    with pytest.raises(ArgumentError, match="lstm: lengths must be from 1 to the 6 steps"):
        call(X, None, None, w_ih, w_hh, lengths=(9, 1, 1))
    with pytest.raises(ArgumentError, match="rnn: nonlinearity must be one of"):
        ops.rnn(X, None, w_ih[:4], w_hh[:4], nonlinearity="gelu")
