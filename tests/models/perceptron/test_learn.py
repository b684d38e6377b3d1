"""Rosenblatt's rule in its two forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xpnet as xn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, DataError, DeviceError, DTypeError, ShapeError
from xpnet.models import perceptron
from xpnet.testing import assert_close

RULES = {"primal": perceptron.learn, "dual": perceptron.learn_dual}
ALL = {**RULES, "pocket": perceptron.learn_pocket}


def separable(n=30, features=2, margin=0.02, seed=0):
    """Samples in eighths, with which float32 computes exactly, and labels -1 and 1."""
    dataset, (w, b) = xn.data.linearly_separable(n, features, margin, signed=True, seed=seed)
    x = np.round(8 * dataset.arrays[0]) / 8
    return x, np.where(x @ w + b > 0, 1, -1)


def by_hand(x, y, lr=1.0):
    """The rule as a loop over the samples, as on a blackboard: weights, bias, samples taken."""
    w, b, taken = np.zeros(x.shape[1], x.dtype), 0.0, []
    while True:
        before = len(taken)
        for i in range(len(x)):
            if y[i] * (w @ x[i] + b) <= 0:
                w, b = w + lr * y[i] * x[i], b + lr * y[i]
                taken.append(i)
        if len(taken) == before:
            return w.astype(x.dtype), b, taken


@pytest.mark.parametrize("name", RULES)
def test_the_rule_is_that_of_the_blackboard(backend, name):
    x, y = separable()
    w, b, taken = by_hand(x, y)
    learnt = RULES[name](backend.asarray(x), backend.asarray(y))
    assert learnt.taken.tolist() == taken
    assert learnt.updates == len(taken) > 3
    assert_close(learnt.w, backend.asarray(w), rtol=0, atol=0)
    assert learnt.b == b
    assert learnt.converged
    assert learnt.errors[-1] == 0
    assert device_of(learnt.w) == backend.device
    assert to_numpy(learnt.model.predict(backend.asarray(x))).tolist() == y.tolist()


@pytest.mark.parametrize("order", ["cyclic", "random"])
def test_both_forms_take_the_same_samples_and_alpha_counts_them(backend, order):
    x, y = separable(seed=1)
    options = {"order": order, "history": True, "seed": 5}
    one = perceptron.learn(backend.asarray(x), backend.asarray(y), **options)
    other = perceptron.learn_dual(backend.asarray(x), backend.asarray(y), **options)
    assert one.taken.tolist() == other.taken.tolist()
    assert one.errors.tolist() == other.errors.tolist()
    alpha = to_numpy(other.alpha)
    assert alpha.tolist() == np.bincount(one.taken, minlength=len(x)).tolist()
    np.testing.assert_array_equal((alpha * y) @ x, to_numpy(one.w))
    assert (alpha * y).sum() == one.b == other.b
    assert one.alpha is None
    for a, b in zip(one.history, other.history, strict=True):
        assert_close(a, b, rtol=0, atol=0)


def test_a_random_order_is_the_same_everywhere_and_another_for_another_seed(backend):
    x, y = separable(seed=2)
    learnt = perceptron.learn(backend.asarray(x), backend.asarray(y), order="random", seed=3)
    there = perceptron.learn(x, y, order="random", seed=3)
    assert learnt.taken.tolist() == there.taken.tolist()
    assert there.converged
    others = [perceptron.learn(x, y, order="random", seed=seed).taken.tolist() for seed in range(4)]
    assert there.taken.tolist() == others[3]
    assert len({tuple(taken) for taken in others}) > 1


def test_every_correction_is_made_at_a_misclassified_sample_and_the_errors_are_counted():
    x, y = separable(seed=3)
    learnt = perceptron.learn(x, y, order="random", history=True)
    w, b = learnt.history
    assert w.shape == (learnt.updates + 1, 2)
    assert b.shape == (learnt.updates + 1,)
    margins = y * (w @ x.T + b[:, None])  # (updates + 1, N)
    assert ((margins <= 0).sum(axis=1) == learnt.errors).all()
    assert (margins[np.arange(learnt.updates), learnt.taken] <= 0).all()
    steps = np.c_[np.diff(w, axis=0), np.diff(b)]
    expected = y[learnt.taken, None] * np.c_[x, np.ones(len(x))][learnt.taken]
    np.testing.assert_array_equal(steps, expected)
    assert w[-1].tolist() == learnt.w.tolist()


@pytest.mark.parametrize("name", RULES)
def test_the_learning_rate_scales_the_weights_and_changes_no_decision(name):
    x, y = separable()
    one, quarter = RULES[name](x, y), RULES[name](x, y, lr=0.25, history=True)
    assert one.taken.tolist() == quarter.taken.tolist()
    np.testing.assert_array_equal(quarter.w, one.w / 4)
    assert quarter.b == one.b / 4
    np.testing.assert_array_equal(quarter.history.w[-1], quarter.w)


@pytest.mark.parametrize("name", RULES)
def test_max_updates_ends_what_would_go_on(name):
    x, y = separable()
    needed = RULES[name](x, y).updates
    early = RULES[name](x, y, max_updates=needed - 1)
    assert (early.updates, early.converged) == (needed - 1, False)
    assert early.errors[-1] > 0
    in_time = RULES[name](x, y, max_updates=needed)
    assert (in_time.updates, in_time.converged) == (needed, True)


@pytest.mark.parametrize("name", ALL)
def test_one_class_alone_is_learnt_by_a_single_correction(name):
    x, _ = separable()
    learnt = ALL[name](x, np.ones(len(x), dtype=np.int64))
    assert learnt.converged
    assert (learnt.model.predict(x) == 1).all()


@pytest.mark.parametrize("name", ALL)
def test_whole_numbers_and_labels_of_any_type_and_tensors_are_taken(backend, name):
    x, y = np.asarray([[0, 0], [0, 1], [1, 0], [1, 1]]), np.asarray([-1, -1, -1, 1])
    learnt = ALL[name](backend.asarray(x), backend.asarray(y.astype(np.float32)))
    assert learnt.converged
    assert learnt.w.dtype == backend.xp.float32
    wrapped = ALL[name](xn.Tensor(backend.asarray(x)), backend.asarray(y))
    assert wrapped.taken.tolist() == learnt.taken.tolist()


@pytest.mark.parametrize("name", ALL)
def test_the_dtype_of_the_samples_is_that_of_the_model_and_nothing_is_written_to(name):
    x, y = separable()
    x, before = x.astype(np.float64), x.copy()
    learnt = ALL[name](x, y)
    assert learnt.w.dtype == learnt.model.predict(x).dtype == np.float64
    assert (x == before).all()


@pytest.mark.parametrize("name", ALL)
def test_learning_draws_nothing_from_the_common_random_numbers(name):
    before = xn.backend.random.get_state()
    ALL[name](*separable())
    assert xn.backend.random.get_state() == before


def test_weights_that_overflow_do_not_count_as_right():
    x = np.asarray([[3e38, 0.0], [3e38, 1.0], [3e38, -1.0]], dtype=np.float32)
    with np.errstate(all="ignore"):
        learnt = perceptron.learn(x, np.asarray([1, -1, 1]), max_updates=5)
    assert not learnt.converged


def test_a_learnt_model_survives_a_file(tmp_path):
    x, y = separable()
    learnt = perceptron.learn(x, y)
    xn.save(learnt.model, tmp_path / "perceptron.safetensors")
    assert b'"Perceptron"' in (tmp_path / "perceptron.safetensors").read_bytes().replace(b"\\", b"")
    again = xn.load(tmp_path / "perceptron.safetensors")
    assert type(again) is xn.models.Perceptron
    assert (again.predict(x) == y).all()


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(2, 40),
    features=st.integers(1, 5),
    margin=st.floats(0.02, 1.0),
    seed=st.integers(0, 2**32),
    order=st.sampled_from(["cyclic", "random"]),
)
def test_separable_data_are_learnt_without_error_within_the_bound(n, features, margin, seed, order):
    dataset, hyperplane = xn.data.linearly_separable(n, features, margin, signed=True, seed=seed)
    x, y = dataset.arrays
    x = x.astype(np.float64)
    best, known = perceptron.bound(x, y), perceptron.bound(x, y, hyperplane)
    learnt = perceptron.learn(x, y, order=order, seed=seed, max_updates=best.updates + 1)
    assert learnt.converged
    assert (learnt.model.predict(x) == y).all()
    assert learnt.updates <= best.updates <= known.updates
    dual = perceptron.learn_dual(x, y, order=order, seed=seed, max_updates=best.updates + 1)
    assert dual.converged
    np.testing.assert_allclose((to_numpy(dual.alpha) * y) @ x, dual.w, atol=1e-9)


X, Y = separable()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("error", "message", "x", "y"),
    [
        (ShapeError, r"x must be \(N, D\), got \(30, 2, 1\); one row", X[:, :, None], Y),
        (ShapeError, r"y must be \(30,\), one label .* got \(30, 1\); reshape", X, Y[:, None]),
        (ShapeError, r"y must be \(30,\), one label .* got \(29,\)", X, Y[1:]),
        (DataError, r"x must have samples and features, got \(0, 2\); add", X[:0], Y[:0]),
        (DataError, r"x must have samples and features, got \(30, 0\); add", X[:, :0], Y),
        (DTypeError, "x must be real numbers, got complex128; convert", X.astype(complex), Y),
        (DTypeError, "x must be an array, got list; convert it with xn.asarray", X.tolist(), Y),
        (DTypeError, "y must be an array, got list; convert", X, Y.tolist()),
        (DataError, "x must be finite, got NaN or infinity; leave out", X + np.inf, Y),
        (DataError, "x must be finite, got NaN", np.where(X > 1, np.nan, X), Y),
        (DataError, r"y must be -1 and 1, got other labels \(int64\); of 0 and 1, .* 2 \* y - 1",
         X, (Y + 1) // 2),
        (DataError, r"y must be -1 and 1, got other labels \(bool\)", X, Y > 0),
        (DataError, r"y must be -1 and 1, got other labels \(float64\)", X, Y + 0.5),
    ],
)  # fmt: skip
def test_samples_that_make_no_sense_are_refused(name, error, message, x, y):
    with pytest.raises(error, match=rf"perceptron\.{ALL[name].__name__}: {message}"):
        ALL[name](x, y)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_updates": 0}, "max_updates must be a positive integer, got 0; 10000 is usual"),
        ({"max_updates": -3}, "max_updates must be a positive integer, got -3"),
        ({"max_updates": 1.5}, "max_updates must be a positive integer, got 1.5"),
        ({"max_updates": True}, "max_updates must be a positive integer, got True"),
        ({"lr": 0.0}, "lr must be a positive number, got 0.0; 1.0 is usual"),
        ({"lr": -1.0}, "lr must be a positive number, got -1.0"),
        ({"lr": float("inf")}, "lr must be a positive number, got inf"),
        ({"lr": "fast"}, "lr must be a positive number, got 'fast'"),
    ],
)
def test_options_that_make_no_sense_are_refused(name, options, message):
    with pytest.raises(ArgumentError, match=rf"perceptron\.{ALL[name].__name__}: {message}"):
        ALL[name](X, Y, **options)


@pytest.mark.parametrize("name", RULES)
def test_an_order_must_be_known(name):
    with pytest.raises(ArgumentError, match="order must be one of 'cyclic', 'random', got 'rand'"):
        RULES[name](X, Y, order="rand")


def test_samples_and_labels_must_live_together():
    strict = pytest.importorskip("array_api_strict")
    with pytest.raises(DeviceError, match=r"perceptron\.learn"):
        perceptron.learn(X, strict.asarray(Y))
