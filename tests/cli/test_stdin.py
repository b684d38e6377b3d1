"""Samples from standard input, and lines of JSON in files."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

import xpnet as xn


@pytest.fixture
def model(tmp_path):
    made = xn.nn.Linear(2, 1)
    made.weight.data[...] = np.asarray([[1.0, 10.0]], np.float32)
    made.bias.data[...] = 0.0
    xn.save(made, tmp_path / "m.safetensors", notes={"feature_names": ["a", "b"]})
    return tmp_path / "m.safetensors"


@pytest.fixture
def predict(xpnet, monkeypatch):
    def run(model, content):
        stdin = SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(content)))
        monkeypatch.setattr("sys.stdin", stdin)
        done = xpnet("predict", model, "-", "--format", "jsonl", "--on-error", "skip")
        return [json.loads(line) for line in done.out.splitlines()]

    return run


@pytest.mark.parametrize(
    "content",
    [b"1,2\n3,4\n", b"b,a\n2,1\n4,3\n", b"[1, 2]\n\n[3, 4]\n", b"  [[1], [2]]\r\n[3, 4]"],
    ids=["table", "names", "json", "nested"],
)
def test_tables_and_json_are_read_line_by_line(predict, model, content):
    answers = predict(model, content)
    assert [(a["sample"], a["prediction"]) for a in answers] == [("-[0]", 21.0), ("-[1]", 43.0)]


def test_lines_that_are_no_sample_are_told(predict, model):
    good, *bad = predict(model, b'[1, 2]\n[1, "x"]\n{"a": 1}\n[1\n[1, 2, 3]\n[[1], 2]\n')
    assert good["prediction"] == 21.0
    assert ["error" in answer for answer in bad] == [True] * 5
    assert "must have a list of numbers in each line" in bad[0]["error"]
    assert "got '{\"a\": 1}' in line 3" in bad[1]["error"]
    assert "got 3 numbers in '-[4]'" in bad[3]["error"]


def test_nothing_is_no_sample(predict, model):
    assert predict(model, b"") == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "PPM", "WEBP"])
def test_an_image_of_any_kind(predict, tmp_path, kind):
    image = pytest.importorskip("PIL.Image")
    model = tmp_path / "m.safetensors"
    xn.save(xn.models.MLP(16, (4,), 3), model, notes={"input_shape": [1, 4, 4]})
    file = io.BytesIO()
    image.fromarray(np.full((4, 4), 200, np.uint8)).save(file, kind)
    [answer] = predict(model, file.getvalue())
    assert answer["sample"] == "-"
    assert answer["inverted"] is False
    assert sum(answer["probabilities"]) == pytest.approx(1.0)


def test_a_file_of_lines_of_json(xpnet, model, tmp_path):
    (tmp_path / "x.jsonl").write_text("[1, 2]\n[3, 4]\n")
    done = xpnet("predict", model, tmp_path / "x.jsonl", "--json")
    assert [answer["prediction"] for answer in json.loads(done.out)] == [21.0, 43.0]
