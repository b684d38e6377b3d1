"""``xpnet evaluate``: how good a model in a file is."""

from __future__ import annotations

import argparse
import json
from typing import Any

from .. import backend
from ..backend import to_numpy
from ..data import ArrayDataset
from ..errors import ArgumentError
from ..io import load, read_notes
from ..nn import Module
from ..training import Trainer
from ..training.metrics import ConfusionMatrix
from . import datasets, problem
from .parsing import choice, numbers, whole
from .tables import table

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet evaluate model.safetensors
  xpnet evaluate model.safetensors --data mnist --data-dir FOLDER --device cuda
  xpnet evaluate model.safetensors --data mine.npz --split train --json
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "evaluate",
        help="measure loss, accuracy and confusion of a model",
        description="Measure loss and accuracy of a model on data, and which classes it confuses.",
        epilog=EXAMPLES,
    )
    parser.add_argument("model", metavar="MODEL", help="the model file")
    datasets.add_data_options(parser, default="what it was trained on")
    parser.add_argument(
        "--split",
        type=choice(["train", "test"]),
        default="test",
        metavar="PART",
        help="train or test data (default: test)",
    )
    parser.add_argument(
        "--classes",
        type=numbers(0),
        metavar="LIST",
        help="use these classes of the data alone (default: as in training)",
    )
    parser.add_argument("--device", default="cpu", metavar="NAME", help="(default: cpu)")
    parser.add_argument("--batch-size", type=whole(1), default=256, metavar="N", help=(
        "samples at a time (default: 256)"
    ))  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run, parser=parser, data=None)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    notes = read_notes(options.model)
    if options.data is None:
        options.data = notes.get("data")
    if options.data is None:
        raise ArgumentError(
            "evaluate: --data must say what to evaluate on, got nothing, and the model file does "
            "not know; write --data digits"
        )
    with backend.device(options.device):
        model = load(options.model)
        train, test = datasets.load(options)
        data = train if options.split == "train" else test
        data = datasets.pick(data, options.classes or _tuple(notes.get("classes")))
        measured, matrix = _measure(model, data, options.batch_size)
    names = notes.get("class_names") or data.class_names
    if options.json:
        print(json.dumps({**measured, "confusion_matrix": matrix}))
        return 0
    print(f"{options.data}, {len(data):,} {options.split} samples")
    print("  ".join(f"{name} {value:.4f}" for name, value in measured.items()))
    print()
    print(_shown(matrix, [str(name) for name in names or range(len(matrix))]))
    return 0


def _tuple(values: list[int] | None) -> tuple[int, ...] | None:
    return None if values is None else tuple(values)


def _measure(
    model: Module, data: ArrayDataset, batch_size: int
) -> tuple[dict[str, float], list[list[int]]]:
    """Return loss and accuracy, and how often class i was taken for class j."""
    trainer = Trainer(model, "sgd", loss=problem.loss_of(model))
    measured = trainer.evaluate(data, batch_size)
    x, y = data.arrays
    scores = getattr(model, "scores", model.predict)
    outputs = to_numpy(scores(datasets.scaled(x), batch_size=batch_size))
    matrix: list[list[int]] = ConfusionMatrix()(outputs, y).tolist()
    return measured, matrix


def _shown(matrix: list[list[int]], names: list[str]) -> str:
    rows = [
        [name, *(str(n) if n else "." for n in counts), f"{counts[i] / max(sum(counts), 1):.1%}"]
        for i, (name, counts) in enumerate(zip(names, matrix, strict=True))
    ]
    return table(["true \\ predicted", *names, "found"], rows)
