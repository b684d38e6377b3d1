"""The lecture's examples on networks: gradients by hand, initial weights, activations, choices."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _needs_matplotlib():
    pytest.importorskip("matplotlib")


def pictures(folder):
    found = sorted(folder.glob("*.png"))
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in found)
    assert all(path.stat().st_size < 100_000 for path in found)
    return [path.stem for path in found]


def test_back_propagation_is_the_tape_and_nearly_finite_differences(run, tmp_path, capsys):
    found = run("15_back_propagation", "--epochs", "3", "--output", str(tmp_path))
    assert found["tape"] < 1e-10
    assert found["finite differences"] < 1e-6
    assert found["cross_entropy"] > 0.8
    assert found["cross_entropy"] > found["quadratic"]
    assert capsys.readouterr().out.count("(8, 64)") == 1
    assert pictures(tmp_path) == ["15_back_propagation"]


def test_equal_weights_stay_equal_and_good_ones_keep_signals_alive(run, tmp_path):
    found = run("16_initialization", "--epochs", "2", "--output", str(tmp_path))
    assert found["zeros"] == {"different": 1, "rank": 0, "accuracy": pytest.approx(0.1, abs=0.02)}
    assert found["constant 0.01"]["different"] == found["constant 0.01"]["rank"] == 1
    assert found["constant 0.01"]["accuracy"] < 0.5 < found["Xavier"]["accuracy"]
    assert found["Xavier"]["rank"] == 20

    def decay(kind):
        return found[kind]["sizes"][-1] / found[kind]["sizes"][0]

    assert decay("Tanh std 0.01") < 1e-4
    assert 0.5 < decay("Tanh Xavier") < 2
    assert 0.5 < decay("ReLU He") < 2
    assert decay("ReLU Xavier") < 0.5
    assert decay("ReLU std 1") > 1e3
    assert found["Tanh std 1"]["sizes"][-1] > 0.9
    assert pictures(tmp_path) == ["16_histograms", "16_signals"]


def test_activations_have_the_slopes_of_the_formulas(run, tmp_path, capsys):
    found = run("17_activations", "--epochs", "4", "--output", str(tmp_path))
    assert found["tape"] < 1e-12
    assert found["tanh"] < 1e-12
    assert found["accuracies"]["sigmoid"] < 0.3  # six layers of slopes of 1/4 at most
    assert found["accuracies"]["tanh"] > 0.8
    assert "tanh(z) and 2 sigmoid(2z) - 1" in capsys.readouterr().out
    assert pictures(tmp_path) == ["17_activations"]


def test_a_choice_on_validation_data_holds_on_test_data(run, tmp_path, capsys):
    options = ("--samples", "8", "--epochs", "6", "--output", str(tmp_path))
    result, accuracy = run("18_hyper_parameters", *options)
    assert len(result) == 8
    assert accuracy > 0.9
    assert abs(accuracy - result.best("val_accuracy")["val_accuracy"]) < 0.1
    assert "1150 samples to train, 288 to choose, 359 to confirm" in capsys.readouterr().out
    assert pictures(tmp_path) == ["18_learning_rates", "18_sweep"]
