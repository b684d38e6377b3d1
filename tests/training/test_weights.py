"""Samples with weights: a weight of 2 is a sample that is there twice."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, optim
from xpnet.backend import to_numpy
from xpnet.data import ArrayDataset, DataLoader
from xpnet.errors import ArgumentError, DataError, DTypeError, ShapeError
from xpnet.nn.functional import LOSSES
from xpnet.training import Trainer
from xpnet.training.loss import BatchLoss

ALL = {"epochs": 2, "batch_size": 1000, "shuffle": False, "progress": False}  # one step an epoch


def parameters(trainer):
    return {name: to_numpy(x).copy() for name, x in trainer.model.state_dict().items()}


def assert_same(trainer, other, rtol=1e-9):
    for name, value in parameters(other).items():
        np.testing.assert_allclose(parameters(trainer)[name], value, rtol=rtol, atol=1e-12)


def some_data(loss, rng):
    """Outputs and targets of six samples for any loss."""
    name = getattr(loss, "__name__", "")
    if name in ("cross_entropy", "nll_loss", "multi_margin_loss"):
        return rng.normal(size=(6, 3)), rng.integers(0, 3, 6)
    if name in ("hinge_loss", "squared_hinge_loss", "perceptron_loss"):
        return rng.normal(size=(6, 1)), rng.integers(0, 2, 6)
    return rng.uniform(0.1, 0.9, size=(6, 2)), rng.uniform(0.1, 0.9, size=(6, 2))


def test_integer_weights_are_repeated_samples(backend, points, make_trainer):
    x, y = points
    weights = np.arange(200) % 4
    repeated = np.repeat(np.arange(200), weights)
    trainer, other = make_trainer("float64", lr=0.1), make_trainer("float64", lr=0.1)
    history = trainer.fit((x, y, weights.astype(np.float64)), **ALL)
    expected = other.fit((x[repeated], y[repeated]), **ALL)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-9)
    assert_same(trainer, other, rtol=1e-7)
    measured = trainer.evaluate((x, y, weights), batch_size=64)["loss"]
    assert measured == pytest.approx(other.evaluate((x[repeated], y[repeated]))["loss"], rel=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_takes_weights(backend, name):
    loss = BatchLoss(LOSSES[name])
    outputs, y = (backend.asarray(a) for a in some_data(LOSSES[name], np.random.default_rng(0)))
    weights = np.asarray([1.0, 0.0, 3.0, 2.0, 0.0, 1.0])
    rows = np.repeat(np.arange(6), weights.astype(int))
    repeated = (backend.asarray(to_numpy(a)[rows]) for a in (outputs, y))
    expected = float(loss(*repeated))
    assert float(loss(outputs, y, backend.asarray(weights))) == pytest.approx(expected, rel=1e-9)
    equal = float(loss(outputs, y, backend.asarray(np.full(6, 0.7))))
    assert equal == pytest.approx(float(loss(outputs, y)), rel=1e-12)


MODULES = {
    "weights of classes": nn.CrossEntropyLoss(np.asarray([1.0, 2.0, 0.5])),
    "an ignored class": nn.CrossEntropyLoss(ignore_index=1),
    "smoothed labels": nn.CrossEntropyLoss(label_smoothing=0.1),
    "log-likelihood": nn.NLLLoss(np.asarray([1.0, 2.0, 0.5]), ignore_index=0),
    "squared hinges": nn.MultiMarginLoss(p=2),
    "a part of a function": partial(nn.functional.cross_entropy, label_smoothing=0.2),
}


@pytest.mark.parametrize("name", MODULES)
def test_loss_modules_keep_their_options(name):
    loss = BatchLoss(MODULES[name])
    rng = np.random.default_rng(1)
    outputs, y = rng.normal(size=(6, 3)), np.asarray([0, 1, 2, 0, 1, 2])
    weights = np.asarray([1.0, 4.0, 3.0, 2.0, 0.0, 1.0])
    rows = np.repeat(np.arange(6), weights.astype(int))
    assert float(loss(outputs, y, weights)) == pytest.approx(float(loss(outputs[rows], y[rows])))
    assert float(loss(outputs, y, np.ones(6))) == pytest.approx(float(loss(outputs, y)))


def test_a_weight_is_one_of_all_pixels_of_a_sample():
    rng = np.random.default_rng(2)
    outputs, y = rng.normal(size=(2, 3, 4, 4)), rng.integers(0, 3, (2, 4, 4))
    loss = BatchLoss(nn.functional.cross_entropy)
    first, second = (float(loss(outputs[i : i + 1], y[i : i + 1])) for i in (0, 1))
    both = float(loss(outputs, y, np.asarray([1.0, 3.0])))
    assert both == pytest.approx((first + 3 * second) / 4)


def test_a_function_of_ones_own_gives_one_loss_per_sample(points, make_trainer):
    def own(outputs, y, reduction="mean"):
        return nn.functional.cross_entropy(outputs, y, reduction=reduction)

    weights = np.arange(200) % 3
    trainer, other = make_trainer("float64", loss=own), make_trainer("float64")
    trainer.fit((*points, weights), **ALL)
    other.fit((*points, weights), **ALL)
    assert_same(trainer, other)


def test_weights_of_zero_are_no_step_and_no_nan(backend, points, make_trainer):
    x, y = points
    weights = np.where(np.arange(200) < 50, 0.0, 1.0).astype(np.float32)
    model = xn.models.MLP(2, (4,), 2)
    trainer = Trainer(model, optim.SGD(model.parameters(), lr=0.1))
    before = parameters(trainer)
    first = ArrayDataset(x[:50], y[:50], weights[:50])
    history = trainer.fit(first, check_data=False, progress=False)
    assert history["loss"] == [0.0]
    assert_same(trainer, trainer)
    for name, value in parameters(trainer).items():
        np.testing.assert_array_equal(value, before[name])
    history = trainer.fit((x, y, weights), batch_size=50, shuffle=False, progress=False)
    assert history["loss"][0] > 0


@pytest.mark.parametrize("batch_size", [10, 7])
def test_accumulated_batches_are_weighted_like_one_large_batch(backend, points, batch_size):
    x, y = points
    weights = np.arange(200) % 10 < 4  # batches of very different weight
    weights = np.where(np.arange(200) < 80, weights, 3.0)
    options = {"epochs": 1, "shuffle": False, "progress": False}

    def trained(size, accumulate):
        xn.manual_seed(0)
        model = xn.models.MLP(2, (4,), 2).to(dtype="float64")
        optimizer = optim.SGD(model.parameters(), lr=0.5)
        trainer = Trainer(model, optimizer, accumulate=accumulate)
        return trainer, trainer.fit((x, y, weights), batch_size=size, **options)

    (large, first), (small, second) = trained(4 * batch_size, 1), trained(batch_size, 4)
    assert_same(small, large)
    np.testing.assert_allclose(first["accuracy"], second["accuracy"])


def test_loaders_and_validation_have_weights_too(points, make_trainer):
    weights = np.arange(200) % 3
    x, y = points
    trainer = make_trainer()
    loader = DataLoader((x, y, weights), batch_size=50, shuffle=True)
    history = trainer.fit(loader, validation=(x, y, weights), epochs=1, progress=False)
    kept = np.repeat(np.arange(200), weights)
    expected = trainer.evaluate((x[kept], y[kept]))["loss"]
    assert history["val_loss"][0] == pytest.approx(expected, rel=1e-5)


def test_metrics_count_every_sample_alike(points, make_trainer):
    trainer = make_trainer()
    weighted = trainer.evaluate((*points, np.arange(200) % 3))
    assert weighted["accuracy"] == trainer.evaluate(points)["accuracy"]


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        (np.ones(200) - 2, DataError, r"weights must be >= 0, got -1.0 in sample 0"),
        (np.zeros(200), DataError, r"weights must not all be 0, got 200"),
        (np.full(200, np.nan), DataError, r"weights must be finite numbers, got nan in sample 0"),
        (np.ones((200, 1)), ShapeError, r"weights must be \(200,\).*got \(200, 1\)"),
        (np.ones(200, bool), DTypeError, r"weights must be real numbers, got bool"),
    ],
)
def test_weights_that_make_no_sense_are_an_error(points, make_trainer, weights, error, message):
    with pytest.raises(error, match=message):
        make_trainer().fit((*points, weights), progress=False)


def test_a_loss_without_one_number_per_sample_is_an_error_before_the_first_step(points):
    model = xn.models.MLP(2, (4,), 2)

    def only_mean(outputs, y):
        return nn.functional.cross_entropy(outputs, y)

    def summed(outputs, y, reduction="mean"):
        return nn.functional.cross_entropy(outputs, y)

    data = (*points, np.ones(200))
    for loss, check_data, error, message in (
        (
            only_mean,
            True,
            ArgumentError,
            r"reduction='none'.*got only_mean\(outputs, y\)",
        ),
        (only_mean, False, ArgumentError, r"must take reduction='none'"),
        (summed, True, ShapeError, r"it must be \(32, \.\.\.\), one for each sample, got \(\)"),
        (nn.CrossEntropyLoss(reduction="sum"), True, ArgumentError, r"must be a mean.*got .*'sum'"),
    ):
        trainer = Trainer(model, "adam", loss)
        with pytest.raises(error, match=message):
            trainer.fit(data, progress=False, check_data=check_data)
        assert trainer.step == 0


def test_no_value_is_fetched_for_weights(points, make_trainer, fetches):
    with xn.device("strict:device1"):
        trainer = make_trainer(log_every=10, accumulate=2)
    del fetches[:]
    trainer.fit((*points, np.ones(200)), epochs=1, batch_size=10, progress=False)
    assert fetches == ["to_numpy"] * 2
