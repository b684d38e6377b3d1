"""Answers that are numbers: what a regression says on every way out."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

import xpnet as xn
from tests.serving.browser import serving


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,4\n")
    return path


def regressor(tmp_path, outputs=1):
    model = xn.nn.Linear(2, outputs)
    model.weight.data[...] = 1.0
    model.bias.data[...] = 0.5
    xn.save(model, tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


def test_one_value(xpnet, tmp_path, table):
    model = regressor(tmp_path)
    shown = xpnet("predict", model, table).out.splitlines()
    assert [line.split()[1:] for line in shown] == [["value"], ["3.5"], ["7.5"]]
    answers = json.loads(xpnet("predict", model, table, "--format", "json").out)
    assert [(a["prediction"], a["outputs"]) for a in answers] == [(3.5, [3.5]), (7.5, [7.5])]
    rows = list(csv.DictReader(io.StringIO(xpnet("predict", model, table, "--format", "csv").out)))
    assert list(rows[0]) == ["sample", "value", "inverted", "error"]
    assert [row["value"] for row in rows] == ["3.5", "7.5"]


def test_several_values_when_they_are_said_to_be(xpnet, tmp_path, table):
    model = regressor(tmp_path, 2)
    said = ("--output-kind", "values")
    (tmp_path / "bad.csv").write_text("1\n")
    done = xpnet("predict", model, table, tmp_path / "bad.csv", *said, "--on-error", "skip")
    header, *rows = done.out.splitlines()
    assert header.split() == ["sample", "value_1", "value_2"]
    assert rows[0].split()[1:] == ["3.5", "3.5"]
    assert "error: " in rows[2]
    done = xpnet("predict", model, table, *said, "--format", "csv", "--top", 3)
    assert done.out.splitlines()[0] == "sample,value_1,value_2,inverted,error"
    assert "probability" in xpnet("predict", model, table).out
    assert "must be one of" in xpnet("predict", model, table, "--output-kind", "chances").err


def test_the_server_says_what_its_outputs_are(tmp_path):
    pytest.importorskip("starlette")
    from xpnet.serving.service import Service

    service = Service(regressor(tmp_path), "cpu")
    assert service.about["output_kind"] == "values"
    answer = service.answer_json(b'{"inputs": [[1, 2]]}')
    assert answer["predictions"] == [{"prediction": 3.5, "outputs": [3.5]}]


def test_serve_takes_the_kind_too(tmp_path):
    pytest.importorskip("uvicorn")
    import urllib.request

    with (
        serving(regressor(tmp_path, 2), "--output-kind", "scores") as process,
        urllib.request.urlopen(process.url + "model", timeout=20) as response,
    ):
        assert json.loads(response.read())["output_kind"] == "scores"


@pytest.mark.parametrize(("name", "kind"), [("softmax", "logits"), ("perceptron", "scores")])
def test_a_training_notes_what_the_outputs_are(xpnet, tmp_path, name, kind):
    path = tmp_path / "model.safetensors"
    chosen = ("--classes", "0,1") if name == "perceptron" else ()
    done = xpnet("train", "--model", name, *chosen, "--epochs", 1, "--no-progress",
                 "--output", path)  # fmt: skip
    assert done.code == 0, done.err
    assert xn.io.read_notes(path)["output_kind"] == kind
    assert np.isfinite(xn.load(path).predict(np.zeros((1, 64), np.float32))).all()
