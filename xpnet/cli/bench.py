"""``xpnet bench``: how long training and prediction take here, on each device."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from .. import backend
from ..errors import ArgumentError
from . import problem
from .bench_rows import measured
from .parsing import choice, numbers, whole
from .training_options import LEARNING_RATES, add_numbers, require_single

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet bench
  xpnet bench mlp lenet5 resnet20 --batch-sizes 32,128,512
  xpnet bench lenet5 --devices cpu,cuda,torch:cpu
  xpnet bench lenet5 --devices cuda --precision float16
  xpnet bench lenet5 --devices cuda --capture
  xpnet bench mine.safetensors --steps 200 --json

A training step is forward, loss, backward and update on samples that are on the device; samples/s
are those of the steps in the column "step". Times are medians; on a GPU they are taken by events in
its queue. Each device is measured in a process of its own, since the threads of two libraries take
each other's cores.
"""

COLUMNS = {
    "model": 18,
    "device": 10,
    "precision": 9,
    "batch": 6,
    "step": 10,
    "samples/s": 10,
    "captured": 10,
    "predict": 10,
    "one sample": 10,
}
"""The columns of the table, and how wide they are."""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "bench",
        help="measure how long training and prediction take here",
        description="Measure how long a training step and a prediction take, model by model, "
        "device by device.",
        epilog=EXAMPLES,
    )
    parser.add_argument(
        "models",
        metavar="MODEL",
        nargs="*",
        default=["mlp", "lenet5"],
        help="names as in `xpnet train --model`, or model files (default: mlp lenet5)",
    )
    parser.add_argument(
        "--devices",
        metavar="NAMES",
        help="with commas, as in cpu,cuda,torch:cpu (default: cpu, and cuda where it works)",
    )
    parser.add_argument(
        "--batch-sizes",
        type=numbers(1),
        default=(128,),
        metavar="SIZES",
        help="as in 32,128,512 (default: 128)",
    )
    parser.add_argument(
        "--steps", type=whole(1), default=50, metavar="N", help="that are timed (default: 50)"
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
    parser.add_argument(
        "--optimizer",
        type=choice(LEARNING_RATES),
        default="adam",
        metavar="NAME",
        help=f"one of {', '.join(LEARNING_RATES)} (default: adam)",
    )
    add_numbers(
        parser,
        "train and predict in float16, bfloat16 or, on an NVIDIA GPU, tf32, as `xpnet train "
        "--precision`; a column says so",
    )
    parser.add_argument(
        "--capture",
        action="store_true",
        help="measure steps that are recorded as a CUDA graph and replayed as well, in a column of "
        "their own; where none can be recorded it has a dash, and a line says why",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, times in seconds")
    problem.add_model_options(parser)
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    names = _devices(options.devices)
    require_single("bench", options)
    for name in names:
        backend.as_device(name)  # raises for one that is not there, before anything is measured
    left_out = [
        *(["precision"] if options.precision is None else []),
        *([] if options.capture else ["captured"]),
    ]
    columns = {name: width for name, width in COLUMNS.items() if name not in left_out}
    if not options.json:
        print(_line(dict(zip(columns, columns, strict=True)), columns), flush=True)
    rows: list[dict[str, Any]] = []
    told: set[str] = set()
    for row in measured(options, names):
        rows.append(row)
        if not options.json:
            print(_line(_words(row), columns), flush=True)
            told.add(_say_what_is_missing(row, told))
    if options.json:
        print(json.dumps(rows, indent=2))
    return 0


def _say_what_is_missing(row: dict[str, Any], told: set[str]) -> str:
    """Say why there is a dash among the captured steps, unless that was said of a row before."""
    text = f"xpnet: no step was captured on {row['device']}: {row['not_captured']}"
    if row["not_captured"] is not None and text not in told:
        print(text, file=sys.stderr)
    return text


def _devices(text: str | None) -> list[str]:
    if text is None:
        return list(dict.fromkeys(["cpu", backend.as_device("auto").name]))
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ArgumentError(
            f"bench: --devices must be names with commas, got {text!r}; write --devices cpu,cuda"
        )
    return names


def _words(row: dict[str, Any]) -> dict[str, str]:
    """Return what stands in the columns."""
    return {
        **{name: str(row[name]) for name in ("model", "device", "precision", "batch")},
        **{name: _milliseconds(row[name]) for name in ("step", "captured", "predict")},
        "samples/s": f"{row['samples_per_second']:,.0f}",
        "one sample": _milliseconds(row["predict_one"]),
    }


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{1e3 * seconds:.3g} ms"


def _line(words: dict[str, str], columns: dict[str, int]) -> str:
    cells = (
        f"{words[name]:<{width}}" if i < 2 else f"{words[name]:>{width}}"
        for i, (name, width) in enumerate(columns.items())
    )
    return "  ".join(cells).rstrip()
