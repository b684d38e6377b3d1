"""Damaged images and arrays; ``python -m benchmarks.mutations image samples`` tries thousands."""

from __future__ import annotations

import importlib

import pytest

from benchmarks.mutations import KINDS
from benchmarks.mutations.attempt import BYTES, SECONDS


@pytest.mark.parametrize(("kind", "good"), [("image", "a picture"), ("samples", "samples")])
def test_a_damaged_file_is_an_error_or_can_be_read(tmp_path, kind, good):
    if kind == "image":
        pytest.importorskip("PIL.Image", reason="Pillow reads images")
    outcomes = importlib.import_module(KINDS[kind]).run(320, 1, tmp_path)
    assert len(outcomes) == 320
    assert {outcome.result for outcome in outcomes} == {"DataError", good}
    assert max(outcome.seconds for outcome in outcomes) < SECONDS
    assert max(outcome.peak for outcome in outcomes) < BYTES
    assert not [outcome for outcome in outcomes if outcome.imported]
