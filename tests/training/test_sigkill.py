"""Trainings that are killed; ``python -m benchmarks.sigkill`` kills 200."""

from __future__ import annotations

import signal

import pytest

from benchmarks.sigkill import run


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_whenever_a_training_is_killed_it_goes_on_to_the_same_bits(tmp_path):
    kills = run(10, 1, tmp_path)
    assert len(kills) == 10
    assert [kill for kill in kills if not kill.same] == []
    assert len({kill.step for kill in kills}) > 1
