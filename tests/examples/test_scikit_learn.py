"""The search over networks of both libraries finds good ones in both."""

from __future__ import annotations

import pytest


def test_a_search_finds_as_good_a_network_as_among_those_of_scikit_learn(run, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    found = run("25_scikit_learn", "--epochs", "8", "--samples", "500", "--output", str(tmp_path))
    for validated, tested in found.values():
        assert validated > 0.8
        assert tested > 0.8
    assert abs(found["xpnet"][0] - found["scikit-learn"][0]) < 0.06
    said = capsys.readouterr().out
    assert "'learning_rate_init': 0.1" in said  # 0.001 is too small for so few epochs
    assert "batch_norm=True, dropout=0.3" in said
    (picture,) = tmp_path.iterdir()
    assert picture.name == "25_learning_curves.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
