"""Threads change the time, not the result."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.ops.test_every_op import cotangent
from xpnet import Tensor, ops
from xpnet.errors import ArgumentError
from xpnet.kernels.numpy import threads


@pytest.fixture(autouse=True)
def _as_before():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


def results():
    """A convolution and a pooling of a batch that is cut into several parts."""
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s).astype("f") for s in ((70, 4, 28, 28), (5, 4, 5, 5), (5,)))
    tensors = [Tensor(a, requires_grad=True) for a in (x, w, b)]
    y = ops.max_pool(ops.conv(*tensors, padding=2), kernel_size=2)
    y.backward(cotangent(y))
    return [y.data, *(t.grad for t in tensors)]


def test_results_are_the_same_bits_for_any_number_of_threads():
    threads.set_num_threads(1)
    expected = results()
    for n in (2, 3, 8):
        threads.set_num_threads(n)
        for actual, wanted in zip(results(), expected, strict=True):
            np.testing.assert_array_equal(actual, wanted)


def test_several_threads_may_use_the_library_at_once():
    threads.set_num_threads(2)
    expected = results()
    with ThreadPoolExecutor(3) as callers:
        for found in callers.map(lambda _: results(), range(6)):
            for actual, wanted in zip(found, expected, strict=True):
                np.testing.assert_array_equal(actual, wanted)


def test_every_part_is_worked_on_once():
    threads.set_num_threads(4)
    done = []
    threads.run(done.append, range(50))
    assert sorted(done) == list(range(50))


def test_an_error_in_a_part_reaches_the_caller():
    threads.set_num_threads(2)
    with pytest.raises(ZeroDivisionError):
        threads.run(lambda part: 1 // (part - 3), range(8))
    done = []
    threads.run(done.append, range(3))
    assert sorted(done) == [0, 1, 2]


def test_blas_has_its_threads_back_afterwards():
    found = threads._openblas()
    if found is None:
        pytest.skip("NumPy has another BLAS here")
    before = found[0]()
    results()
    assert found[0]() == before


def test_without_openblas_the_parts_follow_each_other(monkeypatch):
    expected = results()
    monkeypatch.setattr(threads, "_openblas", lambda: None)
    for actual, wanted in zip(results(), expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("n", [0, -1, 1.5, True])
def test_a_number_of_threads_that_makes_no_sense_is_refused(n):
    with pytest.raises(ArgumentError, match="set_num_threads: n must be an integer >= 1"):
        threads.set_num_threads(n)


@pytest.mark.parametrize(("value", "expected"), [("3", 3), ("", None), ("many", None)])
def test_the_environment_says_how_many_threads(value, expected):
    code = "from xpnet.kernels.numpy import threads; print(threads.get_num_threads())"
    environment = {**os.environ, "XPNET_NUM_THREADS": value}
    out = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert int(out.stdout) == (expected or cores)
