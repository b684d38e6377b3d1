"""Test accuracy of LeNet-5 on MNIST after five epochs, with the same seed on several devices.

``python -m benchmarks.lenet_accuracy [DEVICE ...] [--data-dir FOLDER]`` runs, for each device (cpu,
torch:cpu and jax:cpu unless others are named), the command ``xpnet train --model lenet5 --data
mnist --epochs 5`` in a process of its own, and stores what it wrote beside its model: accuracies,
losses, seconds. The file is ``benchmarks/results/lenet_accuracy.json``, written after each device;
``--add`` keeps what it holds of other devices. Wanted: at least 99.0 % on each, and at most 0.15
percentage points between them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from .stored import RESULTS, machine, store

DEVICES = ("cpu", "torch:cpu", "jax:cpu")
EPOCHS = 5
SEED = 0
WANTED = 0.990
WANTED_SPREAD = 0.0015
ROOT = Path(__file__).resolve().parent.parent


def train(device: str, epochs: int, data_dir: str | None) -> dict[str, object]:
    """Train by the command line and return its record as a row."""
    arguments = ["train", "--model", "lenet5", "--data", "mnist", "--epochs", str(epochs)]
    arguments += ["--seed", str(SEED), "--device", device]
    shown = "xpnet " + " ".join(arguments)
    if data_dir is not None:
        arguments += ["--data-dir", str(Path(data_dir).resolve())]
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "lenet5.safetensors"
        subprocess.run(
            [sys.executable, "-m", "xpnet.cli", *arguments, "--no-progress", "--output", model],
            check=True,
            cwd=ROOT,
        )
        record = json.loads(model.with_suffix(".json").read_text())
    options = record["options"]
    return {
        "device": device,
        "command": shown,
        "recipe": {
            name: options[name]
            for name in ("epochs", "batch_size", "optimizer", "lr", "schedule", "seed", "dtype")
        },
        "test_accuracy": record["results"]["test"]["accuracy"],
        "test_loss": record["results"]["test"]["loss"],
        "train_accuracy": record["results"]["train"]["accuracy"],
        "training_seconds": record["seconds"],
        "epoch_seconds": record["seconds"] / epochs,
        "machine": machine(),
    }


def spread(rows: list[dict]) -> float:
    """Return the largest difference of test accuracy between two devices."""
    accuracies = [row["test_accuracy"] for row in rows]
    return max(accuracies) - min(accuracies)


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("devices", nargs="*", default=DEVICES, metavar="DEVICE")
    parser.add_argument("--data-dir", help="where the files of MNIST are, as for `xpnet train`")
    parser.add_argument("--quick", action="store_true", help="one epoch instead of five")
    parser.add_argument("--add", action="store_true", help="keep the stored rows of other devices")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for result files")
    parser.add_argument("--no-store", action="store_true", help="do not write the result file")
    options = parser.parse_args(argv)
    epochs = 1 if options.quick else EPOCHS
    rows = _kept(options.results, options.devices, epochs) if options.add else []
    for device in options.devices:
        row = train(device, epochs, options.data_dir)
        rows.append(row)
        print(
            f"LeNet-5, {epochs} epochs on {device}: {row['test_accuracy']:.2%} "
            f"(wanted: >= {WANTED:.1%}), {row['epoch_seconds']:.1f} s an epoch",
            flush=True,
        )
        if not options.no_store:
            head = {
                "benchmark": "lenet_accuracy",
                "command": "python -m benchmarks.lenet_accuracy",
                "wanted": WANTED,
                "spread": spread(rows),
                "wanted_spread": WANTED_SPREAD,
            }
            store(options.results, "lenet_accuracy", head, {"rows": rows})
    print(f"largest difference: {spread(rows):.2%} (wanted: <= {WANTED_SPREAD:.2%})")
    return 0


def _kept(folder: Path, devices: list[str], epochs: int) -> list[dict]:
    """Return the stored rows of as many epochs on devices that are not to be run again."""
    file = folder / "lenet_accuracy.json"
    rows = json.loads(file.read_text())["rows"] if file.exists() else []
    return [
        row for row in rows if row["device"] not in devices and row["recipe"]["epochs"] == epochs
    ]


if __name__ == "__main__":
    sys.exit(main())
