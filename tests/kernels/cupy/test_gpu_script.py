"""What ``ci/gpu.sh`` runs on a machine with a GPU, told by an interpreter that only takes notes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "ci" / "gpu.sh"
NOTING = """#!/usr/bin/env bash
echo "CUPY_ACCELERATORS=${CUPY_ACCELERATORS-unset} $*" >>"$NOTES"
case "$*" in
    *FAILING*) exit 1 ;;
    *"-c import xdist"*) exit 1 ;;
    *"-m benchmarks"*) echo "{}" >"$OUT/figures.json" ;;
esac
"""

pytestmark = pytest.mark.skipif(
    not SCRIPT.exists() or None in map(shutil.which, ("bash", "timeout")),
    reason="ci/gpu.sh, bash or timeout is not here",
)


def run(folder, *arguments):
    python, notes = folder / "python", folder / "notes"
    python.write_text(NOTING, encoding="utf-8")
    python.chmod(0o755)
    environment = {**os.environ, "XPNET_PYTHON": str(python), "NOTES": str(notes)}
    environment |= {"OUT": str(folder / "results"), "XPNET_GPU_SECONDS": "60"}
    environment.pop("CUPY_ACCELERATORS", None)
    done = subprocess.run(
        ["bash", str(SCRIPT), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done, [line for line in notes.read_text().splitlines() if " -m pytest" in line]


def test_what_is_recorded_and_in_half_precision_is_tested_with_cub_too(tmp_path):
    done, (plain, with_cub) = run(tmp_path, "tests/ops")
    assert plain.startswith("CUPY_ACCELERATORS= ")
    assert plain.endswith("junit-cupy.xml tests/ops")
    assert with_cub.startswith("CUPY_ACCELERATORS=unset ")
    words = with_cub.split()
    assert {"--backend-only", "tests/training/test_capture.py"} <= set(words)
    chosen = [word for word in words if word.startswith("tests/")]
    assert len(chosen) == 5
    assert all((ROOT / path).is_file() for path in chosen)
    assert "with status 0" in done.stdout
    assert done.returncode == 0


def test_a_suite_that_fails_is_told_and_the_rest_is_run(tmp_path):
    done, suites = run(tmp_path, "FAILING")
    assert "with status 1" in done.stdout
    assert done.returncode == 1
    assert len(suites) == 2
