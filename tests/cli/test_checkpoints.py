"""``xpnet train --checkpoint-dir FOLDER --resume``."""

from __future__ import annotations

import json

import pytest

import xpnet as xn
from xpnet.io import read_manifest, read_notes
from xpnet.training import StopOnNaN, Trainer


@pytest.fixture
def train(xpnet, tmp_path, monkeypatch):
    """Run `xpnet train` in an empty folder, with little work."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return xpnet("train", "--no-progress", "--hidden", "16", "--epochs", 3, *arguments)

    return run


def results():
    with open("model.json") as file:
        return json.load(file)["results"]


def test_a_training_that_was_broken_off_goes_on_to_the_same_bits(train, tmp_path, monkeypatch):
    options = ("--dropout", 0.2, "--checkpoint-dir", "run", "--checkpoint-every", 5, "--resume")

    class Killed(BaseException):
        pass

    def kill(self, trainer):
        if trainer.step == 33:
            raise Killed

    assert train(*options[:2]).code == 0
    expected = results()
    weights = {k: v.tobytes() for k, v in xn.load("model.safetensors").state_dict().items()}
    with monkeypatch.context() as patch:
        patch.setattr(StopOnNaN, "on_step_end", kill)
        with pytest.raises(Killed):
            train(*options)
    assert train(*options).code == 0
    assert results() == expected
    again = {k: v.tobytes() for k, v in xn.load("model.safetensors").state_dict().items()}
    assert again == weights


def test_a_folder_with_checkpoints_needs_resume(train):
    assert train("--checkpoint-dir", "run").code == 0
    done = train("--checkpoint-dir", "run")
    assert done.code == 2
    assert "--checkpoint-dir must be without checkpoints without --resume" in done.err
    assert train("--checkpoint-dir", "run", "--resume").code == 0


def test_a_folder_of_another_training_is_an_error(train):
    assert train("--checkpoint-dir", "run").code == 0
    done = train("--checkpoint-dir", "run", "--resume", "--lr", 0.5)
    assert done.code == 2
    assert "lr: 0.005 there, 0.5 here; make it the same, or choose another --che" in done.err


@pytest.mark.parametrize("flags", [("--resume",), ("--checkpoint-every", 3)])
def test_options_without_a_folder_are_an_error(train, flags):
    done = train(*flags)
    assert done.code == 2
    assert f"--checkpoint-dir must be given for {flags[0]}, got none" in done.err


def test_a_folder_that_cannot_be_made_is_an_error(train, tmp_path):
    (tmp_path / "file").write_text("")
    assert "that can be made and read" in train("--checkpoint-dir", "file/run").err


def test_the_best_model_can_be_used_like_the_last(train, xpnet):
    train("--checkpoint-dir", "run")
    assert xpnet("evaluate", "run/best.safetensors").code == 0
    assert "trained on cpu" in xpnet("summary", "run/best.safetensors").out
    notes = read_notes("run/best.safetensors")
    assert notes["input_shape"] == [1, 8, 8]
    assert notes["epoch"] in (1, 2, 3)
    done = xpnet("summary", "run/checkpoint-000003.safetensors")
    assert done.code == 2
    assert "must be a model file, got a checkpoint of a training" in done.err


def test_the_manifest_of_the_run_is_in_the_model(train):
    train("--seed", 4)
    found = read_manifest("model.safetensors")
    assert found["seed"] == 4
    assert found["device"] == "cpu"
    assert found["config"]["hidden"] == [16]
    assert found["config"]["lr"] == 0.005
    assert found["data"] == xn.io.data_checksum(xn.data.load_digits()[0])
    assert {"python", "xpnet", "numpy"} == set(found["versions"])


def test_messages_name_the_flags(train, monkeypatch):
    def fit(self, *args, **options):
        raise xn.errors.ModelFileError("fit: checkpoint_dir must be a folder")

    monkeypatch.setattr(Trainer, "fit", fit)
    assert "fit: --checkpoint-dir must be a folder" in train("--checkpoint-dir", "run").err
