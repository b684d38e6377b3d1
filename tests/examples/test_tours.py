"""The first examples, tours of the library, run on a few steps and do what they say."""

from __future__ import annotations

import pytest

from xpnet.errors import DataError


def test_digits_are_learnt_on_every_device(run, backend):
    accuracy = run("01_digits", "--device", backend.device_name, "--epochs", "3")
    assert accuracy > 0.9


def test_back_propagation_by_hand_equals_the_tape(run):
    assert run("02_by_hand") < 1e-10


def test_a_layer_of_your_own_learns_xor(run):
    assert run("03_your_own_layer") < 0.1


def test_newton_finds_a_minimum_of_foreign_code(run):
    assert all(slope < 1e-9 for slope in run("04_differentiate_anything").values())


def test_lenet_learns_digits_and_leaves_pictures_and_a_model(run, no_mnist, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    folder = ("--output", str(tmp_path))
    assert run("05_lenet_mnist", "--epochs", "2", *folder) > 0.7
    assert "right" in capsys.readouterr().out
    names = {f"lenet5_{name}.png" for name in ("confusion", "curves", "misread")}
    assert {path.name for path in tmp_path.iterdir()} == {*names, "lenet5.safetensors"}

    seen = run("06_what_layers_see", "--model", str(tmp_path / "lenet5.safetensors"), *folder)
    assert seen["features.5"].shape == (1, 16, 5, 5)
    names |= {"filters_1.png", "filters_2.png", "feature_maps.png"}
    assert {path.name for path in tmp_path.glob("*.png")} == names
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.glob("*.png"))


def test_a_folder_that_is_named_must_hold_mnist(run, no_mnist, tmp_path):
    for name in ("05_lenet_mnist", "06_what_layers_see", "08_transfer"):
        with pytest.raises(DataError, match="the four files"):
            run(name, str(tmp_path), *(["--output", str(tmp_path)] if name[1] != "8" else []))


def test_a_unet_learns_where_shapes_are_and_draws_them(run, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    options = ("--images", "96", "--epochs", "3", "--output", str(tmp_path))
    # all of it taken for background would be 19 %
    assert run("07_segmentation", *options) > 0.3
    assert "triangle     intersection over union" in capsys.readouterr().out
    names = {"segmentation_1.png", "segmentation_2.png", "segmentation_3.png"}
    assert {path.name for path in tmp_path.iterdir()} == {*names, "segmentation_curves.png"}


def test_transferred_convolutions_and_fresh_ones_learn_from_few_examples(run, no_mnist, capsys):
    transferred, scratch = run("08_transfer", "--epochs", "5", "--draws", "1")
    assert transferred > 0.6
    assert scratch > 0.6
    assert "mean: transferred" in capsys.readouterr().out
