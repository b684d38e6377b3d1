"""Run benchmarks: ``python -m benchmarks [NAME ...] [--device cuda] [--threads N] [--quick]``.

Prints a table per benchmark and stores it, with the machine and the versions, as
``benchmarks/results/NAME.json`` (``NAME-cuda.json``). Figures are never asserted anywhere; what is
wanted is printed beside the ratios. On a GPU ``--tf32`` lets all peers use TF32. Commands of their
own: ``python -m benchmarks.scaling``, ``benchmarks.accuracy``, ``benchmarks.lenet_accuracy``,
``benchmarks.sklearn_fit``, ``benchmarks.perplexity``, ``benchmarks.cold_start`` (megabytes on the
disk); and, without peers, ``benchmarks.mutations`` (damaged files) and ``benchmarks.sigkill``
(killed trainings).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from pathlib import Path

from .paired import Result, compare
from .stored import RESULTS, store

NAMES = (
    "mlp_step",
    "lenet_step",
    "lstm_step",
    "conv_step",
    "resnet_step",
    "lenet_step_32",
    "lenet_step_512",
    "norm_step",
    "transformer_step",
    "gru_step",
    "mlp_predict",
    "lenet_predict",
    "memory",
    "tape",
    "import_time",
    "cold_start",
)
"""In the order in which they run: first those that a GPU is judged by, should its time be short."""

UNITS = {"seconds": (1e3, "ms"), "bytes": (2.0**-20, "MiB")}  # stored -> printed


def all_peers() -> set[str]:
    """Return the peers that any benchmark has, on any device."""
    modules = [importlib.import_module(f"benchmarks.{name}") for name in NAMES]
    return {peer for m in modules for peer in (*m.PEERS, *getattr(m, "ON_GPU", ()))}


def measure_of(module) -> str:
    """Return what the figures of a benchmark are, "seconds" unless it says ``MEASURE``."""
    return getattr(module, "MEASURE", "seconds")


def targets_of(module, device: str) -> dict[str, float]:
    """Return the ratios that are wanted: peer -> the largest."""
    on_gpu: dict[str, float] = getattr(module, "TARGETS_ON_GPU", {})
    return on_gpu if device == "cuda" else module.TARGETS


def table(module, results: list[Result], device: str = "cpu") -> list[dict[str, object]]:
    """Turn results into rows, xpnet's median as a ratio to each peer's."""
    medians = {result.peer: result.median for result in results}
    baseline = medians.get(getattr(module, "BASELINE", ""), 0.0)
    own = medians["xpnet"] - baseline
    rows = []
    for result in results:
        ratio = None if result.peer == "xpnet" else own / (result.median - baseline or own)
        rows.append(
            {
                **result._asdict(),
                "xpnet_ratio": None if result.peer == getattr(module, "BASELINE", "") else ratio,
                "target": targets_of(module, device).get(result.peer),
            }
        )
        captured = medians.get("xpnet_captured")
        if captured is not None and not result.peer.startswith("xpnet"):
            rows[-1]["captured_ratio"] = captured / result.median
    return rows


def show(name: str, module, options: argparse.Namespace, rows: list[dict[str, object]]) -> None:
    factor, unit = UNITS[measure_of(module)]
    where = f"{options.device}, {options.threads} threads"
    if options.device == "cuda":
        where = f"cuda, TF32 {'on' if options.tf32 else 'off'} for all"
    print(f"\n{name}: {module.__doc__.splitlines()[0]}\n  {where}, medians (quartiles; best)")
    for row in rows:
        line = (
            f"  {row['peer']:<14} {factor * row['median']:>10.3f} {unit}"
            f"  ({factor * row['low']:.3f} - {factor * row['high']:.3f}; "
            f"best {factor * row['best']:.3f})"
        )
        if row["xpnet_ratio"] is not None:
            line += f"   xpnet / {row['peer']} = {row['xpnet_ratio']:.2f}"
        if row.get("captured_ratio") is not None:
            line += f", captured {row['captured_ratio']:.2f}"
        if row["target"] is not None:
            line += f"  (wanted: <= {row['target']})"
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--tf32", action="store_true", help="on a GPU, let all peers use TF32")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="three rounds instead of ten")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for result files")
    parser.add_argument("--no-store", action="store_true", help="do not write the result file")
    parser.add_argument("--peers", default="", help="these only, as in xpnet,torch")
    options = parser.parse_args()
    chosen = options.peers.split(",") if options.peers else []
    others = all_peers() - {"xpnet"}
    if chosen and ("xpnet" not in chosen or not set(chosen) - {"xpnet"} <= others):
        listed = ", ".join(sorted(others))
        parser.error(f"--peers must be xpnet and some of {listed}; got {options.peers}")
    for name in options.names or NAMES:
        module = importlib.import_module(f"benchmarks.{name}")
        if options.device == "cuda" and not getattr(module, "ON_GPU", False):
            continue
        there = module.ON_GPU if options.device == "cuda" else module.PEERS
        peers = [peer for peer in there if peer in (chosen or there) and _installed(peer)]
        os.environ["BENCHMARK_TF32"] = "on" if options.tf32 else "off"
        results = compare(
            f"benchmarks.{name}",
            peers,
            threads=options.threads,
            device=options.device,
            rounds=_rounds(module, options),
            repetitions=getattr(module, "REPETITIONS", 10),
            wake=getattr(module, "WAKE", 5),
        )
        rows = table(module, results, options.device)
        show(name, module, options, rows)
        if not options.no_store:
            head = {
                "benchmark": name,
                "command": "python -m benchmarks " + " ".join(sys.argv[1:]),
                "device": options.device,
                "threads": options.threads,
            }
            suffix = ""
            if options.device == "cuda":
                head["tf32"] = options.tf32
                suffix = "-cuda-tf32" if options.tf32 else "-cuda"
            store(options.results, f"{name}{suffix}", head, {measure_of(module): rows})


def _rounds(module, options: argparse.Namespace) -> int:
    """Return how many blocks each peer has: on a GPU so many that 50 steps are timed."""
    few = 3 if options.quick else 10
    if options.device == "cpu":
        return few
    return max(few, -(-50 // getattr(module, "REPETITIONS", 10)))


def _installed(peer: str) -> bool:
    package = peer.partition("_")[0]
    return package == "python" or importlib.util.find_spec(package) is not None


if __name__ == "__main__":
    main()
