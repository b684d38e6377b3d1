from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.backend import device_of, dtype_name
from xpnet.cli.problem import LOSSES
from xpnet.training import Trainer


@pytest.fixture
def train(xpnet, tmp_path, monkeypatch):
    """Run `xpnet train` in an empty folder, with little work and no progress."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return xpnet("train", "--no-progress", *arguments)

    return run


def results(path="model.json"):
    with open(path) as file:
        return json.load(file)


def small_file(path, classes=3, **changes):
    """Write points around `classes` centres to an .npz file."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % classes
    x = (rng.normal(size=(60, 4)) + 5 * y[:, None]).astype(np.float32)
    np.savez(path, **{"X": x, "y": y, **changes})
    return x, y


def test_the_defaults_learn_the_digits(train):
    done = train()
    assert done.code == 0
    assert results()["results"]["test"]["accuracy"] > 0.97


def test_model_history_and_results_are_written(train, tmp_path):
    done = train("--epochs", 2, "--output", "digits.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "digits.csv", "digits.json", "digits.safetensors"
    ]  # fmt: skip
    assert "wrote digits.safetensors, digits.csv, digits.json" in done.out
    with open("digits.csv", newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    record = results("digits.json")
    assert record["epochs"] == 2
    assert record["options"]["hidden"] == [128]
    assert "json" not in str(record["options"].get("run", ""))
    assert type(xn.load("digits.safetensors")) is xn.models.MLP


def test_the_table_shows_the_results_of_the_saved_model(train):
    done = train("--epochs", 2)
    _, test = xn.data.load_digits()
    trainer = Trainer(xn.load("model.safetensors"), "sgd")
    measured = trainer.evaluate(test)
    assert measured == pytest.approx(results()["results"]["test"])
    line = next(line for line in done.out.splitlines() if line.startswith("test"))
    assert line.split() == ["test", f"{measured['loss']:.4f}", f"{measured['accuracy']:.2%}"]


def test_a_picture_is_drawn(train, tmp_path):
    pytest.importorskip("matplotlib")
    train("--epochs", 1, "--plot", "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_error_comes_before_training(train, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = train("--plot", "curves.png")
    assert done.code == 2
    assert "pip install 'xpnet[plot]'" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("flag", ["--output", "--plot"])
def test_a_missing_folder_is_an_error_before_training(train, flag):
    done = train(flag, "missing/file.png")
    assert done.code == 2
    assert f"{flag} must be in an existing folder" in done.err


def test_the_same_seed_gives_the_same_numbers_on_every_device(backend, train):
    options = ("--epochs", 1, "--hidden", 16, "--batch-size", 359, "--dropout", 0.2)
    train(*options, "--dtype", "float64", "--seed", 3, "--device", backend.device_name)
    here = results()["results"]
    assert device_of(xn.load("model.safetensors").layers[1].weight) == backend.device
    train(*options, "--dtype", "float64", "--seed", 3)
    there = results()["results"]
    for part in ("train", "test"):
        assert here[part] == pytest.approx(there[part], rel=1e-9)


def test_another_seed_gives_other_numbers(train):
    losses = []
    for seed in (0, 1, 0):
        train("--epochs", 1, "--seed", seed)
        losses.append(results()["results"]["test"]["loss"])
    assert losses[0] == losses[2] != losses[1]


def test_the_dtype_is_that_of_the_model(train):
    train("--epochs", 1, "--dtype", "float64")
    assert dtype_name(xn.load("model.safetensors").layers[1].weight.dtype) == "float64"


@pytest.mark.parametrize(
    ("model", "classes", "kind"),
    [("softmax", "0,1,2", "SoftmaxRegression"), ("logistic", "3,8", "LogisticRegression"),
     ("perceptron", "0,1", "Perceptron"), ("mlp", "7,1", "MLP")],
)  # fmt: skip
def test_every_model_can_be_trained_on_chosen_classes(train, model, classes, kind):
    done = train("--model", model, "--classes", classes, "--epochs", 10)
    assert done.code == 0, done.err
    assert type(xn.load("model.safetensors")).__name__ == kind
    assert results()["results"]["test"]["accuracy"] > 0.9


def test_a_model_for_two_classes_refuses_ten(train):
    done = train("--model", "perceptron")
    assert done.code == 2
    assert "must have data of 2 classes, got 10; choose two with --classes 0,1" in done.err


def test_classes_that_are_not_there_are_an_error(train):
    assert "two or more of the classes in the data" in train("--classes", "3,12").err


def test_an_mlp_has_the_shape_that_was_asked_for(train):
    options = ("--hidden", "32,16", "--activation", "tanh", "--dropout", "0.5")
    train("--epochs", 1, *options)
    names = [type(layer).__name__ for layer in xn.load("model.safetensors").layers]
    assert names == ["Flatten", *["Linear", "Tanh", "Dropout"] * 2, "Linear"]


def test_no_hidden_layer_is_possible(train):
    assert train("--epochs", 1, "--hidden", "").code == 0
    assert len(xn.load("model.safetensors").layers) == 2


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adam", "adamw", "lion"])
def test_every_optimizer_learns_with_its_default(train, optimizer):
    assert train("--optimizer", optimizer, "--epochs", 10).code == 0
    assert results()["results"]["test"]["accuracy"] > 0.9


def test_options_reach_the_optimizer_or_are_refused(train):
    assert train("--epochs", 1, "--optimizer", "sgd", "--momentum", 0.9).code == 0
    done = train("--epochs", 1, "--optimizer", "adam", "--momentum", 0.9)
    assert done.code == 2
    assert "--momentum must go with an optimizer that has it" in done.err


def test_training_that_diverges_says_so(train):
    with np.errstate(all="ignore"):
        done = train("--optimizer", "sgd", "--lr", "1e30", "--schedule", "constant")
    assert done.code == 2
    assert "try a smaller learning rate" in done.err


def test_ctrl_c_keeps_what_was_learnt(train, tmp_path, monkeypatch):
    original = Trainer._evaluate
    calls = []

    def evaluate(self, loader):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(self, loader)

    monkeypatch.setattr(Trainer, "_evaluate", evaluate)
    done = train("--epochs", 9)
    assert done.code == 130
    assert "2 epochs (interrupted)" in done.out
    assert results()["interrupted"] is True
    assert (tmp_path / "model.safetensors").exists()


# ---- data from files --------------------------------------------------------------------------


def test_a_file_of_arrays_is_split(train):
    small_file("points.npz")
    assert train("--data", "points.npz", "--batch-size", 8).code == 0
    assert results()["results"]["test"]["accuracy"] > 0.9


def test_a_file_may_bring_its_own_test_data(train):
    x, y = small_file("points.npz")
    np.savez("points.npz", x_train=x, y_train=y, x_test=x[:7], y_test=y[:7])
    done = train("--data", "points.npz", "--epochs", 1)
    assert "60 samples to train on, 7 to test with" in done.out


def test_integers_up_to_255_are_scaled(train):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 3, 3)).astype(np.uint8)
    np.savez("images.npz", images=images, labels=np.arange(40) % 2)
    assert train("--data", "images.npz", "--epochs", 1).code == 0
    assert results()["results"]["train"]["loss"] < 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": np.ones(60)}, "must be classes, integers"),
        (
            {"y": np.arange(60) - 5},
            "integers (N,) or (N, H, W) from 0, or names, got int64 of shape",
        ),
        ({"X": np.asarray(["a"] * 60)}, "must be numbers"),
        ({"X": np.full((60, 4), np.nan)}, "got nan in sample"),
        ({"X": np.ones((59, 4))}, "first dimension"),
    ],
)
def test_a_file_with_wrong_arrays_is_an_error(train, changes, message):
    small_file("points.npz", **changes)
    done = train("--data", "points.npz", "--epochs", 1)
    assert done.code == 2
    assert message in done.err


def test_a_file_without_the_arrays_is_an_error(train, tmp_path):
    np.savez("points.npz", foo=np.ones(3))
    assert "must hold x_train and y_train, or X and y, got foo" in train("--data", "points.npz").err
    (tmp_path / "text.npz").write_text("hello")
    assert "must be an .npz file" in train("--data", "text.npz").err
    assert "must be a file, got none" in train("--data", "missing.npz").err


def test_mnist_comes_from_the_folder_given(train, tmp_path):
    done = train("--data", "mnist", "--data-dir", tmp_path)
    assert done.code == 2
    assert "load_mnist: the four files" in done.err


# ---- configuration ----------------------------------------------------------------------------


def test_a_configuration_file_gives_options_and_flags_win(train, tmp_path):
    (tmp_path / "my.toml").write_text(
        'model = "mlp"\nhidden = [16, 8]\nepochs = 3\nbatch_size = 128\nno_progress = true\n'
    )
    train("--config", "my.toml", "--epochs", 1)
    options = results()["options"]
    assert (options["hidden"], options["batch_size"], options["epochs"]) == ([16, 8], 128, 1)
    train("--config=my.toml")
    assert results()["options"]["epochs"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('modle = "mlp"', "did you mean '--model'"),
        ('model = "mpl"', "did you mean 'mlp'"),
        ("epochs =", "must be a TOML file"),
        ("[train]\nepochs = 3", "without sections"),
    ],
)
def test_a_wrong_configuration_file_is_an_error(train, tmp_path, text, message):
    (tmp_path / "my.toml").write_text(text)
    done = train("--config", "my.toml")
    assert done.code == 2
    assert message in done.err


def test_a_missing_configuration_file_is_an_error(train):
    assert "--config must be a TOML file that can be read" in train("--config", "no.toml").err


def test_every_model_has_a_loss():
    assert set(LOSSES) == set(models.MODELS)


def test_lenet5_asks_for_images_of_its_size(xpnet):
    answer = xpnet("train", "--model", "lenet5", "--data", "digits")
    assert answer.code == 2
    assert "must have images of shape (C, 28, 28)" in answer.err


def test_a_precision_of_numbers_that_are_never_rounded_is_an_error(train):
    done = train("--precision", "float16", "--dtype", "float64")
    assert done.code == 2
    assert "train: --precision must go with --dtype float32, got --dtype float64" in done.err
