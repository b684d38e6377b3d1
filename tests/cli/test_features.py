"""Names of columns, from the data of a training to the tables that its model is asked about."""

from __future__ import annotations

import json

import numpy as np
import pytest

import xpnet as xn


@pytest.fixture
def arrays():
    x = np.random.default_rng(0).normal(size=(60, 2))
    return {"X": x, "y": (x[:, 0] > 0).astype(np.int64)}


def test_a_training_notes_them_and_a_table_is_put_in_order(xpnet, tmp_path, arrays):
    np.savez(tmp_path / "d.npz", **arrays, feature_names=np.asarray(["left", "right"]))
    model = tmp_path / "model.safetensors"
    done = xpnet("train", "--model", "softmax", "--data", tmp_path / "d.npz", "--output", model,
                 "--epochs", 2, "--no-progress")  # fmt: skip
    assert done.code == 0, done.err
    assert xn.io.read_notes(model)["feature_names"] == ["left", "right"]
    (tmp_path / "a.csv").write_text("left,right\n3,-1\n")
    (tmp_path / "b.csv").write_text("right,left\n-1,3\n")
    (tmp_path / "c.csv").write_text("right,middle\n-1,3\n")
    a, b = (json.loads(xpnet("predict", model, tmp_path / name, "--json").out)[0]["outputs"]
            for name in ("a.csv", "b.csv"))  # fmt: skip
    assert a == b
    done = xpnet("predict", model, tmp_path / "c.csv")
    assert done.code == 2
    assert "'left' among them" in done.err


@pytest.mark.parametrize("names", [["one"], ["same", "same"], [1, 2]], ids=str)
def test_names_that_do_not_fit_are_an_error(xpnet, tmp_path, arrays, names):
    np.savez(tmp_path / "d.npz", **arrays, feature_names=np.asarray(names))
    done = xpnet("train", "--data", tmp_path / "d.npz", "--output", tmp_path / "m.safetensors")
    assert done.code == 2
    assert "feature_names in" in done.err
    assert "must be different names, as many as the (2,) columns" in done.err
