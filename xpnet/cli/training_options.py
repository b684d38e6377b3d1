"""The options of ``xpnet train``."""

from __future__ import annotations

import argparse
from typing import Any

from .. import models
from ..errors import ArgumentError
from . import datasets, problem
from .augment import add_augment_option
from .parsing import choice, number, numbers, whole

__all__ = ["LEARNING_RATES", "MANY_SAMPLES", "add_how", "add_what", "add_where"]

LEARNING_RATES = {
    "sgd": 0.3,
    "adagrad": 0.03,
    "rmsprop": 1e-3,
    "adam": 5e-3,
    "adamw": 5e-3,
    "lion": 1e-3,
}
"""What ``--lr`` is unless it is given: good starting points for small networks and batches of 64.

An optimizer that is missing here is one that does not fit every parameter of every model.
"""

MANY_SAMPLES = 10_000


def add_what(parser: Any) -> None:
    """Add the options that say which model is trained on which data."""
    group = parser.add_argument_group("model and data")
    group.add_argument(
        "--model",
        type=choice(models.MODELS),
        default="mlp",
        metavar="NAME",
        help=f"one of {', '.join(models.MODELS)} (default: mlp)",
    )
    problem.add_model_options(group)
    datasets.add_data_options(group, default="digits")
    group.add_argument(
        "--classes",
        type=numbers(0),
        metavar="LIST",
        help="use these classes of the data alone, as in 0,1 (default: all)",
    )


def add_how(parser: Any) -> None:
    """Add the options of the training itself."""
    group = parser.add_argument_group("training")
    rates = ", ".join(f"{name} {lr:g}" for name, lr in LEARNING_RATES.items())
    group.add_argument(
        "--epochs",
        type=whole(1),
        metavar="N",
        help=f"passes over the data (default: 30, or 5 from {MANY_SAMPLES:,} samples)",
    )
    group.add_argument(
        "--batch-size", type=whole(1), default=64, metavar="N", help="samples a step (default: 64)"
    )
    group.add_argument(
        "--optimizer",
        type=choice(LEARNING_RATES),
        default="adam",
        metavar="NAME",
        help=f"one of {', '.join(LEARNING_RATES)} (default: adam)",
    )
    group.add_argument(
        "--lr", type=number(0), metavar="RATE", help=f"learning rate (default: {rates})"
    )
    group.add_argument(
        "--schedule",
        type=choice(["cosine", "constant"]),
        default="cosine",
        metavar="NAME",
        help="of the learning rate: cosine, falling to 0 (default), or constant",
    )
    group.add_argument(
        "--momentum", type=number(0), metavar="M", help="of sgd or rmsprop (default: theirs, 0)"
    )
    group.add_argument(
        "--weight-decay", type=number(0), metavar="W", help="of the optimizer (default: its own)"
    )
    group.add_argument(
        "--clip-norm", type=number(0), metavar="G", help="limit of the gradient's norm"
    )
    add_augment_option(group)
    group.add_argument(
        "--seed", type=whole(0), default=0, metavar="N", help="of weights and order (default: 0)"
    )


def add_where(parser: Any) -> None:
    """Add the options about device and files."""
    group = parser.add_argument_group("device and files")
    group.add_argument(
        "--device",
        default="cpu",
        metavar="NAME",
        help="cpu, cuda, cuda:1, torch:cpu, torch:cuda, jax:cpu, auto, ...; `xpnet devices` lists "
        "those that work here (default: cpu)",
    )
    add_numbers(
        group,
        "compute layers in float16 (with a scaled loss), bfloat16, or on an NVIDIA GPU tf32; "
        "weights stay what --dtype says",
    )
    group.add_argument(
        "--capture",
        action="store_true",
        help="with --device cuda, record a training step as a CUDA graph and replay it: the same "
        "numbers with fewer launches; where that cannot be, a line says why",
    )
    group.add_argument(
        "--output",
        default="model.safetensors",
        metavar="FILE",
        help="the model file (default: model.safetensors); history and results are written beside "
        "it under the same name, ending in .csv and .json",
    )
    group.add_argument(
        "--plot", metavar="FILE", help="draw loss and accuracy, as .png, .svg or .pdf"
    )
    group.add_argument(
        "--checkpoint-dir",
        metavar="FOLDER",
        help="write the state of the training there after each epoch, and the best model",
    )
    group.add_argument("--checkpoint-every", type=whole(1), metavar="N", help="and every N steps")
    group.add_argument(
        "--resume",
        action="store_true",
        help="go on from the newest state in --checkpoint-dir, if there is one",
    )
    group.add_argument("--config", metavar="FILE", help="a TOML file with options")
    group.add_argument("--no-progress", action="store_true", help="show no progress bar")


def add_numbers(parser: Any, precision: str) -> None:
    """Add --dtype and --precision, whose help text is given; see `require_single`."""
    parser.add_argument(
        "--dtype",
        type=choice(["float32", "float64"]),
        default="float32",
        metavar="NAME",
        help="float32 (default) or float64",
    )
    parser.add_argument(
        "--precision",
        type=choice(["float16", "bfloat16", "tf32"]),
        metavar="NAME",
        help=precision,
    )


def require_single(where: str, options: argparse.Namespace) -> None:
    """Raise an ArgumentError for a precision that would change nothing."""
    if options.precision is not None and options.dtype != "float32":
        raise ArgumentError(
            f"{where}: --precision must go with --dtype float32, got --dtype {options.dtype}, "
            "which is never rounded; leave one of them out"
        )
