"""The result files: a benchmark's figures, with the machine, the versions and the command."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

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


def store(folder: Path, file: str, head: dict[str, object], figures: dict[str, object]) -> None:
    """Write ``folder/file.json``: what was run, on which machine, and the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {**head, "machine": machine(), **figures}
    (folder / f"{file}.json").write_text(json.dumps(content, indent=2) + "\n")
