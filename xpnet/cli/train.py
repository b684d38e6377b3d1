"""``xpnet train``: from data to a model file."""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from typing import Any

from .. import backend, optim
from ..data import ArrayDataset, DataLoader
from ..data.augmentation import Augmentation
from ..errors import AnomalyError, ArgumentError, ModelFileError
from ..io import manifest
from ..nn import Module
from ..training import Checkpoints, History, StopOnNaN, Trainer
from . import datasets, problem
from .augment import augmentation_of
from .capturing import reasons_told_to
from .classes import pick
from .outputs import require_usable
from .report import Run, notes_of, record_of, write
from .tables import table
from .training_options import (
    LEARNING_RATES,
    MANY_SAMPLES,
    add_how,
    add_what,
    add_where,
    require_single,
)

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet train
  xpnet train --model mlp --data mnist --data-dir FOLDER --hidden 512,512 --epochs 15
  xpnet train --model perceptron --data digits --classes 0,1 --optimizer sgd
  xpnet train --model vgg --data mnist --augment shift:2,rotate:10
  xpnet train --model unet --data shapes --epochs 20
  xpnet train --data mine.npz --device cuda --dtype float64 --output mine.safetensors
  xpnet train --model lenet5 --data mnist --device cuda --precision tf32 --capture
  xpnet train --config mine.toml --epochs 50
  xpnet train --data mnist --checkpoint-dir run --checkpoint-every 100 --resume

A configuration file holds the same options, one a line:
  model = "mlp"
  hidden = [128, 64]
  no_progress = true

Next to the model two files are written, the history of the training as .csv, and all options and
results as .json. They replace those of an earlier training, and no other file. The same seed gives
the same initial weights and order of samples on every device.
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "train",
        help="train a model on data and write it to a file",
        description="Train a model on data, test it, and write it to a file.",
        epilog=EXAMPLES,
    )
    add_what(parser)
    add_how(parser)
    add_where(parser)
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Train, test, write, and print what came out."""
    require_usable(options.output, options.plot, [options.data, options.config])
    _require_folder(options)
    require_single("train", options)
    with backend.device(options.device):
        backend.manual_seed(options.seed)
        loaded = datasets.load(options)
        train, test = (pick(part, options.classes) for part in (loaded.train, loaded.test))
        input_shape = tuple(train.arrays[0].shape[1:])
        problem.require_targets(options.model, train)
        augment = augmentation_of(options, input_shape)
        model = problem.build(options, input_shape, problem.classes_of(train, test))
        model.to(dtype=options.dtype)
        _fill_in(options, len(train))
        trainer = _trainer(options, model, train)
        print(_headline(options, model, train, test))
        start = time.perf_counter()
        notes = notes_of(vars(options), train, loaded.divisor, loaded.feature_names)
        history = _fit(options, trainer, _loader(options, train, augment), test, notes)
        seconds = time.perf_counter() - start
        results = {"train": trainer.evaluate(train), "test": trainer.evaluate(test)}
    run_ = Run(
        options=vars(options),
        model=model,
        history=history,
        results=results,
        seconds=seconds,
        notes=notes,
        manifest=manifest(trainer.device, options.seed, record_of(vars(options)), train),
    )
    written = write(run_, options.output, options.plot)
    print(_outcome(run_, trainer.device.name))
    if options.capture:
        print(f"{trainer.steps_replayed:,} steps were replayed")
    print("wrote " + ", ".join(written))
    return 130 if history.interrupted else 0


def _fill_in(options: argparse.Namespace, samples: int) -> None:
    """Put the values that are used where none were given: the record is to tell them."""
    if options.epochs is None:
        options.epochs = 30 if samples < MANY_SAMPLES else 5
    if options.lr is None:
        options.lr = LEARNING_RATES[options.optimizer]


def _loader(
    options: argparse.Namespace, train: ArrayDataset, augment: Augmentation | None
) -> DataLoader:
    return DataLoader(
        train,
        batch_size=options.batch_size,
        shuffle=True,
        seed=options.seed,
        transform=augment,
    )


def _fit(
    options: argparse.Namespace,
    trainer: Trainer,
    train: DataLoader,
    test: ArrayDataset,
    notes: dict[str, Any],
) -> History:
    checkpoints = None
    if options.checkpoint_dir is not None:
        checkpoints = Checkpoints(options.checkpoint_dir, options.checkpoint_every, notes=notes)
    try:
        with reasons_told_to(_say_not_recorded):
            return trainer.fit(
                train,
                validation=test,
                epochs=options.epochs,
                progress=not options.no_progress,
                checkpoint_dir=checkpoints,
                resume="auto" if options.resume or options.checkpoint_dir is None else "never",
            )
    except (AnomalyError, ArgumentError, ModelFileError) as error:
        raise type(error)(_in_words_of_the_command_line(str(error))) from error


def _say_not_recorded(reason: str) -> None:
    text = f"--capture is of no use here, steps are taken one by one: {reason}"
    print(f"xpnet: {text}", file=sys.stderr)


def _in_words_of_the_command_line(message: str) -> str:
    for name, flag in (
        ("clip_norm=1.0", "--clip-norm 1"),
        (" for resume='never'", " without --resume"),
        ("resume='auto'", "--resume"),
        ("checkpoint_dir", "--checkpoint-dir"),
    ):
        message = message.replace(name, flag)
    return message


def _require_folder(options: argparse.Namespace) -> None:
    if options.checkpoint_dir is None and (options.resume or options.checkpoint_every is not None):
        flag = "--resume" if options.resume else "--checkpoint-every"
        raise ArgumentError(
            f"train: --checkpoint-dir must be given for {flag}, got none; write "
            "--checkpoint-dir run"
        )


def _trainer(options: argparse.Namespace, model: Module, train: ArrayDataset) -> Trainer:
    optimizer = _optimizer(options, model)
    schedule = None
    if options.schedule == "cosine":
        steps = options.epochs * -(-len(train) // options.batch_size)
        schedule = optim.CosineAnnealingLR(optimizer, T_max=steps)
    return Trainer(
        model,
        optimizer,
        loss=problem.LOSSES[options.model],
        metrics=problem.metrics_of(model),
        schedule=schedule,
        schedule_every="step",
        callbacks=[StopOnNaN()],
        clip_norm=options.clip_norm,
        precision=options.precision,
        capture=options.capture,
    )


def _optimizer(options: argparse.Namespace, model: Module) -> optim.Optimizer:
    cls: Any = optim.by_name(options.optimizer)
    given = {"momentum": options.momentum, "weight_decay": options.weight_decay}
    chosen = {name: value for name, value in given.items() if value is not None}
    for name in chosen:
        if name not in inspect.signature(cls).parameters:
            raise ArgumentError(
                f"train: --{name.replace('_', '-')} must go with an optimizer that has it, got "
                f"--optimizer {options.optimizer}; leave it out, or take --optimizer sgd"
            )
    made: optim.Optimizer = cls(model.parameters(), lr=options.lr, **chosen)
    return made


def _headline(
    options: argparse.Namespace, model: Module, train: ArrayDataset, test: ArrayDataset
) -> str:
    parameters = sum(parameter.size for parameter in model.parameters())
    return (
        f"{options.model} with {parameters:,} parameters on {backend.current_device().name}; "
        f"{options.data}: {len(train):,} samples to train on, {len(test):,} to test with"
    )


def _outcome(run_: Run, device: str) -> str:
    columns = list(run_.results["test"])
    rows = [
        [part, *(format(values[name], ".4f" if name == "loss" else ".2%") for name in columns)]
        for part, values in run_.results.items()
    ]
    speed = _speed(run_.history)
    ended = " (interrupted)" if run_.history.interrupted else ""
    return (
        f"{table(['', *columns], rows)}\n"
        f"{len(run_.history)} epochs{ended} in {run_.seconds:.1f} s, {speed:,.0f} samples/s "
        f"on {device}"
    )


def _speed(history: History) -> float:
    """Return the samples per second of the median epoch: the first one warms up."""
    rates = sorted(history["samples_per_second"]) if len(history) else [0.0]
    return rates[len(rates) // 2]
