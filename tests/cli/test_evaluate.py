from __future__ import annotations

import json

import numpy as np
import pytest

import xpnet as xn


def test_the_data_of_the_training_are_the_default(xpnet, trained):
    done = xpnet("evaluate", trained)
    assert done.code == 0
    assert done.out.startswith("digits, 359 test samples")
    assert done.out.count("\n") == 2 + 1 + 1 + 10


def test_the_numbers_are_those_of_the_training(xpnet, trained):
    measured = json.loads(xpnet("evaluate", trained, "--json").out)
    recorded = json.loads(trained.with_suffix(".json").read_text())["results"]["test"]
    assert measured["loss"] == pytest.approx(recorded["loss"])
    assert measured["accuracy"] == pytest.approx(recorded["accuracy"])
    matrix = np.asarray(measured["confusion_matrix"])
    assert matrix.sum() == 359
    assert np.trace(matrix) / 359 == pytest.approx(measured["accuracy"])


def test_the_training_data_can_be_chosen(xpnet, trained):
    assert "1,438 train samples" in xpnet("evaluate", trained, "--split", "train").out


def test_a_model_runs_on_any_device(backend, xpnet, trained):
    here = json.loads(xpnet("evaluate", trained, "--device", backend.device_name, "--json").out)
    there = json.loads(xpnet("evaluate", trained, "--json").out)
    assert here["loss"] == pytest.approx(there["loss"], rel=1e-5)
    assert here["confusion_matrix"] == there["confusion_matrix"]


@pytest.mark.parametrize("model", ["perceptron", "logistic"])
def test_chosen_classes_are_those_of_the_training(xpnet, tmp_path, model):
    path = tmp_path / "two.safetensors"
    xpnet("train", "--model", model, "--classes", "3,8", "--output", path, "--no-progress")
    done = json.loads(xpnet("evaluate", path, "--json").out)
    assert np.asarray(done["confusion_matrix"]).shape == (2, 2)
    assert done["accuracy"] > 0.9


@pytest.mark.parametrize("classes", ["3,8", "8,3"])
def test_classes_keep_the_numbers_the_model_was_trained_with(xpnet, trained, tmp_path, classes):
    all_ten = json.loads(xpnet("evaluate", trained, "--classes", classes, "--json").out)
    assert all_ten["accuracy"] > 0.9
    assert np.asarray(all_ten["confusion_matrix"]).shape == (10, 10)
    path = tmp_path / "two.safetensors"
    xpnet("train", "--model", "softmax", "--classes", "8,3", "--output", path, "--no-progress")
    done = xpnet("evaluate", path, "--classes", classes)
    assert done.code == 0
    rows = {line.split()[0]: line for line in done.out.splitlines()[4:]}
    assert list(rows) == ["8", "3"]
    two = json.loads(xpnet("evaluate", path, "--classes", classes, "--json").out)
    assert two["accuracy"] > 0.9


def test_classes_that_the_model_does_not_know_are_an_error(xpnet, tmp_path):
    path = tmp_path / "two.safetensors"
    xpnet("train", "--classes", "3,8", "--epochs", 1, "--output", path, "--no-progress")
    assert "known to the model: 3, 8, got 5" in xpnet("evaluate", path, "--classes", "3,5").err
    xn.save(xn.models.MLP(64, (4,), 2), path)
    done = xpnet("evaluate", path, "--data", "digits")
    assert done.code == 2
    assert "must have the 2 classes of the model, numbered from 0, got class 9" in done.err


def test_a_model_in_double_precision_can_be_evaluated(xpnet, tmp_path):
    path = tmp_path / "double.safetensors"
    options = ("--dtype", "float64", "--epochs", 3, "--no-progress")
    xpnet("train", *options, "--output", path)
    assert xpnet("evaluate", path).code == 0


def test_a_model_that_does_not_know_its_data_needs_to_be_told(xpnet, tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.models.MLP(64, (4,), 10), path)
    assert "--data must say what to evaluate on" in xpnet("evaluate", path).err
    assert xpnet("evaluate", path, "--data", "digits").code == 0


def test_a_missing_model_is_an_error(xpnet):
    done = xpnet("evaluate", "missing.safetensors", "--data", "digits")
    assert done.code == 2
    assert "got no file at" in done.err
