"""The examples of gradient descent and of optimizers show what their pages say."""

from __future__ import annotations

import pytest


def test_descent_with_all_a_few_or_one_sample_and_its_step_sizes(run, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    found = run("11_gradient_descent", "--epochs", "5", "--output", str(tmp_path))
    batch, few, one = (found[name] for name in ("batch", "mini-batch of 20", "stochastic"))
    # after the same number of samples more steps have led farther
    assert batch[0] > few[0] > one[0]
    # but a single sample goes on to push the parameters about
    assert one[2] > 2 * one[1]
    assert found["1 / L"] < found["0.3 / L"] < 0.1
    assert found["1.9 / L"] < 1 < 10 < found["2.1 / L"]
    assert "the steepest is" in capsys.readouterr().out
    assert (tmp_path / "11_gradient_descent.png").read_bytes().startswith(b"\x89PNG")


def test_every_optimizer_gets_down_and_learns_digits(run, no_mnist, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    options = ("--steps", "60", "--limit", "400", "--output", str(tmp_path))
    table = run("12_optimizers", *options)
    assert set(table) == {"SGD", "momentum", "Nesterov", "Adagrad", "RMSprop", "Adam", "AdamW",
                          "Lion", "Muon", "L-BFGS"}  # fmt: skip
    # the valley is 50 times as steep as long: momentum is what it takes
    assert table["Nesterov"][0] < table["momentum"][0] < table["SGD"][0] <= 400
    assert table["SGD"][1] is None  # Rosenbrock takes thousands of steps
    assert table["Muon"][:2] == (None, None)  # for matrices only
    assert max(table["L-BFGS"][:2]) < 50  # second derivatives, of a kind
    assert table.pop("L-BFGS")[2:] == (None, None)  # for whole data only
    for name, (*_, loss, accuracy) in table.items():
        assert loss < 2.2, name  # log 10 = 2.3 at first
        assert accuracy > 0.6, name
    assert "steps to a cost of 1e-4" in capsys.readouterr().out
    assert (tmp_path / "12_optimizers.png").read_bytes().startswith(b"\x89PNG")
