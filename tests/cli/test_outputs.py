from __future__ import annotations

import json

import numpy as np
import pytest

from xpnet.errors import ArgumentError
from xpnet.training import History

FLAGS = ("train", "--no-progress", "--epochs", 1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken.csv").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "foo.json"], "write 'foo.safetensors'"),
        (["--output", "foo.CSV"], "must not end in .csv or .json"),
        (["--output", "foo.onnx"], "with `xpnet export foo.safetensors foo.onnx`"),
        (["--output", "."], "--output must be a file name, got the folder '.'"),
        (["--output", ""], "--output must be a file name"),
        (["--output", "folder"], "got the folder 'folder'"),
        (["--output", "taken.safetensors"], "got the folder 'taken.csv'"),
        (["--plot", "curves.xyz"], "--plot must end in .png, .svg, .pdf, got 'curves.xyz'"),
        (["--plot", "curves"], "write 'curves.png'"),
        (["--plot", "folder"], "--plot must be a file name, got the folder 'folder'"),
        (["--output", "x.png", "--plot", "./x.png"], "must be another file than --output"),
    ],
)
def test_a_name_that_cannot_be_written_is_an_error_before_training(
    xpnet, folder, arguments, message
):
    done = xpnet(*FLAGS, *arguments)
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["folder", "taken.csv"]


def test_the_record_tells_the_values_that_were_used(xpnet, folder):
    assert xpnet("train", "--no-progress", "--model", "softmax").code == 0
    options = json.loads((folder / "model.json").read_text())["options"]
    assert (options["epochs"], options["lr"]) == (30, 5e-3)
    assert options["hidden"] is None


@pytest.mark.parametrize("option", [("--hidden", "7"), ("--dropout", 0.1), ("--activation", "elu")])
def test_options_of_an_mlp_are_refused_for_other_models(xpnet, folder, trained, option):
    done = xpnet(*FLAGS, "--model", "softmax", *option)
    assert done.code == 2
    assert f"{option[0]} must go with a new mlp, got --model softmax" in done.err
    assert "got --model softmax" in xpnet("summary", "softmax", *option).err
    assert "got the model file" in xpnet("summary", trained, *option).err


def test_training_that_diverges_names_the_option_that_helps(xpnet, folder):
    options = ("--optimizer", "sgd", "--lr", "1e30", "--schedule", "constant")
    with np.errstate(all="ignore"):
        done = xpnet("train", "--no-progress", *options)
    assert "--clip-norm 1" in done.err


def test_an_option_is_listed_once(xpnet):
    assert xpnet("train", "--epoch", "3").err.count("'--config'") == 1


def test_a_history_draws_only_what_it_can_name(tmp_path):
    pytest.importorskip("matplotlib")
    history = History()
    history.append({"epoch": 1, "loss": 0.5})
    for name in ("curves", "curves.xyz"):
        with pytest.raises(ArgumentError, match=r"path must end in one of .*png.*write 'curves"):
            history.plot(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
