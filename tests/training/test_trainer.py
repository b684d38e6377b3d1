from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, optim
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.data import ArrayDataset, DataLoader
from xpnet.errors import ArgumentError, DataError
from xpnet.testing import assert_close
from xpnet.training import Callback, Trainer


def numbers(history, *columns):
    return {column: history[column] for column in columns or ("loss", "accuracy")}


def parameters(trainer):
    return {name: to_numpy(x).copy() for name, x in trainer.model.state_dict().items()}


# ---- what training does -----------------------------------------------------------------------


def test_training_makes_the_loss_small(points, make_trainer):
    history = make_trainer(lr=0.05).fit(points, epochs=30, progress=False)
    assert history["loss"][-1] < 0.3 * history["loss"][0]
    assert history["accuracy"][-1] > 0.95


def test_training_gives_the_same_numbers_on_each_backend(backend, points, make_trainer):
    trainer = make_trainer("float64")
    history = trainer.fit(points, validation=points, epochs=2, batch_size=50, progress=False)
    assert device_of(trainer.model.layers[1].weight) == backend.device
    with xn.device("cpu"):
        reference = make_trainer("float64")
        expected = reference.fit(points, points, epochs=2, batch_size=50, progress=False)
    for column in ("loss", "accuracy", "val_loss", "val_accuracy"):
        np.testing.assert_allclose(history[column], expected[column], rtol=1e-9)
    for name, value in parameters(reference).items():
        np.testing.assert_allclose(parameters(trainer)[name], value, rtol=1e-7, atol=1e-9)


def test_a_step_is_that_of_a_loop_written_by_hand(points, make_trainer):
    x, y = points
    trainer = make_trainer()
    trainer.fit(points, epochs=1, batch_size=200, shuffle=False, progress=False)
    by_hand = make_trainer()
    loss = nn.functional.cross_entropy(by_hand.model(x), y)
    loss.backward()
    by_hand.optimizer.step()
    for name, value in parameters(by_hand).items():
        np.testing.assert_array_equal(parameters(trainer)[name], value)


@pytest.mark.parametrize("batch_size", [200, 64, 1])
def test_the_loss_of_an_epoch_is_the_mean_over_samples(points, make_trainer, batch_size):
    trainer = make_trainer(lr=0.0)
    history = trainer.fit(points, epochs=1, batch_size=batch_size, progress=False)
    x, y = points
    expected = float(nn.functional.cross_entropy(trainer.model.predict(x), y))
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_the_seed_decides_the_order(points, make_trainer):
    def losses(seed):
        return make_trainer().fit(points, epochs=2, seed=seed, progress=False)["loss"]

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_two_fits_continue_like_one(points, make_trainer):
    once, twice = make_trainer(), make_trainer()
    whole = once.fit(points, epochs=3, progress=False)
    first = twice.fit(points, epochs=1, progress=False)
    second = twice.fit(points, epochs=2, progress=False)
    assert whole["loss"] == first["loss"] + second["loss"]
    assert second["epoch"] == [2, 3]


@pytest.mark.parametrize("batch_size", [10, 7])
def test_accumulated_batches_step_like_one_large_batch(points, make_trainer, batch_size):
    options = {"epochs": 2, "shuffle": False, "progress": False}
    large, small = make_trainer("float64"), make_trainer("float64", accumulate=4)
    large.fit(points, batch_size=4 * batch_size, **options)
    small.fit(points, batch_size=batch_size, **options)
    assert large.step == small.step
    for name, value in parameters(large).items():
        np.testing.assert_allclose(parameters(small)[name], value, rtol=1e-9, atol=1e-12)


def test_clipped_gradients_step_no_farther_than_allowed(points):
    model = xn.models.SoftmaxRegression(2, 2)
    trainer = Trainer(model, optim.SGD(model.parameters(), lr=1.0), clip_norm=1e-3)
    before = parameters(trainer)
    trainer.fit(points, batch_size=200, progress=False)
    moved = sum(np.sum((x - before[name]) ** 2) for name, x in parameters(trainer).items())
    assert math.sqrt(moved) == pytest.approx(1e-3, rel=1e-2)


def test_dropout_is_active_in_training_and_only_there(points):
    class Modes(Callback):
        seen = set()

        def on_step_end(self, trainer):
            self.seen.add(trainer.model.training)

    modes = Modes()
    model = xn.models.MLP(2, (16,), 2, dropout=0.5)
    trainer = Trainer(model, "adam", callbacks=[modes])
    trainer.fit(points, validation=points, progress=False)
    assert modes.seen == {True}
    assert trainer.evaluate(points) == trainer.evaluate(points)


def test_the_mode_of_each_module_is_what_it_was_before(points, make_trainer):
    trainer = make_trainer()
    trainer.model.eval()
    trainer.model.layers[0].training = True
    trainer.fit(points, validation=points, progress=False)
    trainer.evaluate(points)
    assert [m.training for m in trainer.model.layers] == [True, False, False, False]


# ---- what the data may be ---------------------------------------------------------------------


def test_pairs_data_sets_and_loaders_train_alike(points, make_trainer):
    def losses(data):
        return make_trainer().fit(data, epochs=2, batch_size=32, progress=False)["loss"]

    expected = losses(points)
    assert losses(ArrayDataset(*points)) == expected
    assert losses(list(points)) == expected
    assert losses(DataLoader(points, batch_size=32, shuffle=True, seed=0)) == expected


def test_data_follow_the_model_wherever_they_are(backend, points, make_trainer):
    expected = make_trainer().fit(points, epochs=1, progress=False)["loss"]
    there = tuple(backend.asarray(x) for x in points)
    assert make_trainer().fit(there, epochs=1, progress=False)["loss"] == expected
    with xn.device("cpu"):  # the current device does not matter
        trainer = make_trainer(device=backend.device)
        history = trainer.fit(points, epochs=1, progress=False)
    np.testing.assert_allclose(history["loss"], expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inputs_are_brought_to_the_dtype_of_the_model(backend, points, make_trainer, dtype):
    x, y = points
    for given in ("float32", "float64"):
        trainer = make_trainer(dtype)
        trainer.fit((x.astype(given), y), progress=False)
        assert dtype_name(trainer.model.layers[1].weight.dtype) == dtype
        assert trainer.predict(backend.asarray(x.astype(given))).shape == (200, 2)


def test_images_need_no_flattening(make_trainer):
    train, _ = xn.data.load_digits()
    model = xn.models.MLP(64, (8,), 10)
    assert len(Trainer(model, "adam").fit(train, progress=False)) == 1


LOSSES = {
    "cross_entropy": (2, lambda y: y),
    "multi_margin": (2, lambda y: y.astype(np.int32)),
    "hinge": (1, lambda y: y),
    "perceptron": (1, lambda y: 2 * y - 1),
    "squared_hinge": (1, lambda y: y),
    "poisson": (1, lambda y: y),
    "quantile": (1, lambda y: y),
    "bce_with_logits": (1, lambda y: y),
    "mse": (1, lambda y: y.astype(np.float64)),
    "huber": (1, lambda y: y[:, None].astype(np.float32)),
    "l1": (1, lambda y: y),
    "quadratic": (2, lambda y: np.eye(2)[y]),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_targets_are_converted_to_what_a_loss_wants(backend, points, loss):
    x, y = points
    outputs, form = LOSSES[loss]
    model = xn.models.MLP(2, (8,), outputs)
    trainer = Trainer(model, optim.SGD(model.parameters(), lr=0.05), loss, metrics=())
    history = trainer.fit((x, form(y)), epochs=3, progress=False)
    assert history["loss"][2] < history["loss"][0]


def test_a_loss_may_be_a_function_or_a_module(points, make_trainer):
    def own(outputs, y):
        return 2.0 * nn.functional.cross_entropy(outputs, y)

    single = make_trainer(lr=0.0).fit(points, progress=False)["loss"][0]
    double = make_trainer(lr=0.0, loss=own).fit(points, progress=False)["loss"][0]
    module = make_trainer(lr=0.0, loss=nn.CrossEntropyLoss()).fit(points, progress=False)["loss"][0]
    assert double == pytest.approx(2 * single)
    assert module == single


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((np.ones((3, 2)),), r"must be a pair \(X, y\)"),
        (np.ones((3, 2)), "got one ndarray"),
        ((np.ones((3, 2)), np.zeros(2, int)), "first dimension"),
        ((np.ones((0, 2)), np.zeros(0, int)), "at least one sample"),
        (ArrayDataset(np.ones((3, 2))), r"must be a pair \(x, y\), got 1 arrays"),
        (DataLoader(np.ones((3, 2))), r"must be a pair \(x, y\), got 1 arrays"),
        ((np.ones((3, 2)), np.asarray([0.0, 1.0, 0.5])), "must be integers, the classes"),
        ((np.ones((3, 2)), np.asarray([1, 2, -1])), "must be classes from 0, got -1"),
    ],
)
def test_data_that_cannot_be_trained_on_are_an_error(make_trainer, data, message):
    with pytest.raises(DataError, match=message):
        make_trainer().fit(data, progress=False)


def test_three_classes_are_too_many_for_signs(points):
    trainer = Trainer(xn.models.Perceptron(2), "sgd", "perceptron")
    with pytest.raises(DataError, match=r"must be of two classes.*got 0, 1, 2; choose two"):
        trainer.fit((points[0], np.arange(200) % 3), progress=False)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_first_bad_sample_is_named(points, make_trainer, value):
    x, y = points
    x = x.copy()
    x[[17, 150], 1] = value
    with pytest.raises(
        DataError, match=rf"inputs must be finite numbers, got {value} in sample 17"
    ):
        make_trainer().fit((x, y), progress=False)
    with np.errstate(all="ignore"):
        assert len(make_trainer().fit((x, y), progress=False, check_data=False)) == 1


def test_numbers_whose_sum_overflows_are_good(make_trainer):
    x = np.full((4, 2), 1e300)
    trainer = make_trainer("float64", lr=0.0)
    assert len(trainer.fit((x, np.asarray([0, 1, 0, 1])), progress=False)) == 1


def test_a_label_that_has_no_output_is_an_error(points, make_trainer):
    with pytest.raises(ArgumentError, match="labels from 0 to 1"):
        make_trainer().fit((points[0], np.full(200, 7)), progress=False)


# ---- arguments --------------------------------------------------------------------------------


def test_an_optimizer_of_another_model_is_an_error(points):
    other = xn.models.Perceptron(2)
    with pytest.raises(ArgumentError, match="must have the parameters of the model"):
        Trainer(xn.models.Perceptron(2), optim.SGD(other.parameters()))
    with pytest.raises(ArgumentError, match=r"write optim\.Adam"):
        Trainer(other, optim.SGD)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "crossentropy"}, "did you mean 'cross_entropy'"),
        ({"metrics": ["acc"]}, "metric must be one of"),
        ({"accumulate": 0}, "accumulate must be a positive integer"),
        ({"log_every": 0.5}, "log_every must be a positive integer"),
        (
            {"schedule": SimpleNamespace(step=print), "schedule_every": "batch"},
            "every must be one of",
        ),
    ],
)
def test_a_wrong_argument_is_an_error(options, message):
    with pytest.raises(ArgumentError, match=message):
        Trainer(xn.models.Perceptron(2), "sgd", **options)


def test_epochs_must_be_a_positive_number(points, make_trainer):
    with pytest.raises(ArgumentError, match="epochs must be a positive integer, got 0"):
        make_trainer().fit(points, epochs=0, progress=False)


# ---- evaluate and predict -----------------------------------------------------------------------


def test_evaluate_does_not_depend_on_the_batch_size(backend, points, make_trainer):
    trainer = make_trainer("float64", metrics=["accuracy", "f1"])
    whole = trainer.evaluate(points, batch_size=200)
    assert sorted(whole) == ["accuracy", "f1", "loss"]
    assert trainer.evaluate(points, batch_size=120) == pytest.approx(whole, rel=1e-9)


def test_evaluate_and_validation_agree(points, make_trainer):
    trainer = make_trainer()
    history = trainer.fit(points, validation=points, progress=False)
    measured = trainer.evaluate(points)
    assert measured == {name: history[f"val_{name}"][-1] for name in measured}


def test_predict_answers_where_the_question_came_from(backend, points, make_trainer):
    with xn.device("cpu"):
        trainer = make_trainer()
    x = backend.asarray(points[0])
    assert_close(to_numpy(trainer.predict(x, 64)), trainer.model.predict(points[0]), rtol=1e-5)
    assert device_of(trainer.predict(x)) == backend.device


def test_evaluating_leaves_no_trace(points, make_trainer):
    trainer = make_trainer()
    before = parameters(trainer)
    trainer.evaluate(points)
    assert all(p.grad is None for p in trainer.model.parameters())
    for name, value in before.items():
        np.testing.assert_array_equal(parameters(trainer)[name], value)


# ---- Ctrl-C -----------------------------------------------------------------------------------


class PressCtrlC(Callback):
    ended = False

    def __init__(self, at):
        self.at = at

    def on_step_end(self, trainer):
        if trainer.step == self.at:
            raise KeyboardInterrupt

    def on_train_end(self, trainer):
        self.ended = True


def test_ctrl_c_keeps_the_history_and_the_model(points, make_trainer):
    key = PressCtrlC(at=10)  # 7 steps an epoch
    trainer = make_trainer(callbacks=[key])
    history = trainer.fit(points, validation=points, epochs=5, progress=False)
    assert history.interrupted
    assert history["epoch"] == [1]
    assert key.ended
    assert trainer.model.training
    assert all(p.grad is None for p in trainer.model.parameters())
    assert trainer.evaluate(points)["loss"] > 0
    assert not trainer.fit(points, epochs=1, progress=False).interrupted


# ---- nothing waits for the device -------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"clip_norm": 1.0}, {"accumulate": 2}])
def test_values_are_fetched_once_per_logging_interval(points, make_trainer, fetches, options):
    metrics = ["accuracy", "f1", "top_2"]
    with xn.device("strict:device1"):
        trainer = make_trainer(metrics=metrics, log_every=10, **options)
    del fetches[:]
    trainer.fit(points, epochs=3, batch_size=10, progress=False)
    steps = 60 // options.get("accumulate", 1)
    assert trainer.step == steps
    at_steps, at_epochs = steps // 10, 3
    assert fetches == ["to_numpy"] * (at_steps + at_epochs)


def test_evaluation_fetches_once(points, make_trainer, fetches):
    with xn.device("strict:device1"):
        trainer = make_trainer(metrics=["accuracy", "f1"])
    del fetches[:]
    trainer.evaluate(points, batch_size=10)
    assert fetches == ["to_numpy"]


def test_one_seed_decides_on_weights_order_and_dropout(points):
    def trained(common, **options):
        xn.manual_seed(common)
        model = xn.models.MLP(2, (16,), 2, dropout=0.3)
        xn.Trainer(model, "adam").fit(points, epochs=2, progress=False, **options)
        return b"".join(x.tobytes() for x in model.state_dict().values())

    assert trained(6) == trained(6) == trained(6, seed=6)
    assert len({trained(6), trained(7), trained(6, seed=7)}) == 3
