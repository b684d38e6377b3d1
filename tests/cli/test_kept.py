"""What is read, or was written by others, is never overwritten."""

from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest

import xpnet as xn

TRAIN = ("train", "--model", "softmax", "--epochs", 1, "--no-progress")


@pytest.fixture
def model(tmp_path):
    xn.save(xn.nn.Linear(2, 2), tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


@pytest.fixture
def table(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.csv").write_text("1,2\n3,4\n")
    return tmp_path / "in" / "x.csv"


@pytest.mark.parametrize("which", ["model", "input", "link", "in a folder"])
def test_predictions_do_not_replace_what_they_are_made_from(xpnet, tmp_path, model, table, which):
    read, output = table, {"model": model}.get(which, table)
    if which == "link":
        output = tmp_path / "link.csv"
        os.symlink(table, output)
    if which == "in a folder":
        read = table.parent
    before = (model.read_bytes(), table.read_bytes())
    done = xpnet("predict", model, read, "--output", output)
    assert done.code == 2
    assert "--output must be another file than those that are read" in done.err
    what = f"which is in {str(read)!r}" if which == "in a folder" else "which is read"
    assert f"got {str(output)!r}, {what}; choose another name" in done.err
    assert (model.read_bytes(), table.read_bytes()) == before


def test_a_new_file_may_lie_beside_what_is_read(xpnet, model, table):
    assert xpnet("predict", model, table.parent, "--output", table.with_name("y.json")).code == 0
    assert len(json.loads(table.with_name("y.json").read_text())) == 2


def test_the_ending_of_the_output_tells_the_format(xpnet, tmp_path, model, table):
    def written(name, *options):
        done = xpnet("predict", model, table, "--output", tmp_path / name, *options)
        assert done.code == 0, done.err
        return (tmp_path / name).read_text()

    assert len(json.loads(written("a.json"))) == 2
    assert [json.loads(line)["prediction"] for line in written("a.jsonl").splitlines()]
    assert next(csv.reader(written("a.CSV").splitlines()))[0] == "sample"
    assert "%" in written("a.txt")
    assert "%" in written("b.json", "--format", "table")
    assert json.loads(written("b.csv", "--json"))


def test_two_formats_are_an_error(xpnet, model, table):
    done = xpnet("predict", model, table, "--json", "--format", "csv")
    assert done.code == 2
    assert "--json must be alone or with --format json, got --format csv" in done.err
    assert xpnet("predict", model, table, "--json", "--format", "json").code == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("iris.csv", "width,height\n1,2\n"),
        ("iris.csv", "epoch,age\n1,2\n"),
        ("iris.json", '{"mine": 1}'),
        ("iris.json", "[1]"),
        ("iris.json", "no json"),
    ],
)
def test_a_training_does_not_replace_files_of_others(xpnet, tmp_path, name, content):
    (tmp_path / name).write_text(content)
    done = xpnet(*TRAIN, "--output", tmp_path / "iris.safetensors")
    assert done.code == 2
    assert "must be a file of an earlier training or none, got another; move it away" in done.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == content


def test_a_training_replaces_the_files_of_an_earlier_one(xpnet, tmp_path):
    for _ in range(2):
        done = xpnet(*TRAIN, "--output", tmp_path / "iris.safetensors")
        assert done.code == 0, done.err
    (tmp_path / "iris.csv").write_text("")
    assert xpnet(*TRAIN, "--output", tmp_path / "iris.safetensors").code == 0
    assert (tmp_path / "iris.csv").read_text().startswith("epoch,")


def test_a_training_does_not_replace_its_data(xpnet, tmp_path):
    path = tmp_path / "iris.npz"
    np.savez(path, X=np.eye(20), y=np.arange(20) % 2)
    before = path.read_bytes()
    done = xpnet(*TRAIN, "--data", path, "--output", path)
    assert done.code == 2
    assert "files to write must be others than those to read" in done.err
    assert path.read_bytes() == before


def test_the_help_says_which_files_are_written(xpnet):
    said = " ".join(xpnet("train", "--help").out.split())
    assert "history and results are written beside it" in said
    assert "They replace those of an earlier training, and no other file." in said
