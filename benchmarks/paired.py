"""The paired runner: each peer in a process of its own, blocks of repetitions taking turns.

Why processes: OpenBLAS and OpenMP threads spin for a while after their work is done, so two
libraries in one process steal each other's cores. Why turns: what else the machine does, its clock
and its temperature then hit all peers alike. The result of a peer is the median of all its timed
repetitions; peers are compared by the ratio of medians.

A case is a function ``case() -> step``: it prepares (imports, data, model) and returns the function
to be timed. It runs in its own process, started with the thread limit and the device (``"cpu"`` or
``"cuda"``) in the environment; ``places`` reads the clock. A case may take whole numbers
(``sizes``), and where a module says ``MEASURE = "bytes"``, a step is not timed but returns the
figure.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from .places import seconds_of

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "XPNET_NUM_THREADS",
)
SETTLE_SECONDS = 0.15  # the time that spinning threads of the previous peer take to fall asleep


class Result(NamedTuple):
    """The timings of one peer in seconds, or its other figures."""

    peer: str
    median: float
    low: float
    high: float
    best: float
    repetitions: int


class Worker:
    """One peer in its process: ``ask(n)`` lets it time n repetitions, ``told()`` is their figures.

    It prepares itself when it is made; the first that it tells is that it is ready.
    """

    def __init__(
        self, module: str, peer: str, threads: int, device: str, sizes: Iterable[int] = ()
    ) -> None:
        environment = dict(os.environ, BENCHMARK_DEVICE=device)
        environment.update({name: str(threads) for name in THREAD_VARIABLES})
        environment["XLA_FLAGS"] = (
            f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
        )
        self.peer = peer
        self.asked = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.paired", module, peer, *map(str, sizes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=Path(__file__).resolve().parent.parent,
            text=True,
        )

    def require_ready(self) -> None:
        """Wait until the case is prepared, or raise a RuntimeError if it cannot be."""
        if self._read() != "ready":
            self.close()
            raise RuntimeError(f"{self.peer}: the case did not start")

    def _read(self) -> str:
        return self.process.stdout.readline().strip()

    def ask(self, repetitions: int) -> None:
        self.asked = repetitions
        with contextlib.suppress(BrokenPipeError):  # `told` will say so
            self.process.stdin.write(f"{repetitions}\n")
            self.process.stdin.flush()

    def told(self) -> list[float]:
        words = self._read().split()
        if self.asked and not words:
            self.close()
            raise RuntimeError(f"{self.peer}: the case ended in a step")
        return [float(word) for word in words]

    def run(self, repetitions: int) -> list[float]:
        self.ask(repetitions)
        return self.told()

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):  # it may have ended by itself
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def compare(
    module: str,
    peers: Sequence[str],
    *,
    threads: int,
    device: str = "cpu",
    rounds: int = 10,
    repetitions: int = 10,
    wake: int = 5,
    sizes: Sequence[int] = (),
) -> list[Result]:
    """Time the cases named `peers` of a module, taking turns, and return their medians."""
    times = take_turns(
        module,
        peers,
        threads=threads,
        device=device,
        rounds=rounds,
        repetitions=repetitions,
        wake=wake,
        sizes=sizes,
    )
    return [_summarise(peer, values) for peer, values in times.items()]


def take_turns(
    module: str,
    peers: Sequence[str],
    *,
    threads: int,
    device: str = "cpu",
    rounds: int,
    repetitions: int,
    wake: int,
    sizes: Sequence[int] = (),
) -> dict[str, list[float]]:
    """Return all figures of each peer, in the order in which they were measured.

    All prepare themselves and take their first steps at once, in which some compile for a minute;
    then one works at a time. A peer that does not start, or fails in its first steps, is left out,
    and a line says so; the first one, xpnet, must not.
    """
    workers: list[Worker] = []
    try:
        for peer in peers:
            workers.append(Worker(module, peer, threads, device, sizes))
        for stage in ("require_ready", "ask", "told"):
            given = (2 * wake,) if stage == "ask" else ()
            workers = [w for w in workers if _passes(w, stage, given, must=w.peer == peers[0])]
        times: dict[str, list[float]] = {worker.peer: [] for worker in workers}
        for _ in range(rounds):
            for worker in workers:
                time.sleep(SETTLE_SECONDS)
                worker.run(wake)  # not counted: wakes threads and caches up
                times[worker.peer] += worker.run(repetitions)
    finally:
        for worker in workers:
            worker.close()
    return times


def _passes(worker: Worker, stage: str, given: tuple[int, ...], must: bool) -> bool:
    """Tell whether a worker comes through a stage; of one that must, the error is raised."""
    try:
        getattr(worker, stage)(*given)
    except RuntimeError as error:
        if must:
            raise
        print(f"left out: {error}", flush=True)
        return False
    return True


def _summarise(peer: str, values: list[float]) -> Result:
    quarters = statistics.quantiles(values, n=4)
    return Result(
        peer, statistics.median(values), quarters[0], quarters[2], min(values), len(values)
    )


def case_of(module: ModuleType, peer: str) -> Callable[..., Callable[[], object]]:
    """Return the case of a peer: of the module's ``CASES``, else its function of that name."""
    case: Callable[..., Callable[[], object]] = getattr(module, "CASES", vars(module))[peer]
    return case


def _serve(figures_of: Callable[[int], Iterable[object]]) -> None:
    """Answer each line "n" on standard input with the figures of n steps."""
    print("ready", flush=True)
    for line in sys.stdin:
        figures = figures_of(int(line))
        print(*[x for f in figures for x in (f if isinstance(f, tuple) else (f,))], flush=True)


def main(name: str, peer: str, *sizes: str) -> None:
    """Be the process of a peer."""
    module = importlib.import_module(name)
    step = case_of(module, peer)(*map(int, sizes))
    if hasattr(module, "MEASURE"):
        _serve(lambda times: [step() for _ in range(times)])
    else:
        _serve(lambda times: seconds_of(peer, step, times))


if __name__ == "__main__":
    main(*sys.argv[1:])
