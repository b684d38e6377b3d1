"""How kernels are launched: grids, blocks, and the types of arguments."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.kernels.cupy import gpu as launching


def test_python_numbers_become_what_kernels_call_index_and_wide():
    assert type(launching._packed(3, np.int64, np.float32)) is np.int64
    assert type(launching._packed(3.0, np.int32, np.float64)) is np.float64
    assert launching._packed(None, np.int32, np.float32) == np.uintp(0)
    assert type(launching._packed(np.int32(3), np.int64, np.float32)) is np.int32


@pytest.mark.parametrize(
    ("size", "blocks"), [(1, 1), (256, 1), (257, 2), (1 << 24, 1 << 16), (1 << 40, 1 << 16)]
)
def test_a_grid_covers_the_elements_and_stays_within_bounds(gpu, monkeypatch, size, blocks):
    calls = []
    monkeypatch.setattr(
        launching, "_compiled", lambda name, char, index: lambda *a: calls.append((index, *a))
    )
    launching.launch("pool/max_pool", np.dtype("float32"), size, size)
    ((index, grid, block, arguments),) = calls
    assert (grid, block) == ((blocks,), (256,))
    assert index == ("int32" if size <= 1 << 30 else "int64")
    assert type(arguments[0]) is (np.int32 if index == "int32" else np.int64)


@pytest.mark.parametrize(("length", "threads"), [(1, 32), (33, 64), (200, 256), (10**6, 512)])
def test_a_block_for_a_sum_is_a_power_of_two(gpu, monkeypatch, length, threads):
    calls = []
    monkeypatch.setattr(launching, "_compiled", lambda *a: lambda *a: calls.append(a))
    launching.launch_blocks("depthwise/depthwise_weights", np.dtype("float32"), 7, length)
    assert calls == [((7,), (threads,), ())]
    launching.launch("pool/max_pool", np.dtype("float32"), 0)
    launching.launch_blocks("pool/max_pool", np.dtype("float32"), 0, 5)
    assert len(calls) == 1
