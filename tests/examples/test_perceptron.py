"""The perceptron of the lecture, and logic gates made of it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _needs_matplotlib():
    pytest.importorskip("matplotlib")
    pytest.importorskip("PIL")


def test_a_perceptron_keeps_to_its_bound_and_the_pocket_to_its_rival(run, tmp_path, capsys):
    found = run("09_perceptron", "--updates", "2000", "--frames", "3", "--output", str(tmp_path))
    assert 0 < found["updates"] <= found["bound"]
    assert found["pocket"] >= found["the last weights"]
    assert found["pocket"] >= found.get("logistic regression", 80.0) - 1
    assert "the dual form takes the same samples" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {
        "09_perceptron.png", "09_pocket.png", "09_perceptron.gif",
    }  # fmt: skip
    assert (tmp_path / "09_perceptron.gif").read_bytes().startswith(b"GIF89a")


def test_gates_are_learnt_and_xor_takes_more_than_one_perceptron(run, tmp_path, capsys):
    assert run("10_logic_gates", "--output", str(tmp_path)) == {
        "and": "0001",
        "or": "0111",
        "nand": "1110",
        "nor": "1000",
        "not": "10",
        "xor": "1111",
        "xor of three": "0110",
        "xor by a network": "0110",
    }
    assert "back at the start after 4 corrections" in capsys.readouterr().out
    assert (tmp_path / "10_logic_gates.png").read_bytes().startswith(b"\x89PNG")
