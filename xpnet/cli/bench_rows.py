"""What ``xpnet bench`` measures: a row for each model, device and batch size."""

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
from ..autograd import autocast
from ..backend import time_calls
from ..errors import ArgumentError
from ..nn import Module
from ..training import TrainingStep
from ..typing import Array
from . import problem
from .capturing import reasons_told_to
from .summary import model_and_shape
from .training_options import LEARNING_RATES

__all__ = ["measured"]

WARM_UP = 5
"""So many calls come before those that are timed: a step is recorded in the third."""


def measured(options: argparse.Namespace, names: list[str]) -> Iterator[dict[str, Any]]:
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
    keys = ("steps", "input_shape", "outputs", "optimizer", "dtype", "precision")
    for key in (*keys, *problem.MLP_DEFAULTS):
        value = getattr(options, key)
        if value is not None:
            given[key] = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    for key, value in given.items():
        command += [f"--{key.replace('_', '-')}", value]
    if options.capture:
        command.append("--capture")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise ArgumentError(
            f"bench: device {device!r} must work, got: "
            f"{said[-1].removeprefix('xpnet: error: ') if said else done.returncode}; "
            f"leave it out of --devices, or try it alone with --devices {device}"
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
    y = _targets(options, model, x, rng)
    step, _ = _step_times(options, model, x, y)
    captured, reason = (
        _step_times(options, model, x, y, capture=True) if options.capture else ([], "")
    )
    with autocast(options.precision):
        predict = time_calls(lambda: model.predict(x), options.steps, WARM_UP)
        first = x[:1, ...]
        one = time_calls(lambda: model.predict(first), options.steps, WARM_UP)
    seconds = statistics.median(step)
    return {
        "model": name,
        "device": device,
        "precision": options.precision or options.dtype,
        "batch": batch,
        "step": seconds,
        "step_quartiles": _quartiles(step),
        "samples_per_second": batch / seconds,
        "captured": statistics.median(captured) if captured else None,
        "captured_quartiles": _quartiles(captured) if captured else None,
        "not_captured": reason or None,
        "predict": statistics.median(predict),
        "predict_one": statistics.median(one),
        "steps": options.steps,
    }


def _quartiles(seconds: list[float]) -> list[float]:
    return [float(q) for q in np.quantile(seconds, [0.25, 0.75])]


def _targets(
    options: argparse.Namespace, model: Module, x: Array, rng: np.random.Generator
) -> Array:
    """Return random targets of the kind that the model's loss takes."""
    shape = tuple(model(x).shape)
    if problem.loss_of(model) == "cross_entropy":  # (N, K) or (N, K, H, W): a class for each
        return backend.asarray(rng.integers(0, shape[1], (shape[0], *shape[2:])))
    return backend.asarray(rng.integers(0, 2, shape), options.dtype)  # two classes


def _step_times(
    options: argparse.Namespace, model: Module, x: Array, y: Array, capture: bool = False
) -> tuple[list[float], str]:
    """Return the times of training steps; of recorded ones, none and why where there are none."""
    reasons: list[str] = []
    rate = LEARNING_RATES[options.optimizer] / 100
    optimizer = optim.by_name(options.optimizer)(model.parameters(), lr=rate)
    how = {"loss": problem.loss_of(model), "precision": options.precision, "capture": capture}
    with reasons_told_to(reasons.append), TrainingStep(model, optimizer, **how) as step:
        if reasons:  # the device records nothing
            return [], reasons[0]
        times = time_calls(lambda: step(x, y), options.steps, WARM_UP)
    if capture and step.replayed < options.steps:
        return [], reasons[0] if reasons else "steps were not replayed"
    return times, ""
