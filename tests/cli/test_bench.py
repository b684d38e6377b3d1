from __future__ import annotations

import json

import pytest

import xpnet as xn

QUICK = ("--steps", "2", "--batch-sizes", "4")


def rows_of(done):
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize("name", xn.models.MODELS)
def test_every_model_is_measured(xpnet, name):
    shape = "1,28,28" if name.startswith("lenet") else "1,8,8"
    two = ("--outputs", "2") if name in ("perceptron", "logistic") else ()
    (row,) = rows_of(xpnet("bench", name, *QUICK, "--input-shape", shape, *two, "--json"))
    assert (row["model"], row["device"], row["batch"], row["steps"]) == (name, "cpu", 4, 2)
    assert 0 < row["step_quartiles"][0] <= row["step"] <= row["step_quartiles"][1] < 60
    assert row["samples_per_second"] == pytest.approx(4 / row["step"])
    assert 0 < row["predict"] < 60
    assert 0 < row["predict_one"] < 60


def test_the_table_has_a_line_for_each_model_and_batch_size(xpnet):
    out = xpnet("bench", "mlp", "softmax", "--steps", 2, "--batch-sizes", "3,5").out
    head, *lines = out.splitlines()
    assert " ".join(head.split()) == "model device batch step samples/s predict one sample"
    found = [tuple(line.split()[:3]) for line in lines]
    assert found == [(model, "cpu", batch) for model in ("mlp", "softmax") for batch in ("3", "5")]
    assert all(line.count(" ms") == 3 for line in lines)


def test_a_model_file_is_measured_with_its_own_shape(xpnet, trained):
    (row,) = rows_of(xpnet("bench", trained, *QUICK, "--json"))
    assert row["model"] == str(trained)


def test_several_devices_are_measured_in_processes_of_their_own(xpnet):
    options = ("--devices", "cpu,strict:device1", "--hidden", "3", "--dtype", "float64")
    rows = rows_of(xpnet("bench", "mlp", *QUICK, *options, "--input-shape", "5", "--json"))
    assert [row["device"] for row in rows] == ["cpu", "strict:device1"]


def test_a_device_that_is_not_there_is_told_before_anything_is_measured(xpnet):
    done = xpnet("bench", "--devices", "cpu,cuda:77")
    assert done.code == 2
    assert "cuda:77" in done.err
    assert done.out == ""


def test_no_device_at_all_is_an_error(xpnet):
    assert "--devices must be names with commas" in xpnet("bench", "--devices", ",").err


def test_a_model_that_does_not_fit_its_input_says_so(xpnet):
    done = xpnet("bench", "lenet5", "--input-shape", "1,8,8")
    assert done.code == 2
    assert "(C, 28, 28)" in done.err


def test_what_fails_in_a_process_is_told(xpnet):
    options = ("--devices", "cpu,strict:cpu", "--input-shape", "1,8,8")
    done = xpnet("bench", "lenet5", *options)
    assert done.code == 2
    assert "device 'cpu' must work" in done.err
    assert "(C, 28, 28)" in done.err


# ---- --precision and --capture -------------------------------------------------------------------

MLP = ("bench", "mlp", *QUICK, "--hidden", "3", "--input-shape", "5")


def test_a_precision_has_a_column_and_is_computed_in(xpnet, monkeypatch):
    used = []
    matmul = xn.autograd.precision.arranged

    def spy(name, inputs):
        used.append(getattr(xn.autograd.modes.MODE.precision, "name", None))
        return matmul(name, inputs)

    monkeypatch.setattr(xn.ops.op, "arranged", spy)
    head, line = xpnet(*MLP, "--precision", "float16").out.splitlines()
    assert " ".join(head.split()[:4]) == "model device precision batch"
    assert line.split()[:4] == ["mlp", "cpu", "float16", "4"]
    assert "float16" in used
    used.clear()
    (row,) = rows_of(xpnet(*MLP, "--json"))
    assert row["precision"] == "float32"
    assert set(used) <= {None}


def test_a_precision_that_a_device_lacks_is_told(xpnet):
    done = xpnet(*MLP, "--precision", "bfloat16", "--devices", "cpu")
    assert done.code == 2
    assert "NumPy has, got 'bfloat16'" in done.err
    done = xpnet(*MLP, "--precision", "bfloat16", "--devices", "cpu,torch:cpu")
    assert "device 'cpu' must work, got: autocast" in done.err
    assert "leave it out of --devices" in done.err


def test_a_precision_of_numbers_that_are_never_rounded_is_an_error(xpnet):
    done = xpnet(*MLP, "--precision", "float16", "--dtype", "float64")
    assert "--precision must go with --dtype float32, got --dtype float64" in done.err


def test_where_nothing_can_be_captured_there_is_a_dash_and_one_line_that_says_why(xpnet):
    done = xpnet(*MLP, "--batch-sizes", "3,4", "--capture")
    head, *lines = done.out.splitlines()
    assert " ".join(head.split()) == "model device batch step samples/s captured predict one sample"
    assert [line.split()[6] for line in lines] == ["-", "-"]
    (why,) = done.err.splitlines()
    assert (
        why == "xpnet: no step was captured on cpu: NumPy cannot record what a device does on 'cpu'"
    )


def test_options_reach_the_processes_of_several_devices(xpnet):
    done = xpnet(*MLP, "--devices", "cpu,torch:cpu", "--capture", "--precision", "float16")
    assert done.code == 0, done.err
    assert [line.split()[2] for line in done.out.splitlines()[1:]] == ["float16"] * 2
    assert [line.partition(":")[2].split(":")[0] for line in done.err.splitlines()] == [
        " no step was captured on cpu",
        " no step was captured on torch",
    ]


def test_captured_steps_are_replayed_ones(gpu, xpnet, monkeypatch):
    counted = []
    leave = xn.training.TrainingStep.__exit__

    def spy(step, *error):
        counted.append(step.replayed)
        leave(step, *error)

    monkeypatch.setattr(xn.training.TrainingStep, "__exit__", spy)
    (row,) = rows_of(xpnet(*MLP, "--devices", "cuda", "--capture", "--json"))
    assert counted == [0, 5 + 2 - 2]
    assert row["not_captured"] is None
    assert 0 < row["captured_quartiles"][0] <= row["captured"] <= row["captured_quartiles"][1]


def test_what_turns_out_only_in_a_step_is_told_as_well(gpu, xpnet):
    options = ("--devices", "cuda", "--capture", "--precision", "float16", "--json")
    (row,) = rows_of(xpnet(*MLP, *options))
    assert row["captured"] is None
    assert row["captured_quartiles"] is None
    assert row["not_captured"].startswith("--precision float16 decides on the host")
    assert row["step"] > 0
