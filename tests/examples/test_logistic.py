"""The examples of logistic and softmax regression show what their pages say."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.errors import DataError


def test_three_forms_agree_and_only_the_cross_entropy_is_convex(run, no_mnist, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    options = ("--timed", "40", "--steps", "200", "--output", str(tmp_path))
    found = run("13_logistic_regression", *options)
    assert found["difference"] < 1e-12
    assert found["faster"] > 10
    assert found["accuracy"] > 0.9
    assert found["cross_entropy"] >= 0 > -0.05 > found["squared_error"]
    assert "not convex" in capsys.readouterr().out
    names = {"13_convexity.png", "13_logistic_regression.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())


def test_softmax_regression_reads_digits(run, no_mnist, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    found = run("14_softmax_regression", "--output", str(tmp_path))
    assert found["accuracy"] > 0.85
    assert found["difference"] < 1e-12
    assert np.isnan(found["naive"][0, :2]).all()
    np.testing.assert_allclose(found["stable"][0], [0.731059, 0.268941, 0], atol=1e-6)
    assert "test digits right" in capsys.readouterr().out
    assert (tmp_path / "14_softmax_regression.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_is_named_must_hold_mnist(run, no_mnist, tmp_path):
    for name in ("12_optimizers", "13_logistic_regression", "14_softmax_regression"):
        with pytest.raises(DataError, match="the four files"):
            run(name, str(tmp_path), "--output", str(tmp_path))
