"""Damaged ONNX files; ``python -m benchmarks.mutations onnx`` tries thousands."""

from __future__ import annotations

import json

import numpy as np
import pytest

import xpnet as xn
from benchmarks.mutations.attempt import BYTES, SECONDS, attempt
from xpnet.errors import XpnetError
from xpnet.io.onnx import import_onnx
from xpnet.io.tensor_file import read_file, write_file

onnx = pytest.importorskip("onnx")

TIMES = 60


@pytest.mark.parametrize("seed", [1, 2])
def test_a_damaged_file_is_an_error_or_a_model_that_runs_or_says_why_not(tmp_path, seed):
    from benchmarks.mutations.onnx_files import run

    outcomes = run(200, seed, tmp_path)
    assert max(outcome.seconds for outcome in outcomes) < SECONDS
    assert max(outcome.peak for outcome in outcomes) < BYTES
    assert not [outcome for outcome in outcomes if outcome.imported]
    read = [outcome for outcome in outcomes if outcome.kind != "prediction"]
    assert len(read) == 200
    assert {outcome.result for outcome in read} == {"ModelFileError", "a model"}
    cut = {outcome.result for outcome in outcomes if outcome.kind == "truncated"}
    assert cut == {"ModelFileError"}


def load_and_predict(path, x):
    found = []
    outcomes = [attempt("load", lambda: found.append(xn.load(path)) or "a model")]
    if found:
        run = attempt("prediction", lambda: type(found[0].predict(x)).__name__, (XpnetError,))
        outcomes.append(run)
    return outcomes


def test_a_forged_model_file_is_an_error_or_a_model_that_runs_or_says_why_not(tmp_path):
    from benchmarks.mutations.model_files import changed
    from benchmarks.mutations.onnx_files import LIMIT, SHAPE, model

    path = tmp_path / "model.safetensors"
    xn.save(import_onnx(model(), max_elements=LIMIT), path)
    contents = read_file(path)
    rng = np.random.default_rng(0)
    x = np.ones(SHAPE, np.float32)
    results = []
    for _ in range(TIMES):
        architecture = changed(json.loads(contents.metadata["architecture"]), rng)
        metadata = {**contents.metadata, "architecture": json.dumps(architecture)}
        write_file("test", path, contents.arrays, metadata)
        results += load_and_predict(path, x)
    assert max(outcome.seconds for outcome in results) < SECONDS
    assert max(outcome.peak for outcome in results) < BYTES
    assert {"ModelFileError", "a model"} <= {outcome.result for outcome in results}
