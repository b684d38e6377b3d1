"""What the kernels of recurrent ops could do differently from the generic ones: parts, threads."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, ops
from xpnet.kernels.numpy.recurrent import sequence

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
T, N, D, H = 5, 70, 3, 4


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


def inputs(op, dtype="float64"):
    rng = np.random.default_rng(0)
    states = [rng.standard_normal((N, H)) for _ in range(2 if op == "lstm" else 1)]
    weights = [rng.standard_normal((GATES[op] * H, n)) for n in (D, H)]
    biases = [rng.standard_normal(GATES[op] * H) for _ in range(2)]
    arrays = [rng.standard_normal((T, N, D)), *states, *weights, *biases]
    return [a.astype(dtype) for a in arrays]


def results(op, arrays, implementation=None, **options):
    implementation = implementation or kernels.find(op, *arrays, **options)
    outputs, saved = implementation.forward(*arrays, **options)
    dy = [np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype) for y in outputs]
    return [*outputs, *implementation.backward(dy, saved, (True,) * len(arrays))]


@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize("lengths", [None, tuple(np.arange(N) % T + 1)])
@pytest.mark.parametrize("reverse", [False, True])
def test_parts_of_a_batch_give_what_the_whole_gives(op, lengths, reverse, monkeypatch):
    arrays = inputs(op)
    expected = results(op, arrays, ops.OPS[op], lengths=lengths, reverse=reverse)
    for least in (1 << 60, 0):
        monkeypatch.setattr(sequence, "SHARED", least)
        found = results(op, arrays, lengths=lengths, reverse=reverse)
        for actual, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(actual, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("op", GATES)
def test_results_do_not_depend_on_the_number_of_threads(op, monkeypatch):
    monkeypatch.setattr(sequence, "SHARED", 0)
    monkeypatch.setattr(sequence, "BLOCK", 1 << 8)
    arrays = inputs(op, "float32")
    before = xn.get_num_threads()
    found = []
    try:
        for threads in (1, 2):
            xn.set_num_threads(threads)
            found.append(results(op, arrays))
    finally:
        xn.set_num_threads(before)
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_saturated_gates_neither_warn_nor_spoil_the_gradient(op, dtype):
    arrays = inputs(op, dtype)
    arrays[0] = 1e4 * arrays[0]
    for result in results(op, arrays):
        assert result.dtype == dtype
        assert np.isfinite(result).all()


@pytest.mark.parametrize("op", GATES)
def test_errors_that_did_not_come_are_zero(op):
    arrays = inputs(op)
    kernel = kernels.find(op, *arrays)
    outputs, saved = kernel.forward(*arrays)
    needs = (True,) * len(arrays)
    for k, y in enumerate(outputs):
        alone = [np.ones_like(y) if i == k else None for i in range(len(outputs))]
        zeros = [np.zeros_like(z) if d is None else d for d, z in zip(alone, outputs, strict=True)]
        for actual, wanted in zip(
            kernel.backward(alone, saved, needs), kernel.backward(zeros, saved, needs), strict=True
        ):
            np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize("dtype", ["float16", "int64"])
def test_other_dtypes_and_empty_batches_are_left_to_the_generic_op(dtype):
    arrays = [a.astype(dtype) for a in inputs("gru")]
    assert kernels.find("gru", *arrays) is None
    arrays = inputs("gru")
    assert kernels.find("gru", arrays[0][:, :0], arrays[1][:0], *arrays[2:]) is None


@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize("lengths", [None, tuple(np.arange(N) % T + 1)])
@pytest.mark.parametrize("reverse", [False, True])
def test_without_a_tape_the_outputs_are_the_same(op, lengths, reverse):
    arrays = inputs(op)
    expected = ops.OPS[op](*arrays, lengths=lengths, reverse=reverse)
    with xn.no_grad():
        found = kernels.find(op, *arrays).forward(*arrays, lengths=lengths, reverse=reverse)[0]
    for actual, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize("reverse", [False, True])
def test_outputs_share_memory_with_nothing(op, reverse):
    outputs, _ = kernels.find(op, *inputs(op)).forward(*inputs(op), reverse=reverse)
    y, *states = outputs
    assert y.flags.c_contiguous
    before = [state.copy() for state in states]
    y[...] = np.nan
    for state, expected in zip(states, before, strict=True):
        np.testing.assert_array_equal(state, expected)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_prediction_keeps_no_more_than_itself(kind):
    layer = getattr(xn.nn, kind)(400, 4)
    y = layer.predict(np.zeros((50, 8, 400), np.float32))[0]
    while y.base is not None:
        y = y.base
    assert y.nbytes == 50 * 8 * 4 * 4


def test_no_gates_are_kept_without_a_tape():
    arrays = inputs("lstm")
    with xn.no_grad():
        _, saved = kernels.find("lstm", *arrays).forward(*arrays)
    for kept in (saved[4], saved[5], saved[6]):
        for part in kept:
            assert len({block.__array_interface__["data"][0] for block in part}) == 2
