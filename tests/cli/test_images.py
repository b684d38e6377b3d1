"""Models of images, segmentation and augmentation on the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest

import xpnet as xn
from xpnet.cli import datasets
from xpnet.data import load_digits, make_shapes


@pytest.fixture
def train(xpnet, tmp_path, monkeypatch):
    """Run `xpnet train` in an empty folder, for one epoch."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return xpnet("train", "--no-progress", "--epochs", 1, *arguments)

    return run


@pytest.fixture
def few_shapes(monkeypatch):
    """Make --data shapes small."""
    monkeypatch.setattr(datasets, "SHAPES", 20)


@pytest.fixture
def images(tmp_path):
    """The file of a few images of 28x28 with two classes."""
    y = np.arange(20) % 2
    x = np.zeros((20, 1, 28, 28), np.float32)
    x[y == 0, :, 4:24, 6:12] = 1.0
    x[y == 1, :, 6:12, 4:24] = 1.0
    np.savez(tmp_path / "images.npz", X=x, y=y)
    return tmp_path / "images.npz"


def results():
    with open("model.json") as file:
        return json.load(file)


@pytest.mark.parametrize("model", ["lenet5", "lenet5-1998", "vgg", "resnet20"])
def test_every_model_of_images_is_trained_evaluated_and_shown(train, xpnet, images, model):
    done = train("--model", model, "--data", images, "--batch-size", 8)
    assert done.code == 0, done.err
    assert set(results()["results"]["test"]) == {"loss", "accuracy"}
    assert xpnet("evaluate", "model.safetensors").code == 0
    assert type(xn.load("model.safetensors")).__name__ in xpnet("summary", "model.safetensors").out
    answers = json.loads(xpnet("predict", "model.safetensors", images, "--json").out)
    assert [len(answer["outputs"]) for answer in answers] == [2] * 20


@pytest.mark.parametrize("model", ["vgg", "resnet20"])
def test_models_of_any_size_take_the_digits(train, model):
    done = train("--model", model, "--classes", "0,1", "--batch-size", 32)
    assert done.code == 0, done.err
    assert results()["results"]["train"]["accuracy"] > 0.4


def test_the_original_lenet_asks_for_images_of_its_sizes(train):
    assert "of shape (C, 28, 28) or (C, 32, 32), got (1, 8, 8)" in train(
        "--model", "lenet5-1998"
    ).err  # fmt: skip


def test_a_model_of_images_refuses_a_table(train, tmp_path):
    np.savez(tmp_path / "table.npz", X=np.ones((20, 4)), y=np.arange(20) % 2)
    done = train("--model", "resnet20", "--data", "table.npz")
    assert done.code == 2
    assert "must have images of shape (C, H, W), got (4,)" in done.err


# ---- segmentation -----------------------------------------------------------------------------


@pytest.fixture
def segmented(train, few_shapes):
    """Train a UNet on a few shapes, in an empty folder."""
    return train("--model", "unet", "--data", "shapes", "--batch-size", 8, "--augment", "hflip")


def test_a_unet_is_measured_by_its_intersection_over_union(segmented):
    assert segmented.code == 0, segmented.err
    assert set(results()["results"]["test"]) == {"loss", "accuracy", "iou"}
    assert segmented.out.splitlines()[1].split() == ["loss", "accuracy", "iou"]
    assert "16 samples to train on, 4 to test with" in segmented.out


def test_an_evaluation_counts_pixels(segmented, xpnet):
    done = xpnet("evaluate", "model.safetensors")
    assert "background" in done.out
    measured = json.loads(xpnet("evaluate", "model.safetensors", "--json").out)
    assert measured["iou"] == pytest.approx(results()["results"]["test"]["iou"])
    matrix = np.asarray(measured["confusion_matrix"])
    assert (matrix.shape, matrix.sum()) == ((4, 4), 4 * 32 * 32)


def test_a_prediction_has_a_class_for_each_pixel(segmented, xpnet):
    x = make_shapes(2, seed=9).arrays[0]
    np.save("x.npy", x)
    answers = json.loads(xpnet("predict", "model.safetensors", "x.npy", "--json").out)
    expected = xn.load("model.safetensors").predict(x).argmax(axis=1)
    np.testing.assert_array_equal([answer["mask"] for answer in answers], expected)
    for answer, mask in zip(answers, expected, strict=True):
        assert sum(answer["shares"].values()) == pytest.approx(1.0)
        assert answer["shares"].get("background", 0.0) == pytest.approx(np.mean(mask == 0))
    lines = xpnet("predict", "model.safetensors", "x.npy").out.splitlines()
    assert "classes of its pixels" in lines[0]
    assert lines[-1].startswith("x.npy[1]")


def test_masks_may_come_from_a_file(train, few_shapes, tmp_path):
    x, y = make_shapes(10, size=8, channels=1, classes=("square",)).arrays
    np.savez(tmp_path / "masks.npz", X=(255 * x).astype(np.uint8), y=y)
    done = train("--model", "unet", "--data", "masks.npz", "--batch-size", 4)
    assert done.code == 0, done.err
    assert "8 samples to train on, 2 to test with" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "unet"), "unet: the data must be images with a class for each pixel, got"),
        (("--model", "resnet20", "--data", "shapes"), "must have one class for each sample, got"),
        (("--model", "unet", "--data", "shapes", "--classes", "0,1"), "got one for each pixel"),
    ],
)
def test_models_and_data_that_do_not_fit_are_an_error(train, few_shapes, arguments, message):
    done = train(*arguments)
    assert done.code == 2
    assert message in done.err


def test_an_evaluation_on_data_that_do_not_fit_is_an_error(segmented, xpnet):
    done = xpnet("evaluate", "model.safetensors", "--data", "digits")
    assert "unet: the data must be images with a class for each pixel" in done.err
    assert "got one for each pixel" in xpnet("evaluate", "model.safetensors", "--classes", 0).err


# ---- augmentation -----------------------------------------------------------------------------


def test_augmentation_changes_training_and_is_recorded(train):
    losses = []
    for augment in ("", "shift:1,rotate:15,crop:1", "shift:1,rotate:15,crop:1"):
        done = train("--augment", augment, "--classes", "0,1")
        assert done.code == 0, done.err
        losses.append(results()["results"]["train"]["loss"])
    assert losses[0] != losses[1] == losses[2]
    assert results()["options"]["augment"] == ["shift:1", "rotate:15", "crop:1"]


def test_a_configuration_file_can_ask_for_augmentation(train, tmp_path):
    (tmp_path / "my.toml").write_text('augment = ["shift:1", "vflip:0.1"]\nclasses = [0, 1]\n')
    assert train("--config", "my.toml").code == 0
    assert results()["options"]["augment"] == ["shift:1", "vflip:0.1"]


@pytest.mark.parametrize(
    ("augment", "message"),
    [
        ("rotat", "did you mean 'rotate'"),
        ("shift:x", "what follows the colon must be a number, got 'x'"),
        ("shift:0", "Shift: pixels must be an integer >= 1, got 0"),
        ("hflip:2", "HorizontalFlip: p must be a probability"),
    ],
)
def test_an_augmentation_that_makes_no_sense_is_an_error(train, augment, message):
    done = train("--augment", augment)
    assert done.code == 2
    assert message in done.err


def test_a_table_cannot_be_augmented(train, tmp_path):
    x = load_digits(flatten=True)[0].arrays
    np.savez(tmp_path / "table.npz", X=x[0], y=x[1])
    done = train("--data", "table.npz", "--augment", "shift")
    assert (
        "--augment must go with images of shape (C, H, W), got samples of shape (64,)" in done.err
    )
