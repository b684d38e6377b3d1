"""The stand-in for a GPU notices what a GPU would punish."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.kernels.cupy import gpu as launching

TYPES = ("-DREAL=float", "-DWIDE=float", "-DINDEX=int32")


def run(gpu, body, threads=8):
    """Run a kernel on three blocks, whose elements of y are zero before."""
    y = gpu.zeros(3, np.float32)
    code = f"{launching.code('relu')}\nKERNEL tried(REAL* y, INDEX size) {{\n{body}\n}}"
    gpu.RawKernel(code, "tried", TYPES)((3,), (threads,), (y, np.int32(3)))
    return y.tolist()


def test_shared_memory_holds_no_numbers_before_a_block_writes_some(gpu):
    found = run(
        gpu,
        """
        __shared__ WIDE values[8];
        if (threadIdx.x == 7) y[blockIdx.x] = values[0];
        __syncthreads();
        values[threadIdx.x] = 1;
        """,
    )
    assert np.isnan(found).all()


def test_what_a_block_has_written_is_there_after_a_barrier(gpu):
    found = run(
        gpu,
        """
        __shared__ WIDE values[8];
        values[threadIdx.x] = threadIdx.x;
        __syncthreads();
        if (threadIdx.x == 0) y[blockIdx.x] = values[7];
        """,
    )
    assert found == [7.0, 7.0, 7.0]


def test_a_result_that_depends_on_which_thread_is_first_shows(gpu):
    found = run(
        gpu,
        """
        __shared__ WIDE last;
        last = threadIdx.x;
        __syncthreads();
        y[blockIdx.x] = last;
        """,
    )
    assert len(set(found)) == 2


def test_threads_that_part_at_a_barrier_are_noticed(gpu):
    with pytest.raises(AssertionError, match="threads part at a barrier"):
        run(gpu, "if (threadIdx.x) __syncthreads(); y[0] = 1;")


def test_elements_outside_of_an_array_are_noticed(gpu):
    with pytest.raises(AssertionError, match="written outside"):
        run(gpu, "y[3] = 1;")
