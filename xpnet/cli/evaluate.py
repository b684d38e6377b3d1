"""``xpnet evaluate``: how good a model in a file is."""

from __future__ import annotations

import argparse
import json
from typing import Any

from .. import backend
from ..backend import to_numpy
from ..data import ArrayDataset
from ..errors import ArgumentError, DataError
from ..nn import Module
from ..serving.kinds import assumed, found_kind, noted_kind
from ..serving.opening import opened
from ..training import Trainer
from ..training.inputs import in_dtype_of
from ..training.metrics import ConfusionMatrix
from . import datasets, problem
from .classes import as_trained
from .logits import AsLogits
from .parsing import add_output_kind, choice, numbers, whole
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
    parser.add_argument("model", metavar="MODEL", help="the model file, or an ONNX file")
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
    add_output_kind(parser)
    parser.add_argument("--device", default="cpu", metavar="NAME", help="(default: cpu)")
    parser.add_argument("--batch-size", type=whole(1), default=256, metavar="N", help=(
        "samples at a time (default: 256)"
    ))  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run, parser=parser, data=None)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    with backend.device(options.device):
        model, notes = opened(options.model)
    if options.data is None:
        options.data = notes.get("data")
    if options.data is None:
        raise ArgumentError(
            "evaluate: --data must say what to evaluate on, got nothing, and the model file does "
            "not know; write --data digits"
        )
    with backend.device(options.device):
        loaded = datasets.load(options, notes.get("divisor"))
        data = loaded.train if options.split == "train" else loaded.test
        problem.require_targets(problem.name_of(model), data)
        data = as_trained(data, options.classes, notes.get("classes"), notes.get("class_names"))
        kind = options.output_kind or noted_kind(notes) or found_kind(model)
        measured, matrix = _measure(model, kind, data, options.batch_size)
    names = data.class_names
    if options.json:
        print(json.dumps({**measured, "confusion_matrix": matrix}))
        return 0
    print(f"{options.data}, {len(data):,} {options.split} samples")
    print("  ".join(f"{name} {value:.4f}" for name, value in measured.items()))
    print()
    print(_shown(matrix, [str(name) for name in names or range(len(matrix))]))
    return 0


def _measure(
    model: Module, kind: str | None, data: ArrayDataset, batch_size: int
) -> tuple[dict[str, float], list[list[int]]]:
    """Return loss and accuracy, and how often class i was taken for class j."""
    x, y = data.arrays
    loss, metrics = problem.loss_of(model), problem.metrics_of(model)
    if not problem.name_of(model):  # one of a person's own, or from an ONNX file
        model = AsLogits(model, kind or "logits")
    scores = getattr(model, "scores", model.predict)
    outputs = to_numpy(scores(in_dtype_of(model, x), batch_size=batch_size))
    known = 2 if outputs.size == len(data) else outputs.shape[1]
    if (kind or assumed(known, data.class_names)) == "values":
        raise ArgumentError(
            "evaluate: a model must give classes, got one whose outputs are values; if they are "
            "not, say what they are with --output-kind"
        )
    if isinstance(model, AsLogits) and outputs.size == len(data):
        loss = "bce_with_logits"
    if y.max() >= known:
        raise DataError(
            f"evaluate: the data must have the {known} classes of the model, numbered from 0, got "
            f"class {y.max()}; choose those it was trained on with --classes"
        )
    trainer = Trainer(model, "sgd", loss=loss, metrics=metrics)
    measured = trainer.evaluate(data, batch_size)
    matrix: list[list[int]] = ConfusionMatrix()(outputs, y).tolist()
    return measured, matrix


def _shown(matrix: list[list[int]], names: list[str]) -> str:
    rows = [
        [name, *(str(n) if n else "." for n in counts), f"{counts[i] / max(sum(counts), 1):.1%}"]
        for i, (name, counts) in enumerate(zip(names, matrix, strict=True))
    ]
    return table(["true \\ predicted", *names, "found"], rows)
