"""Damaged files; ``python -m benchmarks.mutations`` tries thousands."""

from __future__ import annotations

import json

import pytest

import xpnet as xn
from benchmarks.mutations.attempt import BYTES, SECONDS
from benchmarks.mutations.model_files import run
from xpnet import nn
from xpnet.errors import ModelFileError
from xpnet.io.tensor_file import read_file, write_file


def test_a_damaged_file_is_an_error_or_the_same_model(tmp_path):
    outcomes = run(150, 1, tmp_path)
    assert max(outcome.seconds for outcome in outcomes) < SECONDS
    assert max(outcome.peak for outcome in outcomes) < BYTES
    assert not [outcome for outcome in outcomes if outcome.imported]
    damaged = [outcome for outcome in outcomes if outcome.kind != "forged"]
    assert len(damaged) == 100
    assert {outcome.result for outcome in damaged} <= {"ModelFileError", "the same model"}


@pytest.mark.parametrize(
    "description",
    [
        {"class": "Linear", "args": [10**9, 10**9], "kwargs": {}},
        {"class": "Linear", "args": [10**30, 2], "kwargs": {}},
        {"class": "BatchNorm1d", "args": [10**10], "kwargs": {}},
        {"class": "LSTM", "args": [3, 2], "kwargs": {"num_layers": 10**12}},
        {"class": "Embedding", "args": [10**9, 64], "kwargs": {}},
        {"class": "MLP", "args": [3, {"tuple": [10**6, 10**6]}, 2], "kwargs": {}},
        {"class": "Linear", "args": [-3, 2], "kwargs": {}},
        {"class": "Linear", "args": [float("nan"), 2], "kwargs": {}},
    ],
    ids=lambda description: str(description)[:60],
)
def test_numbers_in_a_file_make_no_layer_larger_than_the_file(tmp_path, description):
    path = tmp_path / "model.safetensors"
    xn.save(nn.Linear(3, 2), path)
    contents = read_file(path)
    metadata = {**contents.metadata, "architecture": json.dumps(description)}
    write_file("test", path, contents.arrays, metadata)
    with pytest.raises(ModelFileError, match=r"must accept the arguments in the file, got"):
        xn.load(path)


@pytest.mark.parametrize("name", ["__class__", "__dict__.forward", "forward", "parameters", "to"])
def test_a_file_cannot_replace_what_a_module_does(tmp_path, name):
    path = tmp_path / "model.safetensors"
    xn.save(nn.Linear(3, 2), path)
    contents = read_file(path)
    inner = {"class": "Linear", "args": [3, 2], "kwargs": {}}
    description = {**inner, "children": {name: inner}}
    metadata = {**contents.metadata, "architecture": json.dumps(description)}
    write_file("test", path, contents.arrays, metadata)
    with pytest.raises(ModelFileError, match=f"must have a name of its own, got '{name}' in Lin"):
        xn.load(path)


def test_a_file_with_a_format_that_has_a_checksum_must_have_it(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(nn.Linear(3, 2), path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"checksum"', b'"checksam"'))
    with pytest.raises(ModelFileError, match="must have a checksum, as format 2 has, got none"):
        xn.load(path)
    with pytest.raises(ModelFileError, match="must have a checksum"):
        xn.load(path, model=nn.Linear(3, 2))


def test_a_file_whose_format_was_lost_is_an_error(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(nn.Linear(3, 2), path)
    contents = read_file(path)
    metadata = {k: v for k, v in contents.metadata.items() if k != "xpnet_format"}
    write_file("test", path, contents.arrays, metadata)
    with pytest.raises(ModelFileError, match="must have format 1 to 2, got none"):
        xn.load(path, model=nn.Linear(3, 2))
