"""Kill trainings, and see whether they go on to the same bits: ``python -m benchmarks.sigkill``.

A process trains a small network (dropout, batch normalisation, Adam, a schedule, early stopping)
with a checkpoint every other step, and is killed with SIGKILL at a random moment. Then every
checkpoint in its folder must be readable, and a training that is resumed from there must end with
the parameters, the history and the best model of one that nobody disturbed. The next process goes
on in the same folder, so most of the runs are killed several times. ``--times N`` kills in all.
``tests/training/test_sigkill.py`` does the same with few.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

EPOCHS = 8
CLOCK = ("seconds", "samples_per_second")


class Kill(NamedTuple):
    seconds: float  # after training began
    step: int  # that its newest checkpoint holds
    half_written: int  # files that the process was about to write
    same: bool  # parameters, history and best model


def train(folder: str | None, every: int = 2):
    """Train in a folder, from its newest checkpoint; without one, undisturbed."""
    import xpnet as xn
    from xpnet import nn, optim

    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 6)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(np.int64)
    xn.manual_seed(3)
    model = nn.Sequential(
        nn.Linear(6, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.2), nn.Linear(24, 2)
    )
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    trainer = xn.Trainer(
        model,
        optimizer,
        schedule=optim.OneCycleLR(optimizer, max_lr=0.02, total_steps=EPOCHS * 10),
        schedule_every="step",
        callbacks=[xn.training.EarlyStopping(patience=EPOCHS)],
        log_every=7,
    )
    saved = {} if folder is None else {"checkpoint_dir": folder, "checkpoint_every": every}
    data, held_out = (x[:320], y[:320]), (x[320:], y[320:])
    trainer.fit(data, held_out, epochs=EPOCHS, batch_size=32, progress=False, **saved)
    return trainer


def digest(trainer) -> str:
    """Return a fingerprint of every bit of the parameters, and of the history."""
    found = hashlib.sha256()
    for name, array in trainer.model.state_dict().items():
        found.update(name.encode() + np.asarray(array).tobytes())
    for row in trainer.history:
        found.update(repr([(k, v) for k, v in row.items() if k not in CLOCK]).encode())
    return found.hexdigest()


def best_of(folder: Path) -> list[bytes]:
    from xpnet.io.tensor_file import read_file

    arrays = read_file(folder / "best.safetensors").arrays
    return [name.encode() + array.tobytes() for name, array in arrays.items()]


def killed(folder: Path, delay: float) -> float | None:
    """Train in a process, and kill it; return when, or None if it had ended before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sigkill", "--train", str(folder)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    with process:
        if process.stdout is None or process.stdout.readline() != b"begin\n":
            raise RuntimeError(f"the process ended with code {process.wait()}")
        begin = time.perf_counter()
        time.sleep(delay)
        seconds = time.perf_counter() - begin
        process.send_signal(signal.SIGKILL)
        code = process.wait()
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the process ended with code {code}")
    return None if code == 0 else seconds


def run(times: int, seed: int, folder: Path) -> list[Kill]:
    """Kill so many trainings; a checkpoint that cannot be read raises a ModelFileError."""
    from xpnet.training.checkpointing.folder import read_checkpoint

    rng = random.Random(seed)
    expected = digest(train(None))
    start = time.perf_counter()
    whole = train(str(folder / "whole"))
    duration = time.perf_counter() - start
    if digest(whole) != expected:
        raise RuntimeError("checkpoints change the training")
    best = best_of(folder / "whole")
    kills: list[Kill] = []
    current = folder / "run-0"
    while len(kills) < times:
        seconds = killed(current, rng.uniform(0, 0.6 * duration))
        if seconds is None:
            current = folder / f"run-{len(kills)}-{rng.random()}"
            continue
        names = os.listdir(current) if current.exists() else []
        files = sorted(n for n in names if n.startswith("checkpoint-"))
        steps = [read_checkpoint(current / name).state["step"] for name in files]
        copy = folder / "copy"
        if current.exists():
            shutil.copytree(current, copy)
        resumed = digest(train(str(copy)))
        same = resumed == expected and best_of(copy) == best
        shutil.rmtree(copy)
        half = sum(name.endswith(".tmp") for name in names)
        kills.append(Kill(seconds, steps[-1] if steps else -1, half, same))
        if rng.random() < 0.3:
            current = folder / f"run-{len(kills)}-{rng.random()}"
    return kills


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train", metavar="FOLDER", help="be the process that is killed")
    options = parser.parse_args()
    if options.train:
        import xpnet.training  # noqa: F401  # not while the clock is running

        print("begin", flush=True)
        train(options.train)
        return
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        kills = run(options.times, options.seed, Path(folder))
    steps = Counter(kill.step // 10 * 10 for kill in kills)
    print(f"{len(kills)} trainings killed in {time.perf_counter() - start:.0f} s")
    print(f"  {min(k.seconds for k in kills):.3f} to {max(k.seconds for k in kills):.3f} s after")
    print("  the beginning, with the newest checkpoint of steps")
    for step in sorted(steps):
        name = "none yet" if step < 0 else f"{step} to {step + 9}"
        print(f"    {name:<10} {steps[step]:>4}")
    print(f"killed while a file was being written: {sum(k.half_written > 0 for k in kills)}")
    print("checkpoints that could not be read: 0")
    print(f"resumed to the same bits: {sum(kill.same for kill in kills)} of {len(kills)}")


if __name__ == "__main__":
    main()
