"""``xpnet summary``: the layers of a model, their parameters and operations."""

from __future__ import annotations

import argparse
import os
from typing import Any

from .. import backend, models
from ..errors import ArgumentError
from ..io import read_manifest
from ..nn import Module
from ..serving.opening import is_onnx, opened
from ..serving.shapes import found_shape
from . import problem
from .parsing import numbers, whole

__all__ = ["add_parser", "model_and_shape", "run"]

EXAMPLES = """\
examples:
  xpnet summary model.safetensors
  xpnet summary mlp --input-shape 1,28,28 --hidden 512,512
  xpnet summary lenet5 --batch-size 512 --device cuda
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "summary",
        help="show the layers of a model, with parameters and operations",
        description="Show the layers of a model: shapes for one sample, parameters, operations; "
        "of a model file also what it came from.",
        epilog=EXAMPLES,
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        help=f"a model file, an ONNX file, or one of {', '.join(models.MODELS)}",
    )
    parser.add_argument(
        "--input-shape",
        type=numbers(1),
        metavar="SHAPE",
        help="of a sample (default: what the model file says, or 1,28,28)",
    )
    parser.add_argument(
        "--outputs", type=whole(1), default=10, metavar="K", help="of a named model (default: 10)"
    )
    problem.add_model_options(parser)
    parser.add_argument(
        "--batch-size",
        type=whole(1),
        metavar="N",
        help="measure the peak memory of a training step of N samples, by taking one",
    )
    parser.add_argument("--device", default="cpu", metavar="NAME", help="(default: cpu)")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Print the table."""
    model, shape = model_and_shape(options)
    with backend.device(options.device):
        model.to(options.device)
        print(model.summary((1, *shape)))
        if options.batch_size is not None:
            print(f"\n{model.summary((options.batch_size, *shape), memory=True).memory}")
    if options.model not in models.MODELS and not is_onnx(options.model):
        print("".join(f"\n{line}" for line in _origin(read_manifest(options.model))))
    return 0


def _origin(manifest: dict[str, Any]) -> list[str]:
    """Return what a model came from, in a few lines; of a file that does not know it, none."""
    if not manifest:
        return []
    versions = ", ".join(f"{name} {number}" for name, number in manifest["versions"].items())
    git = manifest["git"]
    changed = " with changed files" if git and git["dirty"] else ""
    commit = f", commit {git['commit'][:12]}{changed}" if git else ""
    said = {key: _shown(value) for key, value in manifest["config"].items()}
    options = ", ".join(f"{key} {value}" for key, value in said.items() if value)
    return [
        f"trained on {manifest['device']} of {manifest['platform']['system']}",
        f"with {versions}{commit}",
        f"data {manifest['data']}, seed {manifest['seed']}",
        f"options: {options}",
    ]


def _shown(value: Any) -> str:
    if value is None or value is False:
        return ""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def model_and_shape(options: argparse.Namespace) -> tuple[Module, tuple[int, ...]]:
    """Return the model that ``options.model`` names, new or from a file, and the input's shape."""
    return _named(options) if options.model in models.MODELS else _saved(options)


def _named(options: argparse.Namespace) -> tuple[Module, tuple[int, ...]]:
    shape = options.input_shape or (1, 28, 28)
    classes = 2 if options.model in ("perceptron", "logistic") else options.outputs
    return problem.build(options, shape, classes), shape


def _saved(options: argparse.Namespace) -> tuple[Module, tuple[int, ...]]:
    if not os.path.exists(options.model) and not os.path.splitext(options.model)[1]:
        models.by_name(options.model)  # raises, and lists the names
    problem.refuse_mlp_options(options, "the model file")
    model, notes = opened(options.model, device="cpu")
    shape = options.input_shape or notes.get("input_shape") or found_shape(model)
    if shape is None:
        raise ArgumentError(
            "summary: --input-shape must be given for this file, which does not know it; "
            "write the shape of one sample, as in --input-shape 1,28,28"
        )
    return model, tuple(shape)
