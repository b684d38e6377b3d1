"""Damaged files of MNIST; ``python -m benchmarks.mutations idx`` tries thousands."""

from __future__ import annotations

from benchmarks.mutations.attempt import BYTES, SECONDS
from benchmarks.mutations.idx_files import run


def test_a_damaged_file_is_an_error_or_holds_data(tmp_path):
    outcomes = run(200, 1, tmp_path)
    assert {outcome.result for outcome in outcomes} == {"DataError", "data"}
    assert max(outcome.seconds for outcome in outcomes) < SECONDS
    assert max(outcome.peak for outcome in outcomes) < BYTES
    assert not [outcome for outcome in outcomes if outcome.imported]
