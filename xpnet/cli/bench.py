"""``xpnet bench``: how long training and prediction take here, on each device."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import backend, optim
from ..backend import time_calls
from ..errors import ArgumentError
from ..nn import Module
from ..nn import functional as F
from . import problem
from .parsing import choice, numbers, whole
from .summary import model_and_shape
from .training_options import LEARNING_RATES

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet bench
  xpnet bench mlp lenet5 resnet20 --batch-sizes 32,128,512
  xpnet bench lenet5 --devices cpu,cuda,torch:cpu
  xpnet bench mine.safetensors --steps 200 --json

A training step is forward, loss, backward and update on samples that are on the device. Times are
medians; on a GPU they are taken by events in its queue. Each device is measured in a process of its
own, since the threads of two libraries take each other's cores.
"""

COLUMNS = ("model", "device", "batch", "step", "samples/s", "predict", "one sample")
WIDTHS = (18, 10, 6, 10, 10, 10, 10)
WARM_UP = 5


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
    parser.add_argument(
        "--dtype",
        type=choice(["float32", "float64"]),
        default="float32",
        metavar="NAME",
        help="float32 (default) or float64",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, times in seconds")
    problem.add_model_options(parser)
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    names = _devices(options.devices)
    for name in names:
        backend.as_device(name)  # raises for one that is not there, before anything is measured
    if not options.json:
        print(_line(COLUMNS), flush=True)
    rows = []
    for row in _measured(options, names):
        rows.append(row)
        if not options.json:
            print(_line(_words(row)), flush=True)
    if options.json:
        print(json.dumps(rows, indent=2))
    return 0


def _devices(text: str | None) -> list[str]:
    if text is None:
        return list(dict.fromkeys(["cpu", backend.as_device("auto").name]))
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ArgumentError(
            f"bench: --devices must be names with commas, got {text!r}; write --devices cpu,cuda"
        )
    return names


def _measured(options: argparse.Namespace, names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a row for each model, device and batch size."""
    if len(names) > 1:
        for name in names:
            yield from _in_a_process(options, name)
        return
    with backend.device(names[0]):
        for name in options.models:
            for batch in options.batch_sizes:
                yield _row(options, name, names[0], batch)


def _in_a_process(options: argparse.Namespace, device: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "xpnet.cli", "bench", *options.models, "--json"]
    given = {"devices": device, "batch_sizes": ",".join(map(str, options.batch_sizes))}
    for key in ("steps", "input_shape", "outputs", "optimizer", "dtype", *problem.MLP_DEFAULTS):
        value = getattr(options, key)
        if value is not None:
            given[key] = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    for key, value in given.items():
        command += [f"--{key.replace('_', '-')}", value]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise ArgumentError(
            f"bench: device {device!r} must work, got: "
            f"{said[-1].removeprefix('xpnet: error: ') if said else done.returncode}; "
            f"try it alone with --devices {device}"
        )
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def _row(options: argparse.Namespace, name: str, device: str, batch: int) -> dict[str, Any]:
    backend.manual_seed(0)
    # an option that was settled for one model is not one for the next
    model, shape = model_and_shape(argparse.Namespace(**{**vars(options), "model": name}))
    model.to(backend.current_device(), dtype=options.dtype)
    rng = np.random.default_rng(0)
    x = backend.asarray(rng.random((batch, *shape)), options.dtype)
    step = time_calls(_training(options, model, x, rng), options.steps, WARM_UP)
    predict = time_calls(lambda: model.predict(x), options.steps, WARM_UP)
    first = x[:1, ...]
    one = time_calls(lambda: model.predict(first), options.steps, WARM_UP)
    seconds = statistics.median(step)
    return {
        "model": name,
        "device": device,
        "batch": batch,
        "step": seconds,
        "step_quartiles": [float(q) for q in np.quantile(step, [0.25, 0.75])],
        "samples_per_second": batch / seconds,
        "predict": statistics.median(predict),
        "predict_one": statistics.median(one),
        "steps": options.steps,
    }


def _training(options: argparse.Namespace, model: Module, x: Any, rng: np.random.Generator) -> Any:
    """Return a training step with random targets of the kind that the model's loss takes."""
    loss = F.get_loss(problem.loss_of(model))
    shape = tuple(model(x).shape)
    if problem.loss_of(model) == "cross_entropy":  # (N, K) or (N, K, H, W): a class for each
        targets = backend.asarray(rng.integers(0, shape[1], (shape[0], *shape[2:])))
    else:  # the models of two classes: 0 or 1; -1 or 1 is the perceptron's
        labels = rng.integers(0, 2, shape)
        if problem.loss_of(model) == "perceptron":
            labels = 2 * labels - 1
        targets = backend.asarray(labels, options.dtype)
    optimizer = optim.by_name(options.optimizer)(
        model.parameters(), lr=LEARNING_RATES[options.optimizer] / 100
    )

    def step() -> None:
        optimizer.zero_grad()
        loss(model(x), targets).backward()
        optimizer.step()

    return step


def _words(row: dict[str, Any]) -> tuple[str, ...]:
    times = [f"{1e3 * row[key]:.3g} ms" for key in ("step", "predict", "predict_one")]
    rate = f"{row['samples_per_second']:,.0f}"
    return (row["model"], row["device"], str(row["batch"]), times[0], rate, *times[1:])


def _line(words: tuple[str, ...]) -> str:
    return "  ".join(
        f"{word:<{width}}" if i < 2 else f"{word:>{width}}"
        for i, (word, width) in enumerate(zip(words, WIDTHS, strict=True))
    ).rstrip()
