"""The accuracy of LeNet-5 is that of the command line, on every device with the same recipe."""

from __future__ import annotations

import gzip
import json
import struct

import numpy as np
import pytest

from benchmarks import lenet_accuracy


@pytest.fixture
def few_images(tmp_path):
    """A folder with files as those of MNIST: bars whose place is the class."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, n in (("train", 640), ("t10k", 100)):
        labels = (np.arange(n) % 10).astype(np.uint8)
        images = np.zeros((n, 28, 28), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[4 + 2 * label : 6 + 2 * label] = 255
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            path = folder / f"{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(header + array.tobytes()))
    return folder


def test_the_command_line_trains_and_its_record_is_stored(few_images, tmp_path, capfd):
    pytest.importorskip("array_api_strict")
    results = tmp_path / "results"
    arguments = ["cpu", "strict:device1", "--quick", "--data-dir", str(few_images)]
    assert lenet_accuracy.main([*arguments, "--results", str(results)]) == 0
    record = json.loads((results / "lenet_accuracy.json").read_text())
    assert [row["device"] for row in record["rows"]] == ["cpu", "strict:device1"]
    row = record["rows"][0]
    assert row["command"] == (
        "xpnet train --model lenet5 --data mnist --epochs 1 --seed 0 --device cpu"
    )
    assert row["recipe"] == {
        "epochs": 1,
        "batch_size": 64,
        "optimizer": "adam",
        "lr": 5e-3,
        "schedule": "cosine",
        "seed": 0,
        "dtype": "float32",
    }
    assert row["epoch_seconds"] == row["training_seconds"] > 0
    assert row["test_accuracy"] >= 0.1
    assert row["test_loss"] == pytest.approx(record["rows"][1]["test_loss"], rel=1e-2)
    assert record["spread"] == lenet_accuracy.spread(record["rows"])
    assert "LeNet-5, 1 epochs on strict:device1" in capfd.readouterr().out


def made_up(device, epochs, data_dir):
    accuracy = {"cpu": 0.991, "torch:cpu": 0.990, "jax:cpu": 0.992}[device]
    return {
        "device": device,
        "recipe": {"epochs": epochs},
        "test_accuracy": accuracy,
        "training_seconds": 5.0,
        "epoch_seconds": 1.0,
    }


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Run the command without training, and return (devices, spread) of the file."""
    monkeypatch.setattr(lenet_accuracy, "train", made_up)

    def run(*arguments):
        lenet_accuracy.main([*arguments, "--results", str(tmp_path)])
        record = json.loads((tmp_path / "lenet_accuracy.json").read_text())
        return [row["device"] for row in record["rows"]], record["spread"]

    return run


def test_three_devices_are_compared_unless_others_are_named(command, capsys):
    devices, spread = command()
    assert devices == ["cpu", "torch:cpu", "jax:cpu"]
    assert spread == pytest.approx(0.002)
    assert "largest difference: 0.20% (wanted: <= 0.15%)" in capsys.readouterr().out


def test_add_keeps_the_rows_of_other_devices_of_the_same_recipe(command):
    assert command("cpu", "torch:cpu")[0] == ["cpu", "torch:cpu"]
    assert command("cpu", "--add")[0] == ["torch:cpu", "cpu"]
    assert command("jax:cpu", "--add")[0] == ["torch:cpu", "cpu", "jax:cpu"]
    assert command("jax:cpu", "--add", "--quick")[0] == ["jax:cpu"]
    assert command("cpu")[0] == ["cpu"]


def test_no_store_stores_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(lenet_accuracy, "train", made_up)
    assert lenet_accuracy.main(["cpu", "--no-store", "--results", str(tmp_path)]) == 0
    assert list(tmp_path.iterdir()) == []
