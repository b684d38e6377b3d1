"""Where the peers put their arrays: the CPU, or a CUDA device that each step waits for."""

from __future__ import annotations

import os


def _on_gpu() -> bool:
    return os.environ.get("BENCHMARK_DEVICE", "cpu") == "cuda"


def _nothing() -> None:
    """On a CPU a step is over when it returns."""


def xpnet_place():
    """Return (function that moves a NumPy array, function that waits for the device)."""
    import xpnet as xn

    xn.set_device("cuda" if _on_gpu() else "cpu")
    return xn.asarray, (xn.synchronize if _on_gpu() else _nothing)


def torch_place():
    """Do the same for PyTorch; on a CPU it gets the number of threads that all peers have."""
    import torch

    if _on_gpu():
        return (lambda host: torch.from_numpy(host).cuda()), torch.cuda.synchronize
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    return torch.from_numpy, _nothing
