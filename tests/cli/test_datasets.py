from __future__ import annotations

import json

import numpy as np
import pytest

import xpnet as xn

TRAIN = ("train", "--no-progress", "--epochs", 5, "--batch-size", 4)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def points(classes=2, dtype=np.float32):
    """Return points around centres, (60, 4), and their classes."""
    y = np.arange(60) % classes
    noise = np.random.default_rng(0).integers(0, 3, (60, 4))
    return (noise + 6 * y[:, None]).astype(dtype), y


def test_labels_may_be_names(xpnet, folder):
    x, y = points()
    names = np.asarray(["yes", "no"])
    np.savez("points.npz", X=x, y=names[y])
    assert xpnet(*TRAIN, "--data", "points.npz").code == 0
    np.save("x.npy", x[:2])
    answers = json.loads(xpnet("predict", "model.safetensors", "x.npy", "--json").out)
    assert [answer["prediction"] for answer in answers] == ["yes", "no"]
    np.savez("only.npz", X=x[y == 0], y=names[y[y == 0]])  # "yes" is class 0 here, 1 in the model
    done = xpnet("evaluate", "model.safetensors", "--data", "only.npz", "--json")
    assert json.loads(done.out)["accuracy"] == 1


def test_labels_may_be_booleans(xpnet, folder):
    x, y = points()
    np.savez("points.npz", X=x, y=y == 1)
    assert xpnet(*TRAIN, "--data", "points.npz").code == 0
    assert xn.io.read_notes("model.safetensors")["class_names"] == ["False", "True"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_train": np.arange(60) % 2 * 1_000_000}, "without large gaps, got 1000000 with 2"),
        ({"x_test": np.ones((6, 5), np.float32)}, "must have one shape, got (4,) and (5,)"),
        ({"x_test": np.ones((6, 4), np.uint8)}, "got float32 and uint8"),
        ({"y_train": np.asarray(["a", "b"] * 30)}, "must be classes, integers (N,) or"),
        ({"y_train": np.asarray([b"a", b"b"] * 30)}, "or names, got |S1"),
    ],
)
def test_data_that_cannot_be_trained_on_are_one_line(xpnet, folder, changes, message):
    x, y = points()
    parts = {"x_train": x, "y_train": y, "x_test": x[:6], "y_test": y[:6]}
    np.savez("points.npz", **{**parts, **changes})
    done = xpnet(*TRAIN, "--data", "points.npz")
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1


def test_bytes_of_a_table_are_numbers_in_training_evaluation_and_prediction(xpnet, folder):
    x, y = points(dtype=np.uint8)
    np.savez("points.npz", X=x, y=y)
    np.savez("same.npz", X=x.astype(np.float32), y=y)
    xpnet(*TRAIN, "--data", "points.npz")
    assert xn.io.read_notes("model.safetensors")["divisor"] == 1
    evaluate = ("evaluate", "model.safetensors", "--json", "--data")
    assert xpnet(*evaluate, "points.npz").out == xpnet(*evaluate, "same.npz").out
    predict = ("predict", "model.safetensors", "--json")
    bytes_, floats = (json.loads(xpnet(*predict, n).out) for n in ("points.npz", "same.npz"))
    assert [a["outputs"] for a in bytes_] == [a["outputs"] for a in floats]


def test_bytes_are_scaled_as_in_training_though_they_come_as_rows(xpnet, folder):
    images = np.random.default_rng(0).integers(0, 256, (40, 3, 3)).astype(np.uint8)
    np.savez("images.npz", images=images, labels=np.arange(40) % 2)
    xpnet(*TRAIN, "--data", "images.npz")
    assert xn.io.read_notes("model.safetensors")["divisor"] == 255
    np.save("rows.npy", images.reshape(40, 9))
    predict = ("predict", "model.safetensors", "--json")
    rows, whole = (json.loads(xpnet(*predict, n).out) for n in ("rows.npy", "images.npz"))
    assert [a["outputs"] for a in rows] == [a["outputs"] for a in whole]


def test_a_sample_with_a_gap_is_named(xpnet, trained, folder):
    x = np.zeros((3, 64), np.float32)
    x[1, 5] = np.nan
    np.save("x.npy", x)
    done = xpnet("predict", trained, "x.npy")
    assert done.code == 2
    assert "got nan in 'x.npy[1]'" in done.err


def test_the_sums_of_a_perceptron_are_called_scores(xpnet, folder):
    x, y = points()
    np.savez("points.npz", X=x, y=y)
    xpnet(*TRAIN, "--model", "perceptron", "--data", "points.npz")
    done = xpnet("predict", "model.safetensors", "points.npz")
    assert done.out.splitlines()[0].split() == ["sample", "prediction", "score"]
    answers = json.loads(xpnet("predict", "model.safetensors", "points.npz", "--json").out)
    assert all(a["score"] == a["outputs"][0] and "probability" not in a for a in answers)
    assert all(a["prediction"] == int(a["score"] >= 0) for a in answers)


def test_a_model_of_tables_refuses_a_picture(xpnet, folder):
    image = pytest.importorskip("PIL.Image")
    x, y = points()
    np.savez("points.npz", X=x, y=y)
    xpnet(*TRAIN, "--data", "points.npz")
    image.fromarray(np.zeros((2, 2), np.uint8)).save("image.png")
    done = xpnet("predict", "model.safetensors", "image.png")
    assert done.code == 2
    assert "this model takes tables of 4 numbers a sample, got an image" in done.err
