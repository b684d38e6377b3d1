"""Test accuracy on MNIST: ``python -m benchmarks.accuracy [--data-dir FOLDER] [--device NAME]``.

Trains the two networks whose accuracy the README states, with the recipe printed, and stores the
result in ``benchmarks/results/accuracy.json``. The data are looked for as ``load_mnist`` does.
"""

from __future__ import annotations

import argparse
import math
import sys
import time

import xpnet as xn
from xpnet import models, optim

from .stored import RESULTS, store

RECIPES = (
    {"hidden": (128,), "epochs": 5, "batch_size": 64, "lr": 3e-3, "wanted": 0.975},
    {"hidden": (512, 512), "epochs": 15, "batch_size": 128, "lr": 1e-3, "wanted": 0.982},
)
SEED = 0


def run(recipe, train, test):
    xn.manual_seed(SEED)
    model = models.MLP(784, recipe["hidden"], 10)
    optimizer = optim.Adam(model.parameters(), lr=recipe["lr"])
    steps = recipe["epochs"] * math.ceil(len(train) / recipe["batch_size"])
    trainer = xn.Trainer(
        model,
        optimizer,
        loss="cross_entropy",
        metrics=["accuracy"],
        schedule=optim.CosineAnnealingLR(optimizer, T_max=steps),
        schedule_every="step",
    )
    start = time.perf_counter()
    trainer.fit(train, epochs=recipe["epochs"], batch_size=recipe["batch_size"], seed=SEED)
    seconds = time.perf_counter() - start
    return {
        **recipe,
        "optimizer": f"Adam, learning rate falling to zero along a cosine, seed {SEED}",
        "test_accuracy": trainer.evaluate(test)["accuracy"],
        "training_seconds": seconds,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    train, test = xn.data.load_mnist(options.data_dir, flatten=True)
    rows = []
    with xn.device(options.device):
        for recipe in RECIPES:
            rows.append(run(recipe, train, test))
            print(
                f"MLP 784-{'-'.join(map(str, recipe['hidden']))}-10, {recipe['epochs']} epochs: "
                f"{rows[-1]['test_accuracy']:.2%} (wanted: >= {recipe['wanted']:.1%}), "
                f"{rows[-1]['training_seconds']:.0f} s"
            )
    head = {
        "benchmark": "accuracy",
        "command": "python -m benchmarks.accuracy",
        "device": options.device,
    }
    store(RESULTS, "accuracy", head, {"rows": rows})
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
