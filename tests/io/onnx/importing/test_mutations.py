"""Damaged ONNX files; ``python -m benchmarks.mutations onnx`` tries thousands."""

from __future__ import annotations

import pytest

from benchmarks.mutations.attempt import BYTES, SECONDS

onnx = pytest.importorskip("onnx")


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
