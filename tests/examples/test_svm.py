"""The widest margin of the lecture: hard, soft, and with kernels."""

from __future__ import annotations

import pytest


def test_the_margin_is_the_widest_and_kernels_bend_the_line(run, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    found = run("19_svm", "--samples", "60", "--output", str(tmp_path))
    # the data were made with a gap of 0.3 on each side of some line
    assert found["margin"] >= 0.3
    assert 0 < found["perceptron"] < found["margin"]
    assert 2 <= found["support"] <= 4
    assert found["margins"] == sorted(found["margins"], reverse=True)
    right = found["kernels"]
    assert right["moons", "rbf"] > 0.95
    assert right["circles", "rbf"] > 0.9
    assert right["circles", "linear"] < 0.7
    assert "support vectors" in capsys.readouterr().out
    pictures = list(tmp_path.iterdir())
    assert {path.name for path in pictures} == {
        "19_margins.png", "19_moons.png", "19_circles.png",
    }  # fmt: skip
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
