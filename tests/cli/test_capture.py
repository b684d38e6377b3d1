"""The option --capture: steps are recorded where that can be, and else a line says why."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from xpnet.cli.capturing import reasons_told_to
from xpnet.training import CaptureWarning

rng = np.random.default_rng(0)


@pytest.fixture
def train(xpnet, tmp_path):
    """Run xpnet train on small data: code, out, err and the record of the training."""
    data, output = tmp_path / "data.npz", tmp_path / "model.safetensors"
    x, y = rng.standard_normal((70, 3)).astype("float32"), rng.integers(0, 2, 70)
    np.savez(data, x_train=x[:60], y_train=y[:60], x_test=x[60:], y_test=y[60:])

    def run(*more):
        options = ("--hidden", "4", "--epochs", 3, "--batch-size", 10, "--no-progress")
        done = xpnet("train", "--data", data, "--output", output, *options, *more)
        assert done.code == 0, done.err
        return done, json.loads(output.with_suffix(".json").read_text())

    return run


def test_a_training_is_recorded_and_its_numbers_are_the_same(gpu, train):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain, record = train("--device", "cuda")
        captured, same = train("--device", "cuda", "--capture")
    assert "replayed" not in plain.out
    assert "\n16 steps were replayed\n" in captured.out  # 3 · 6, all but the first two
    assert captured.err == ""
    assert same["results"] == record["results"]
    assert (same["options"]["capture"], record["options"]["capture"]) == (True, False)


def test_on_a_cpu_a_line_says_that_nothing_is_recorded(train):
    done, _ = train("--capture")
    (line,) = done.err.splitlines()
    assert line.startswith("xpnet: --capture is of no use here, steps are taken one by one: NumPy")
    assert line.endswith("on 'cpu'")
    assert "\n0 steps were replayed\n" in done.out


def test_what_speaks_against_it_is_told_in_the_words_of_the_command_line(gpu, train):
    done, _ = train("--device", "cuda", "--capture", "--precision", "float16")
    (line,) = done.err.splitlines()
    assert line.endswith(
        "one by one: --precision float16 decides on the host whether a step is taken"
    )


def test_other_warnings_go_where_they_went():
    reasons = []
    with pytest.warns(UserWarning, match="^something else$") as caught:  # noqa: SIM117
        with reasons_told_to(reasons.append):
            warnings.warn("something else", stacklevel=1)
            warnings.warn(CaptureWarning("Trainer", "a reason"), stacklevel=1)
    assert len(caught) == 1
    assert reasons == ["a reason"]


def test_the_help_of_both_commands_tells_of_it(xpnet):
    for command in ("train", "bench"):
        assert "--capture" in xpnet(command, "--help").out
