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
    assert all(" ms" in line for line in lines)


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
