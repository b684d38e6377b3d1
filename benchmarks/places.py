"""Where the peers put their arrays, how their products count, and how their steps are timed.

On a GPU nobody waits between steps: xpnet's and PyTorch's are timed by events in the queue, JAX,
which has none, by blocks of steps with one wait at the end. TF32, with which products of float32
keep 10 bits of each factor, is off for all peers, or on for all (``--tf32``).
"""

from __future__ import annotations

import os
import time
from itertools import pairwise

BLOCK = 5
"""Steps that JAX is timed by; it waits once for them."""


def _on_gpu() -> bool:
    return os.environ.get("BENCHMARK_DEVICE", "cpu") == "cuda"


def _tf32() -> bool:
    return os.environ.get("BENCHMARK_TF32", "off") == "on"


def _nothing() -> None:
    """On a CPU a prediction is there when the call returns."""


def xpnet_place():
    """Return (function that moves a NumPy array, function that waits for the device)."""
    import xpnet as xn

    xn.set_device("cuda" if _on_gpu() else "cpu")
    if _on_gpu() and _tf32():
        xn.autocast("tf32").__enter__()  # for the rest of this process
    return xn.asarray, (xn.synchronize if _on_gpu() else _nothing)


def torch_place():
    """Do the same for PyTorch; on a CPU it gets the number of threads that all peers have."""
    import torch

    if _on_gpu():
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = _tf32()
        return (lambda host: torch.from_numpy(host).cuda()), torch.cuda.synchronize
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    return torch.from_numpy, _nothing


def jax_place():
    """Do the same for JAX, whose second function waits for given arrays, on a CPU after each step.

    On a GPU `seconds_of` waits, for what the step returns.
    """
    import jax

    jax.config.update("jax_default_matmul_precision", "tensorfloat32" if _tf32() else "float32")
    return jax.numpy.asarray, ((lambda arrays: None) if _on_gpu() else jax.block_until_ready)


def seconds_of(peer, step, times):
    """Return how long each of so many steps of a peer took, or blocks of steps per step."""
    if _on_gpu() and peer.startswith("xpnet"):
        import xpnet as xn

        return xn.backend.time_calls(step, times, warm_up=0)
    if _on_gpu() and peer.startswith("torch"):
        return _by_events_of_torch(step, times)
    if _on_gpu() and peer == "jax":
        return [_by_blocks_of_jax(step, BLOCK) for _ in range(-(-times // BLOCK))]
    return [_by_clock(step) for _ in range(times)]


def _by_clock(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def _by_events_of_torch(step, times):
    import torch

    events = [torch.cuda.Event(enable_timing=True) for _ in range(times + 1)]
    torch.cuda.synchronize()
    events[0].record()
    for event in events[1:]:
        step()
        event.record()
    events[-1].synchronize()
    return [a.elapsed_time(b) / 1e3 for a, b in pairwise(events)]


def _by_blocks_of_jax(step, times):
    import jax

    start = time.perf_counter()
    for _ in range(times):
        result = step()
    jax.block_until_ready(result)
    return (time.perf_counter() - start) / times
