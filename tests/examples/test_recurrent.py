"""The examples of recurrent networks find what their page says."""

from __future__ import annotations

import pytest

pytest.importorskip("matplotlib")


def test_an_lstm_reads_digits_row_by_row(run, no_mnist, tmp_path, capsys):
    accuracy = run("20_lstm_rows", "--epochs", "12", "--cells", "48", "--output", str(tmp_path))
    assert accuracy > 0.9
    assert "if reading ended after 4 of 8 rows" in capsys.readouterr().out
    assert (tmp_path / "20_lstm_rows.png").stat().st_size > 0


def test_gates_remember_what_a_simple_network_forgets(run, tmp_path):
    found = run("21_adding_problem", "--steps", "250", "--length", "20", "--output", str(tmp_path))
    assert found["GRU"]["adding"] < 0.02 < 1 / 6
    assert found["LSTM"]["adding"] < 0.1
    assert found["GRU"]["copying"] == found["LSTM"]["copying"] == 1.0
    assert found["RNN"]["reach"] < 1e-3 < min(found["GRU"]["reach"], found["LSTM"]["reach"])
    assert (tmp_path / "21_adding_problem.png").stat().st_size > 0


def test_gates_as_they_are_drawn_reach_less_far(run, tmp_path):
    options = ("--steps", "10", "--length", "30", "--output", str(tmp_path))
    opened, drawn = (
        run("21_adding_problem", *options),
        run("21_adding_problem", *options, "--drawn"),
    )
    for kind in ("GRU", "LSTM"):
        assert drawn[kind]["reach"] < 1e-3 < 0.1 < opened[kind]["reach"]
    assert drawn["RNN"] == opened["RNN"]


def test_a_forecast_goes_on_with_the_wave(run, tmp_path):
    found = run("22_sine_forecast", "--epochs", "40", "--output", str(tmp_path))
    assert found["losses"][-1] < 0.1 * found["losses"][0]
    assert found["error"][:10].max() < 0.5 * found["spread"]
    assert (tmp_path / "22_sine_forecast.png").stat().st_size > 0
