"""What recurrent layers promise besides PyTorch's numbers."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, kernels, nn
from xpnet.backend import asarray, to_numpy
from xpnet.testing import assert_close, gradcheck

KINDS = ["RNN", "LSTM", "GRU"]
T, N, D, H = 6, 3, 2, 4


def sequence(*shape, dtype="float32", seed=0):
    rng = np.random.default_rng(seed)
    return asarray(rng.standard_normal(shape or (T, N, D)).astype(dtype))


def states_of(final):
    return final if isinstance(final, tuple) else (final,)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_beyond_the_end_is_never_looked_at(kind, backend):
    layer = getattr(nn, kind)(D, H, num_layers=2, bidirectional=True)
    lengths = [6, 1, 4]
    clean = np.random.default_rng(0).standard_normal((T, N, D)).astype("float32")
    spoilt = clean.copy()
    for n, length in enumerate(lengths):
        spoilt[length:, n] = np.nan
    found = []
    for host in (clean, spoilt):
        x = Tensor(asarray(host), requires_grad=True)
        layer.zero_grad()
        y, final = layer(x, lengths=lengths)
        total = (y * y).sum() + sum((s * s).sum() for s in states_of(final))
        total.backward()
        found.append([y.data, x.grad, *(p.grad for p in layer.parameters())])
    for actual, expected in zip(found[1], found[0], strict=True):
        assert_close(actual, expected, rtol=0, atol=0)
    y, dx = to_numpy(found[1][0]), to_numpy(found[1][1])
    for n, length in enumerate(lengths):
        assert not y[length:, n].any() and not dx[length:, n].any()
        assert y[:length, n].any() and dx[:length, n].any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_padded_sequence_gives_what_it_gives_alone(kind, backend):
    layer = getattr(nn, kind)(D, H, bidirectional=True, dtype="float64")
    x = sequence(dtype="float64")
    y, final = layer(x, lengths=np.asarray([6, 2, 5]))
    alone, final_alone = layer(x[:2, 1:2, :])
    assert_close(y.data[:2, 1:2, :], alone.data)
    for state, state_alone in zip(states_of(final), states_of(final_alone), strict=True):
        assert_close(state.data[:, 1:2, :], state_alone.data)


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_with_the_state_carried_over_give_the_whole(kind, backend):
    layer = getattr(nn, kind)(D, H, num_layers=2, dtype="float64")
    x = sequence(dtype="float64")
    y, final = layer(x)
    first, state = layer(x[:4, ...])
    second, last = layer(x[4:, ...], state)
    xp = xn.backend.namespace(y)
    assert_close(xp.concat([first, second], axis=0).data, y.data)
    for a, b in zip(states_of(last), states_of(final), strict=True):
        assert_close(a.data, b.data)


@pytest.mark.parametrize("kind", KINDS)
def test_truncated_back_propagation_stops_at_the_detached_state(kind, backend):
    """The gradient of the last piece alone, and the whole one if the state is not detached."""
    layer = getattr(nn, kind)(D, H, dtype="float64")
    x = sequence(dtype="float64")

    def gradient(detach):
        layer.zero_grad()
        early = Tensor(x[:4, ...], requires_grad=True)
        _, state = layer(early)
        if detach:
            state = tuple(s.detach() for s in state) if kind == "LSTM" else state.detach()
        y, _ = layer(x[4:, ...], state)
        (y * y).sum().backward()
        return early.grad, [p.grad for p in layer.parameters()]

    whole = Tensor(x, requires_grad=True)
    y, _ = layer(whole)
    tail = y[4:, ...]
    (tail * tail).sum().backward()
    expected = [p.grad for p in layer.parameters()]
    early, carried = gradient(detach=False)
    assert_close(early, whole.grad[:4, ...])
    for actual, wanted in zip(carried, expected, strict=True):
        assert_close(actual, wanted)
    early, truncated = gradient(detach=True)
    assert early is None
    assert np.abs(to_numpy(truncated[0]) - to_numpy(expected[0])).max() > 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_second_derivatives(kind):
    layer = getattr(nn, kind)(D, 3, num_layers=2, bidirectional=True, dtype="float64")
    x = sequence(3, 2, D, dtype="float64")
    gradcheck(lambda x: layer(x, lengths=[3, 2])[0], x, order=2)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_acts_between_layers_and_in_training_alone(kind, backend):
    layer = getattr(nn, kind)(D, H, num_layers=2, dropout=0.5)
    x = sequence()
    assert_close(layer.predict(x)[0], layer.predict(x)[0], rtol=0, atol=0)
    first, second = layer(x)[0].data, layer(x)[0].data
    assert np.abs(to_numpy(first) - to_numpy(second)).max() > 1e-4
    layer.dropout = 1.0  # the second layer sees nothing of the input
    y = to_numpy(layer(x)[0].data)
    np.testing.assert_allclose(y[:, 0], y[:, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_batch(kind, backend):
    layer = getattr(nn, kind)(D, H, bidirectional=True)
    x = Tensor(sequence(T, 0, D), requires_grad=True)
    y, final = layer(x)
    assert y.shape == (T, 0, 2 * H) and states_of(final)[0].shape == (2, 0, H)
    y.sum().backward()
    assert x.grad.shape == (T, 0, D)
    assert all(not to_numpy(p.grad).any() for p in layer.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_file_brings_the_layer_back(kind, tmp_path):
    layer = getattr(nn, kind)(D, H, num_layers=2, batch_first=True, bidirectional=True)
    xn.save(layer, tmp_path / "layer.safetensors")
    again = xn.load(tmp_path / "layer.safetensors")
    x = sequence(N, T, D)
    assert_close(again.predict(x)[0], layer.predict(x)[0], rtol=0, atol=0)
    cell = getattr(nn, kind + "Cell")(D, H)
    xn.save(cell, tmp_path / "cell.safetensors")
    assert type(xn.load(tmp_path / "cell.safetensors")) is type(cell)


@pytest.mark.parametrize("kind", KINDS)
def test_predict_returns_bare_arrays_in_the_library_of_the_input(kind, backend):
    layer = getattr(nn, kind)(D, H)
    x = np.zeros((T, N, D), np.float32)
    y, final = layer.predict(x)
    assert type(y) is np.ndarray and all(type(s) is np.ndarray for s in states_of(final))
    with pytest.raises(xn.errors.ArgumentError, match="batch_size must be None for"):
        layer.predict(x, batch_size=2)


def test_a_summary_counts_parameters_and_operations():
    summary = nn.LSTM(28, 128, batch_first=True).summary((1, 28, 28))
    assert summary.output == (1, 28, 128)
    assert summary.parameters == 4 * 128 * (28 + 128 + 2)
    assert summary.flops == 28 * (2 * 4 * 128 * (28 + 128) + 2 * 4 * 128 + 9 * 128)
    cell = nn.LSTMCell(28, 128)
    assert 28 * cell.flops((np.zeros((1, 28)),), None) == summary.flops


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("generic", [False, True])
def test_memory_of_a_step_grows_linearly_with_the_length(kind, generic):
    layer = getattr(nn, kind)(8, 32)
    peaks = []
    for steps in (100, 200, 400):
        x = sequence(steps, 16, 8)
        xn.backend.namespace(x)  # nothing is imported while memory is traced
        for traced in (False, True):
            if traced:
                tracemalloc.start()
            if generic:
                with kernels.disabled():
                    y, _ = layer(x)
                    (y * y).sum().backward()
            else:
                y, _ = layer(x)
                (y * y).sum().backward()
            if traced:
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
            del y
    assert peaks[2] - peaks[1] <= 2.2 * (peaks[1] - peaks[0]) + 100_000
    assert peaks[2] >= 1.5 * peaks[0]


def test_clipping_bounds_the_gradient_that_explodes():
    layer = nn.RNN(1, 8, nonlinearity="relu", dtype="float64")
    layer.weight_hh_l0.data = 2.0 * np.eye(8)
    x = np.abs(np.random.default_rng(0).standard_normal((60, 2, 1)))
    layer(x)[0].sum().backward()
    before = xn.optim.clip_grad_norm_(layer.parameters(), 1.0)
    norm = np.sqrt(sum((p.grad**2).sum() for p in layer.parameters()))
    assert float(before) > 1e15 and norm == pytest.approx(1.0)
