"""Both classifiers are fitted alike, on tables that can be learnt, and the figures are stored."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import sklearn_fit


def test_a_table_has_numbers_indicators_and_seven_classes_of_curved_borders():
    x, y = sklearn_fit.make_table(3000)
    assert x.shape == (3000, 54)
    assert x.dtype == np.float32
    assert (x[:, 10:14].sum(axis=1) == 1).all()
    assert (x[:, 14:].sum(axis=1) == 1).all()
    assert set(y.tolist()) == set(range(7))
    again, _ = sklearn_fit.make_table(3000)
    np.testing.assert_array_equal(x, again)


@pytest.mark.parametrize("peer", sklearn_fit.PEERS)
def test_a_case_fits_anew_each_time_and_says_how_well(monkeypatch, peer):
    pytest.importorskip("sklearn")
    x, y = sklearn_fit.make_table(2400)
    monkeypatch.setattr(
        sklearn_fit, "data", lambda table: ((x[:2000], y[:2000]), (x[2000:], y[2000:]))
    )
    step = getattr(sklearn_fit, peer)(2, 15)
    (seconds, accuracy), (_, other) = step(), step()
    assert seconds > 0
    most_frequent = np.mean(y[2000:] == np.bincount(y[:2000]).argmax())
    assert min(accuracy, other) > most_frequent + 0.1
    assert accuracy != other  # from other first weights


def test_medians_ratio_and_accuracies_are_printed_and_stored(monkeypatch, tmp_path, capsys):
    figures = {"xpnet": [1.0, 0.9, 3.0, 0.8, 2.0, 0.7], "sklearn": [4.0, 0.8] * 3}
    asked = []

    def take_turns(module, peers, **options):
        asked.append((module, tuple(peers), options["sizes"]))
        return {peer: figures[peer] for peer in figures}

    monkeypatch.setattr(sklearn_fit, "take_turns", take_turns)
    assert sklearn_fit.main(["table_100000", "--quick", "--results", str(tmp_path)]) == 0
    assert asked == [("benchmarks.sklearn_fit", sklearn_fit.PEERS, (2, 2))]
    rows = json.loads((tmp_path / "sklearn_fit.json").read_text())["rows"]
    assert [row["median"] for row in rows] == [2.0, 4.0]
    assert [row["accuracy"] for row in rows] == pytest.approx([0.8, 0.8])
    assert rows[1]["xpnet_ratio"] == 0.5
    assert "xpnet / it = 0.50" in capsys.readouterr().out
