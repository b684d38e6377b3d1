"""The lecture's examples of attention find what the page says."""

from __future__ import annotations

import pytest

pytest.importorskip("matplotlib")


def test_a_model_of_characters_learns_more_than_frequencies(run, tmp_path, capsys):
    found = run("23_character_model", "--steps", "120", "--output", str(tmp_path))
    assert found["Transformer"] < 2.75 < found["frequent ones"] < found["all alike"]
    assert "what it writes:\nShall I " in capsys.readouterr().out
    assert (tmp_path / "23_character_model.png").stat().st_size > 0


def test_a_vision_transformer_reads_digits_and_looks_at_ink(run, tmp_path, capsys):
    accuracy, together = run("24_vision_transformer", "--epochs", "5", "--output", str(tmp_path))
    assert accuracy > 0.85
    assert together > 0
    assert "correlation" in capsys.readouterr().out
    assert (tmp_path / "24_vision_transformer.png").stat().st_size > 0
