"""Files of every format that was ever written: they load forever, and are never written again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import device_of, to_numpy
from xpnet.io import load, read_notes
from xpnet.io.rebuild import FORMAT
from xpnet.io.tensor_file import read_file

FILES = Path(__file__).parent / "files"
SHA256 = {
    1: "94c3a91ccaeab6abfe03855669faae8e40b3c1ed0043da811a37a59c730f026b",
    2: "56c76c6f074d173b9e8e10cc99d6bb39edec9932ba01b61407a5180a5ebd8227",
}


@pytest.fixture(params=sorted(SHA256))
def path(request):
    return FILES / f"format-{request.param}.safetensors"


def test_there_is_a_file_of_each_format():
    assert sorted(SHA256) == list(range(1, FORMAT + 1))


def test_the_files_are_those_that_were_written_then(path):
    number = int(path.stem.removeprefix("format-"))
    assert read_file(path).metadata["xpnet_format"] == str(number)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256[number]


def test_a_model_of_any_format_gives_the_outputs_that_it_gave_then(backend, path):
    notes = read_notes(path)
    model = load(path)
    assert device_of(model[0].weight) == backend.device
    outputs = to_numpy(model.predict(backend.asarray(notes["x"])))
    np.testing.assert_allclose(outputs, np.asarray(notes["y"], np.float32), rtol=1e-4, atol=1e-6)


def test_a_model_of_any_format_has_its_architecture_ties_and_frozen_parameters(path):
    model = load(path, device="cpu")
    kinds = [type(layer).__name__ for layer in model]
    assert kinds == ["Linear", "BatchNorm1d", "Tanh", "Linear", "ReLU", "Linear", "Dropout",
                     "Residual", "Linear"]  # fmt: skip
    assert model[5].weight is model[3].weight
    assert [name for name, p in model.named_parameters() if not p.requires_grad] == ["8.bias"]
    assert int(model[1].num_batches_tracked) == 1


def test_a_model_of_any_format_loads_into_a_given_model(path):
    model = load(path, device="cpu")
    again = load(path, device="cpu", model=load(path, device="cpu"))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array)


def test_what_is_loaded_and_saved_again_has_the_present_format(path, tmp_path):
    xn.save(load(path, device="cpu"), tmp_path / "again.safetensors")
    assert read_file(tmp_path / "again.safetensors").metadata["xpnet_format"] == str(FORMAT)
    assert isinstance(load(tmp_path / "again.safetensors"), nn.Sequential)
