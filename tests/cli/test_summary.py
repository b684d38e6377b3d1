from __future__ import annotations

import pytest

import xpnet as xn


def test_a_model_file_is_shown_with_its_layers(xpnet, trained):
    done = xpnet("summary", trained)
    assert done.code == 0
    assert "9,610" in done.out
    assert "(1, 128)" in done.out


@pytest.mark.parametrize("name", xn.models.MODELS)
def test_every_model_can_be_shown_by_its_name(xpnet, name):
    assert xpnet("summary", name).code == 0


def test_a_named_model_can_have_another_shape(xpnet):
    options = ("--input-shape", "3,32,32", "--hidden", "20,5", "--outputs", "4")
    done = xpnet("summary", "mlp", *options)
    assert f"{3 * 32 * 32 * 20 + 20 + 20 * 5 + 5 + 5 * 4 + 4:,}" in done.out


def test_an_unknown_name_lists_the_names(xpnet):
    done = xpnet("summary", "mpl")
    assert done.code == 2
    assert "did you mean 'mlp'" in done.err


def test_a_file_that_does_not_know_its_input_needs_to_be_told(xpnet, tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.nn.Conv2d(1, 2, 3), path)
    assert "--input-shape must be given" in xpnet("summary", path).err
    assert "20" in xpnet("summary", path, "--input-shape", "1,4,4").out


def test_a_file_whose_first_layer_tells_its_input_need_not_be_told(xpnet, tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.nn.Linear(7, 3), path)
    assert "24" in xpnet("summary", path).out


def test_what_a_model_came_from_is_shown(xpnet, trained):
    out = xpnet("summary", trained).out
    assert "trained on cpu of " in out
    assert f"xpnet {xn.__version__}" in out
    assert "data crc32:" in out
    assert "seed 0" in out
    assert "options: model mlp, hidden 128, " in out
    assert "None" not in out


def test_a_model_that_does_not_know_where_it_came_from_shows_its_layers(xpnet, tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.nn.Linear(7, 3), path)
    done = xpnet("summary", path, "--input-shape", 7)
    assert done.code == 0
    assert "trained on" not in done.out


def test_the_memory_of_a_training_step_is_told(xpnet):
    done = xpnet("summary", "lenet5", "--batch-size", "32")
    last = done.out.strip().splitlines()[-1]
    assert last.startswith("training step of 32 on cpu: peak memory")
    assert "(1, 10)" in done.out


def test_a_model_can_be_shown_on_another_device(xpnet):
    pytest.importorskip("torch")
    done = xpnet("summary", "mlp", "--batch-size", "4", "--device", "torch:cpu")
    assert "training step of 4 on torch:cpu" in done.out
