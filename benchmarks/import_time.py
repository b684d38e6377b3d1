"""Time to start Python and import: xpnet against NumPy alone and PyTorch, whole processes.

The interpreter's own start is measured too and subtracted from both sides of the ratio.
"""

from __future__ import annotations

import subprocess
import sys

PEERS = ("xpnet", "numpy", "torch", "python")
TARGETS = {"numpy": 1.5}
BASELINE = "python"  # subtracted from the others
REPETITIONS = 2
WAKE = 0  # each repetition is a process of its own


def _process(code: str):
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def xpnet():
    return _process("import xpnet")


def numpy():
    return _process("import numpy")


def torch():
    return _process("import torch")


def python():
    return _process("pass")
