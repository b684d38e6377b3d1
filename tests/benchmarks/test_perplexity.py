"""Both libraries' character models see the same batches, and come to the same perplexity."""

from __future__ import annotations

import json

import pytest

from benchmarks import perplexity


@pytest.fixture
def few(monkeypatch):
    train, test, characters = perplexity.windows()
    monkeypatch.setattr(
        perplexity, "windows", lambda: (train.subset(range(96)), test.subset(range(8)), characters)
    )


def test_the_order_is_the_same_for_every_peer_and_another_in_each_epoch(few):
    train, _, _ = perplexity.windows()
    first, again = ([x[0].tolist() for x, _ in perplexity.batches(train, 2)] for _ in range(2))
    assert first == again
    assert first[:3] != first[3:]


def test_perplexities_are_equal_from_equal_weights_and_stored(few, monkeypatch, tmp_path, capsys):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # threads wait for each other where other tests have the cores
    monkeypatch.setattr(perplexity, "RESULTS", tmp_path)
    assert perplexity.main(["--epochs", "2"]) == 0
    rows = json.loads((tmp_path / "perplexity.json").read_text())["rows"]
    assert [row["peer"] for row in rows] == ["xpnet", "torch", "torch, own weights"]
    assert rows[0]["perplexity"] < 60  # of 64 or so characters, all alike
    assert abs(rows[1]["apart"]) < 1e-4
    assert rows[2]["perplexity"] != rows[1]["perplexity"]
    assert "wanted: at most 2% apart" in capsys.readouterr().out
