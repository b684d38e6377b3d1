"""While a step is recorded nothing is copied from the host, and CuPy's allocator comes back."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.standin import device, pinned
from tests.kernels.cupy.standin.arrays import array
from tests.kernels.cupy.test_training import IMAGES, LABELS, mlp
from xpnet.backend.library import library
from xpnet.errors import BackendError

HOST = np.arange(3.0)


def recorded(function):
    with library("cupy").recorder(device.Device(0)) as recorder:
        return recorder.record(function)


def in_a_thread(function, *args):
    """Begin to call a function in another thread; return it and a list for what comes of it."""
    results = []

    def work():
        try:
            results.append(function(*args))
        except BaseException as error:  # a thread would keep it to itself
            results.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, results


@pytest.mark.parametrize("pool", [True, False], ids=["CuPy's pool", "no pool"])
@pytest.mark.parametrize("fails", [False, True])
def test_the_allocator_of_before_comes_back(gpu, pool, fails):
    if not pool:
        gpu.cuda.set_pinned_memory_allocator(None)
    before = pinned.allocator()

    def function(begun):
        assert pinned.allocator() != before
        with pytest.raises(BackendError, match="made of numbers on the host"):
            array(HOST)
        if fails:
            raise ValueError("no")

    for _ in range(2):
        if fails:
            with pytest.raises(ValueError, match="no"):
                recorded(function)
        else:
            recorded(function)
        assert pinned.allocator() == before


@pytest.mark.parametrize("pool", [True, False], ids=["CuPy's pool", "no pool"])
def test_other_threads_get_the_memory_that_they_got_before(gpu, pool):
    if not pool:
        gpu.cuda.set_pinned_memory_allocator(None)
    kind, found = type(pinned.alloc_pinned_memory(700).mem), []

    def function(begun):
        thread, results = in_a_thread(pinned.alloc_pinned_memory, 700)
        thread.join()
        found.extend(results)

    recorded(function)
    (block,) = found
    assert type(block.mem) is kind
    assert block.mem.size == (1024 if pool else 700)


def test_with_an_allocator_of_somebody_else_nothing_is_recorded(gpu):
    allocator = pinned.PinnedMemoryPool().malloc
    gpu.cuda.set_pinned_memory_allocator(allocator)
    with pytest.raises(BackendError, match="pinned memory must be that of its own pool, got anot"):
        recorded(lambda begun: pytest.fail("it was recorded"))
    with xn.device("cuda"):
        trainer = xn.Trainer(mlp(), "adam", capture=True)
        with pytest.warns(UserWarning, match="is of no use here.*pinned memory must be that of"):
            trainer.fit((IMAGES, LABELS), epochs=1, batch_size=8, progress=False)
    assert pinned.allocator() == allocator


def test_pools_are_told_apart_while_other_threads_take_from_them(gpu, monkeypatch):
    pool, calls, taken = pinned.default_pool, [], []
    malloc = pool.malloc

    def taking(size):
        block = malloc(size)
        calls.append(size)
        if len(calls) == 1:  # of two that lie there, the thread takes the last one
            taken.append(block)
        return block

    monkeypatch.setattr(pool, "malloc", taking)
    gpu.cuda.set_pinned_memory_allocator(taking)
    recorded(lambda begun: None)
    assert pinned.allocator() == taking
    assert taken


def test_two_threads_record_one_after_the_other(gpu):
    home, x = pinned.allocator(), array(HOST)
    over, threads, order = threading.Event(), [], []

    def first(begun):
        threads.append(in_a_thread(recorded, second))
        threads[0][0].join(0.2)  # it would be over, or wait below
        order.append("first")

    def second(begun):
        assert over.wait(10)
        order.append("second")
        with pytest.raises(BackendError, match="made of numbers on the host"):
            array(HOST)
        x + x

    recorded(first)
    over.set()
    ((thread, results),) = threads
    thread.join()
    (graph,) = results
    graph.replay()
    assert order == ["first", "second"]
    assert pinned.allocator() == home
