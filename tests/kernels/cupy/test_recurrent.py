"""Recurrent layers of CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, errors_like, kernel_of, moved, run
from xpnet.kernels.cupy import sequences as through_time

rng = np.random.default_rng(0)
GATES = {"rnn": 1, "gru": 3, "lstm": 4}
every_op = pytest.mark.parametrize("op", GATES)


def sequences(op, steps, batch, features, units, *, states=True, bias=True):
    """A batch of sequences, initial states, weights and biases as layers draw them."""
    size = units**-0.5
    state = [
        rng.uniform(-1, 1, (batch, units)) if states else None for _ in range(1 + (op == "lstm"))
    ]
    rows = GATES[op] * units
    weights = [rng.uniform(-size, size, (rows, n)) for n in (features, units)]
    biases = [rng.uniform(-size, size, rows) if bias else None for _ in range(2)]
    return [rng.standard_normal((steps, batch, features)), *state, *weights, *biases]


def inputs_of(arrays):
    return tuple(i for i, x in enumerate(arrays) if x is not None)


@every_op
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("units", [1, 3, 32, 40, 100, 256])
def test_layers_of_every_width(gpu, op, dtype, units):
    arrays = sequences(op, 3, 5, 2, units)
    agree(op, arrays, inputs_of(arrays), dtype)


@every_op
@pytest.mark.parametrize("batch", [1, 2, 3, 4, 5, 9])
def test_batches_that_fill_their_blocks_or_do_not(gpu, op, batch):
    for dtype, reverse in product(DTYPES, [False, True]):
        arrays = sequences(op, 2, batch, 3, 6, states=reverse)
        lengths = tuple(rng.integers(1, 3, batch).tolist())
        agree(op, arrays, inputs_of(arrays), dtype, lengths=lengths, reverse=reverse)


@every_op
@pytest.mark.parametrize("threads", [1, 2, 16, 64])
def test_sums_may_be_shared_by_any_number_of_threads(gpu, monkeypatch, op, threads):
    monkeypatch.setattr(through_time, "THREADS_PER_UNIT", threads)
    arrays = sequences(op, 3, 3, 2, 7)
    agree(op, arrays, inputs_of(arrays))


@every_op
@pytest.mark.parametrize("reverse", [False, True])
def test_padding_may_hold_anything(gpu, op, reverse):
    arrays = sequences(op, 4, 3, 2, 5)
    options = {"lengths": (4, 1, 2), "reverse": reverse}
    expected = run(op, moved(arrays), inputs_of(arrays), **options)
    arrays[0][1:, 1] = np.nan
    arrays[0][2:, 2] = np.inf
    for found, wanted in zip(
        run(op, moved(arrays), inputs_of(arrays), **options), expected, strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


@every_op
def test_results_of_which_nothing_was_made_have_no_error(gpu, op):
    arrays = sequences(op, 3, 2, 2, 4)
    kernel, wrt = kernel_of(op), inputs_of(arrays)
    given = moved(arrays)
    results, saved = kernel.forward(*given)
    errors = moved([errors_like(y) for y in results])
    zeros = moved([0 * errors_like(y) for y in results])
    needs = (True,) * len(wrt)
    for chosen in product([False, True], repeat=len(results)):
        some = tuple(e if c else None for e, c in zip(errors, chosen, strict=True))
        full = tuple(e if c else z for e, c, z in zip(errors, chosen, zeros, strict=True))
        pairs = zip(
            kernel.backward(some, saved, needs), kernel.backward(full, saved, needs), strict=True
        )
        for found, wanted in pairs:
            np.testing.assert_array_equal(found, wanted)


@every_op
def test_only_the_gradients_that_are_needed_are_there(gpu, op):
    arrays = sequences(op, 2, 2, 2, 3)
    for i in inputs_of(arrays):
        agree(op, arrays, (i,))


@every_op
def test_a_sequence_does_not_depend_on_the_others(gpu, op):
    arrays = sequences(op, 5, 6, 3, 8, states=False)
    y, *_ = run(op, moved(arrays))
    for n in range(6):
        alone, *_ = run(op, moved([arrays[0][:, n : n + 1], *arrays[1:]]))
        np.testing.assert_array_equal(alone[:, 0], y[:, n])


@every_op
@pytest.mark.parametrize("dtype", DTYPES)
def test_more_units_go_step_by_step(gpu, op, dtype):
    arrays = sequences(op, 2, 3, 2, 257)
    agree(op, arrays, inputs_of(arrays), dtype)


@every_op
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lengths", [None, (4, 1, 2)])
def test_steps_by_themselves_give_what_they_give_at_once(gpu, monkeypatch, op, dtype, lengths):
    monkeypatch.setattr(through_time, "MOST_SEQUENCES", 2)
    for reverse, states, bias in product([False, True], repeat=3):
        arrays = sequences(op, 4, 3, 2, 5, states=states, bias=bias)
        options = {"lengths": lengths, "reverse": reverse}
        agree(op, arrays, inputs_of(arrays), dtype, **options)
        for i in inputs_of(arrays):
            agree(op, arrays, (i,), dtype, **options)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_rectifier_instead_of_tanh(gpu, monkeypatch, at_once):
    if not at_once:
        monkeypatch.setattr(through_time, "MOST_SEQUENCES", 0)
    arrays = sequences("rnn", 4, 3, 2, 5)
    agree("rnn", arrays, inputs_of(arrays), nonlinearity="relu", lengths=(1, 4, 3))


@every_op
@pytest.mark.parametrize("at_once", [False, True])
def test_the_way_back_can_be_gone_twice_and_leaves_errors_alone(gpu, monkeypatch, op, at_once):
    if not at_once:
        monkeypatch.setattr(through_time, "MOST_SEQUENCES", 0)
    kernel, arrays = kernel_of(op), sequences(op, 3, 2, 2, 4)
    results, saved = kernel.forward(*moved(arrays))
    dy = tuple(moved([errors_like(y) for y in results]))
    needs = tuple(x is not None for x in arrays)
    first = kernel.backward(dy, saved, needs)
    for found, wanted in zip(kernel.backward(dy, saved, needs), first, strict=True):
        np.testing.assert_array_equal(found, wanted)
    for error, y in zip(dy, results, strict=True):
        np.testing.assert_array_equal(error, errors_like(y))


@every_op
def test_empty_batches_and_integers_are_left_to_the_generic_op(op):
    accepts = kernel_of(op).accepts
    assert accepts(*sequences(op, 1, 2, 2, 256)) is True
    assert accepts(*sequences(op, 1, 0, 2, 2)) is False
    assert accepts(*sequences(op, 1, 1, 0, 2)) is False
    assert accepts(*(x.astype(int) for x in sequences(op, 1, 2, 2, 2))) is False


def test_projections_are_left_to_the_generic_op():
    arrays = sequences("lstm", 1, 2, 2, 3)
    assert kernel_of("lstm").accepts(*arrays, np.ones((2, 3))) is False
