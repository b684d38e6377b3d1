"""``xpnet summary``: the layers of a model, their parameters and operations."""

from __future__ import annotations

import argparse
import os
from typing import Any

from .. import models
from ..errors import ArgumentError
from ..io import load, read_notes
from ..nn import Module
from . import problem
from .parsing import numbers, whole

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet summary model.safetensors
  xpnet summary mlp --input-shape 1,28,28 --hidden 512,512
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "summary",
        help="show the layers of a model, with parameters and operations",
        description="Show the layers of a model: shapes for one sample, parameters, operations.",
        epilog=EXAMPLES,
    )
    parser.add_argument(
        "model", metavar="MODEL", help=f"a model file, or one of {', '.join(models.MODELS)}"
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
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Print the table."""
    model, shape = _named(options) if options.model in models.MODELS else _saved(options)
    print(model.summary((1, *shape)))
    return 0


def _named(options: argparse.Namespace) -> tuple[Module, tuple[int, ...]]:
    shape = options.input_shape or (1, 28, 28)
    classes = 2 if options.model in ("perceptron", "logistic") else options.outputs
    return problem.build(options, shape, classes), shape


def _saved(options: argparse.Namespace) -> tuple[Module, tuple[int, ...]]:
    if not os.path.exists(options.model) and not os.path.splitext(options.model)[1]:
        models.by_name(options.model)  # raises, and lists the names
    problem.refuse_mlp_options(options, "the model file")
    notes = read_notes(options.model)
    shape = options.input_shape or notes.get("input_shape")
    if shape is None:
        raise ArgumentError(
            "summary: --input-shape must be given for this file, which does not know it; "
            "write the shape of one sample, as in --input-shape 1,28,28"
        )
    return load(options.model, device="cpu"), tuple(shape)
