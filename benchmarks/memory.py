"""Memory of a training step of the network of `conv_step` at batch 512, SGD with momentum, float32.

Measured is what training adds to the process, in bytes: its peak resident set after five steps
(``VmHWM`` of ``/proc/self/status``) minus its resident set (``VmRSS``) before batch and model are
made. (``ru_maxrss`` of ``getrusage`` would be the same peak, or that of the process that started
this one if it was larger: Linux keeps it when a program replaces another.)

Before that the library has trained a network of ten weights, because both load parts of themselves
with the first step, PyTorch's optimizers all of ``torch._dynamo``. So batch, weights, momentum,
activations, gradients and scratch memory count; the interpreter and the libraries' code do not.
Each figure comes from a process of its own; Linux only.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from . import networks, steps

PEERS = ("xpnet", "torch")
TARGETS = {"torch": 1.5}
MEASURE = "bytes"
REPETITIONS = 1
WAKE = 0  # each repetition is a process of its own
BATCH = 512
STEPS = 5


def added_by(work):
    """Return by how many bytes the peak of `work()` exceeds the resident set before it.

    Raises RuntimeError if the process had once been larger than it was during the work.
    """
    before, peak_before = _resident("VmRSS"), _resident("VmHWM")
    work()
    peak = _resident("VmHWM")
    if peak <= peak_before:
        raise RuntimeError(f"the peak, {peak} bytes, was before the work that is measured")
    return peak - before


def _resident(name):
    status = Path("/proc/self/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith(name))
    return 1024 * int(kib)


def measure(peer, batch=BATCH, count=STEPS):
    """Return what making the network and `count` training steps add to this process."""
    _case(peer, lambda nn: nn.Sequential(nn.Linear(1, 10)), 1, (1,))()()

    def work():
        step = _case(peer, networks.conv, batch, (1, 28, 28))()
        for _ in range(count):
            step()

    return added_by(work)


def _case(peer, network, batch, shape):
    return steps.training(network, batch, shape)[peer]


def _process(peer):
    def run():
        command = [sys.executable, "-m", "benchmarks.memory", peer]
        return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

    return run


def xpnet():
    return _process("xpnet")


def torch():
    return _process("torch")


if __name__ == "__main__":
    print(measure(sys.argv[1]))
