"""The pocket: the best weights of data that no line separates."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError
from xpnet.models import perceptron


def moons(n=200, noise=0.2, seed=0):
    x, y = xn.data.moons(n, noise=noise, seed=seed).arrays
    return x, 2 * y - 1


@pytest.mark.parametrize("noise", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_the_pocket_is_as_good_as_the_best_line_of_logistic_regression(seed, noise):
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = moons(noise=noise, seed=seed)
    penalties = (0.01, 0.1, 1.0, 10.0, 1e4)
    lines = [linear_model.LogisticRegression(C=c, max_iter=500).fit(x, y) for c in penalties]
    best = max(line.score(x, y) for line in lines)
    learnt = perceptron.learn_pocket(x, y, seed=seed)
    assert (learnt.model.predict(x) == y).mean() >= best - 0.01
    assert not learnt.converged


@pytest.mark.parametrize("accept", ["always", "loss"])
def test_the_best_weights_seen_are_returned(backend, accept):
    x, y = moons(60)
    learnt = perceptron.learn_pocket(
        backend.asarray(x), backend.asarray(y), accept=accept, max_updates=80, history=True
    )
    wrong = to_numpy(learnt.model.predict(backend.asarray(x))) != y
    assert wrong.sum() == learnt.errors.min()
    assert wrong.mean() < 0.25
    w, b = map(to_numpy, learnt.history)
    assert w.shape == (learnt.updates + 1, 2)
    seen = (y * (w @ x.T + b[:, None]) <= 0).sum(axis=1)
    assert seen.tolist() == learnt.errors.tolist()
    kept = int(seen.argmin())
    assert to_numpy(learnt.w).tolist() == w[kept].tolist()
    assert learnt.b == float(b[kept])


@pytest.mark.parametrize("accept", ["always", "loss"])
def test_a_walk_is_the_same_for_the_same_seed_only(accept):
    x, y = moons()
    walks = [
        perceptron.learn_pocket(x, y, accept=accept, max_updates=50, seed=seed).taken.tolist()
        for seed in (0, 0, 1)
    ]
    assert walks[0] == walks[1] != walks[2]


def test_the_greedy_rule_makes_the_loss_smaller_with_every_correction():
    x, y = (a.astype(np.float64) for a in moons())
    learnt = perceptron.learn_pocket(x, y, accept="loss", history=True)
    v = np.c_[learnt.history.w, learnt.history.b][1:]  # the first weights are zero
    margins = y * (v @ np.c_[x, np.ones(len(x))].T)
    losses = -np.minimum(margins, 0).sum(axis=1) / np.linalg.norm(v, axis=1)
    assert learnt.updates > 10
    assert (np.diff(losses) < 0).all()


def test_the_greedy_rule_comes_to_rest_long_before_the_limit():
    x, y = moons()
    learnt = perceptron.learn_pocket(x, y, accept="loss", max_updates=100_000)
    assert learnt.updates < 1000
    assert (learnt.model.predict(x) == y).mean() > 0.8


@pytest.mark.parametrize("accept", ["always", "loss"])
def test_separable_data_end_it_without_errors(accept):
    dataset, _ = xn.data.linearly_separable(40, margin=0.5, signed=True, seed=1)
    x, y = dataset.arrays
    learnt = perceptron.learn_pocket(x, y, accept=accept)
    assert learnt.converged
    assert learnt.updates < 10_000
    assert learnt.errors[-1] == 0
    assert (learnt.model.predict(x) == y).all()


def test_the_limit_counts_corrections():
    x, y = moons()
    assert perceptron.learn_pocket(x, y, max_updates=7).updates == 7
    assert perceptron.learn_pocket(x, y, accept="loss", max_updates=7).updates <= 7


@pytest.mark.parametrize("accept", ["always", "loss"])
def test_the_same_sample_in_both_classes_is_wrong_once(backend, accept):
    x, y = backend.asarray([[1.0, 2.0], [1.0, 2.0], [-3.0, 0.0]]), backend.asarray([1, -1, -1])
    learnt = perceptron.learn_pocket(x, y, accept=accept, max_updates=60)
    assert learnt.errors.min() == 1
    assert (to_numpy(learnt.model.predict(x)) != to_numpy(y)).sum() == 1


def test_what_is_accepted_must_be_known():
    with pytest.raises(
        ArgumentError,
        match=r"perceptron\.learn_pocket: accept must be one of 'always', 'loss', got",
    ):
        perceptron.learn_pocket(*moons(), accept="best")
