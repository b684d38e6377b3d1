"""``export(..., verify=True)``: onnxruntime must find what the model computes."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ArgumentError
from xpnet.io.onnx import export
from xpnet.io.onnx.exporting import verified

pytest.importorskip("onnxruntime")

ROWS = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)


class Several(nn.Module):
    """A model of two inputs with results in a dict, one of them of integers."""

    def __init__(self):
        self.linear = nn.Linear(4, 2)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x, y):
        xp = xn.namespace(x)
        z = self.dropout(self.linear(x) * y)
        return {"scores": z, "parts": [xp.argmax(z, axis=1), z / 0.0]}


def test_results_that_are_the_same_are_written(backend, tmp_path):
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5), nn.Tanh())
    export(model, ROWS, tmp_path / "a.onnx", verify=True)
    assert model.training
    export(nn.LSTM(4, 3), ROWS[:, None, :], tmp_path / "b.onnx", verify=True)
    assert len(list(tmp_path.iterdir())) == 2


def test_several_inputs_and_results_and_infinities(tmp_path):
    with np.errstate(all="ignore"):
        export(Several(), (ROWS, ROWS[:, :2]), tmp_path / "a.onnx", verify=True)
    assert (tmp_path / "a.onnx").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x + 1e-3, r"got a difference of 0.001 \(allowed 0.0001\) in 'output'"),
        (lambda x: x[:2], r"got float32 \(2, 3\) for float32 \(3, 3\) in 'output'"),
        (lambda x: x.astype(float), r"got float64 \(3, 3\) for float32 \(3, 3\)"),
    ],
    ids=["numbers", "shape", "dtype"],
)
def test_a_file_that_computes_something_else_is_not_written(monkeypatch, tmp_path, change, message):
    real = verified._by_onnxruntime
    monkeypatch.setattr(verified, "_by_onnxruntime", lambda *a: [change(x) for x in real(*a)])
    with pytest.raises(ArgumentError, match=message):
        export(nn.Sequential(nn.Linear(4, 3), nn.Tanh()), ROWS, tmp_path / "a.onnx", verify=True)
    assert not list(tmp_path.iterdir())


def test_other_integers_are_no_small_difference(monkeypatch, tmp_path):
    class Best(nn.Module):
        def forward(self, x):
            return xn.namespace(x).argmax(x, axis=1)

    monkeypatch.setattr(verified, "_by_onnxruntime", lambda file, arrays: [np.asarray([9, 9, 9])])
    with pytest.raises(ArgumentError, match="got 3 other numbers in 'output' by onnxruntime"):
        export(Best(), ROWS, tmp_path / "a.onnx", verify=True)


def test_what_onnxruntime_has_no_operator_for_is_told(tmp_path):
    model = nn.Conv2d(1, 1, 3).to(dtype="float64")
    with pytest.raises(ArgumentError, match=r"onnxruntime must run the file, got .*float64 among"):
        export(model, np.zeros((1, 1, 5, 5)), tmp_path / "a.onnx", verify=True)
    assert not list(tmp_path.iterdir())


def test_without_onnxruntime_there_is_an_error_before_anything_is_done(monkeypatch, tmp_path):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else real(name)
    )
    with pytest.raises(ArgumentError, match="pip install onnxruntime"):
        export(nn.Linear(4, 3), ROWS, tmp_path / "a.onnx", verify=True)


def test_texts_are_kept_in_the_file(tmp_path):
    onnx = pytest.importorskip("onnx")
    export(nn.Linear(4, 3), ROWS, tmp_path / "a.onnx", metadata={"classes": "a b", "by": "me"})
    kept = {entry.key: entry.value for entry in onnx.load(tmp_path / "a.onnx").metadata_props}
    assert kept == {"classes": "a b", "by": "me"}
    with pytest.raises(ArgumentError, match=r"metadata must be texts by name, got 3 for 'classes'"):
        export(nn.Linear(4, 3), ROWS, tmp_path / "b.onnx", metadata={"classes": 3})
    assert not (tmp_path / "b.onnx").exists()
