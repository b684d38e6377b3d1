"""Run benchmarks: ``python -m benchmarks [NAME ...] [--device cuda] [--threads N] [--quick]``.

Prints a table per benchmark and stores it, with the machine and the versions, as
``benchmarks/results/NAME.json`` (``NAME-cuda.json``). Times are never asserted anywhere; what is
wanted is printed beside the ratios.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from .paired import Result, compare

NAMES = ("mlp_step", "lenet_step", "mlp_predict", "tape", "import_time")
RESULTS = Path(__file__).parent / "results"
PACKAGES = ("numpy", "cupy-cuda13x", "torch", "jax", "scikit-learn", "array-api-compat")


def machine() -> dict[str, object]:
    """Describe where the figures were measured."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = lines[0].partition(":")[2].strip() if lines else model
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    gpu = subprocess.run(
        ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"],
        capture_output=True,
        text=True,
    ).stdout.strip() if shutil.which("nvidia-smi") else None  # fmt: skip
    return {
        "processor": model,
        "gpu": gpu,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": versions,
    }


def table(module, results: list[Result]) -> list[dict[str, object]]:
    """Turn results into rows, xpnet's time as a ratio to each peer's."""
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
                "target": getattr(module, "TARGETS", {}).get(result.peer),
            }
        )
    return rows


def show(name: str, doc: str, options: argparse.Namespace, rows: list[dict[str, object]]) -> None:
    where = f"{options.device}, {options.threads} threads"
    print(f"\n{name}: {doc.splitlines()[0]}\n  {where}, medians (quartiles; best)")
    for row in rows:
        line = (
            f"  {row['peer']:<8} {1e3 * row['median']:>10.3f} ms"
            f"  ({1e3 * row['low']:.3f} - {1e3 * row['high']:.3f}; best {1e3 * row['best']:.3f})"
        )
        if row["xpnet_ratio"] is not None:
            line += f"   xpnet / {row['peer']} = {row['xpnet_ratio']:.2f}"
        if row["target"] is not None:
            line += f"  (wanted: <= {row['target']})"
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="three rounds instead of ten")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for result files")
    parser.add_argument("--no-store", action="store_true", help="do not write the result file")
    options = parser.parse_args()
    for name in options.names or NAMES:
        module = importlib.import_module(f"benchmarks.{name}")
        if options.device == "cuda" and not getattr(module, "ON_GPU", False):
            continue
        wanted = module.ON_GPU if options.device == "cuda" else module.PEERS
        peers = [peer for peer in wanted if _installed(peer)]
        results = compare(
            f"benchmarks.{name}",
            peers,
            threads=options.threads,
            device=options.device,
            rounds=3 if options.quick else 10,
            repetitions=getattr(module, "REPETITIONS", 10),
            wake=getattr(module, "WAKE", 5),
        )
        rows = table(module, results)
        show(name, module.__doc__, options, rows)
        if not options.no_store:
            stored = {
                "benchmark": name,
                "command": "python -m benchmarks " + " ".join(sys.argv[1:]),
                "device": options.device,
                "threads": options.threads,
                "machine": machine(),
                "seconds": rows,
            }
            suffix = "" if options.device == "cpu" else f"-{options.device}"
            options.results.mkdir(parents=True, exist_ok=True)
            (options.results / f"{name}{suffix}.json").write_text(
                json.dumps(stored, indent=2) + "\n"
            )


def _installed(peer: str) -> bool:
    return peer == "python" or importlib.util.find_spec(peer) is not None


if __name__ == "__main__":
    main()
