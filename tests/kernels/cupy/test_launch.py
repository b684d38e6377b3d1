"""How kernels are launched: grids, blocks, and the types of arguments."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.kernels.cupy import gpu as launching


def noting(calls):
    """Return what compiles kernels to functions that only note how they are called."""
    return lambda code, name, options: lambda *call: calls.append((options, *call))


@pytest.mark.parametrize(
    ("size", "blocks"), [(1, 1), (256, 1), (257, 2), (1 << 24, 1 << 16), (1 << 40, 1 << 16)]
)
def test_a_grid_covers_the_elements_and_stays_within_bounds(gpu, monkeypatch, size, blocks):
    calls = []
    monkeypatch.setattr(gpu, "RawKernel", noting(calls))
    launching.launch("relu/relu", np.dtype("float32"), size, None, None, size)
    ((options, grid, block, arguments),) = calls
    assert (grid, block) == ((blocks,), (256,))
    assert f"-DINDEX={'int32' if size <= 1 << 30 else 'int64'}" in options
    assert type(arguments[2]) is (np.int32 if size <= 1 << 30 else np.int64)


@pytest.mark.parametrize(("length", "threads"), [(1, 32), (33, 64), (200, 256), (10**6, 512)])
def test_a_block_for_a_sum_is_a_power_of_two(gpu, monkeypatch, length, threads):
    calls = []
    monkeypatch.setattr(gpu, "RawKernel", noting(calls))
    arguments = (None, None, length)
    launching.launch_blocks("softmax/softmax", np.dtype("float32"), 7, length, *arguments)
    ((_, grid, block, _),) = calls
    assert (grid, block) == ((7,), (threads,))
    launching.launch("softmax/softmax", np.dtype("float32"), 0, *arguments)
    launching.launch_blocks("softmax/softmax", np.dtype("float32"), 0, 5, *arguments)
    assert len(calls) == 1
