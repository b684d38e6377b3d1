"""Memory is used again when nothing refers to it, never before, and only so much is kept."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from xpnet import nn
from xpnet.kernels.numpy import memory

SHAPE = (64, 1024)


@pytest.fixture(autouse=True)
def _nothing_kept():
    memory.release()
    yield
    memory.release()


def place(x):
    return x.ctypes.data


def test_memory_is_used_again_once_nothing_refers_to_it():
    x = memory.empty(SHAPE, np.float32)
    where = place(x)
    del x
    assert place(memory.empty(SHAPE, np.float32)) == where


@pytest.mark.parametrize(
    "keep",
    [
        lambda x: x[3:5],
        lambda x: x.reshape(-1, 32)[5:].T,
        lambda x: np.asarray(memoryview(x)),
        lambda x: np.from_dlpack(x),
        lambda x: {"a view": [x.view(np.int32)]},
    ],
    ids=["slice", "reshaped", "buffer", "dlpack", "inside"],
)
def test_memory_that_a_view_refers_to_is_not_given_out(keep):
    x = memory.empty(SHAPE, np.float32)
    x[...] = 1.0
    where, kept = place(x), keep(x)
    del x
    y = memory.empty(SHAPE, np.float32)
    assert place(y) != where
    del kept
    z = memory.empty(SHAPE, np.float32)
    assert place(z) == where


def test_memory_begins_at_a_line_of_the_cache_and_has_the_shape_asked_for():
    for shape in ((100, 100), (3, 7, 999), (1 << 16,)):
        x = memory.empty(shape, "float64")
        assert x.shape == shape
        assert x.dtype == np.float64
        assert x.flags.c_contiguous
        assert place(x) % 64 == 0


def test_no_more_is_kept_than_the_limit(monkeypatch):
    monkeypatch.setattr(memory, "KEPT_BYTES", 1 << 20)
    arrays = [memory.empty((1 << 17,), np.float32) for _ in range(5)]
    assert memory._total <= 1 << 20
    del arrays
    x = memory.empty((1 << 16,), np.float32)  # another size: those of before make room
    x.fill(1.0)
    del x
    assert memory._total <= 1 << 20
    memory.release()
    assert memory._total == 0
    assert memory._kept == {}


def test_two_threads_never_get_the_same_memory():
    wrong = []

    def work(number):
        for _ in range(300):
            x = memory.empty((1 << 14,), np.float32)
            x[...] = number
            if not (x == number).all():
                wrong.append(number)

    workers = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert wrong == []


def test_memory_is_taken_before_another_thread_can_see_it_idle(monkeypatch):
    memory.empty(SHAPE, np.float32)  # one idle buffer
    others = []

    class Lock:
        """Lets another thread come in the moment that it is open."""

        def __enter__(self):
            pass

        def __exit__(self, *error):
            monkeypatch.setattr(memory, "_lock", contextlib.nullcontext())
            other = threading.Thread(target=lambda: others.append(memory.empty(SHAPE, np.float32)))
            other.start()
            other.join()

    monkeypatch.setattr(memory, "_lock", Lock())
    mine = memory.empty(SHAPE, np.float32)
    assert len(others) == 1
    assert not np.shares_memory(mine, others[0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_the_child_of_a_fork_works_although_a_thread_held_the_lock():
    code = """
import os, warnings
import numpy as np
from xpnet import nn
from xpnet.kernels.numpy import memory, threads

model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
x = np.ones((64, 1, 28, 28), dtype=np.float32)
expected = model.predict(x)
warnings.simplefilter("ignore")  # Python warns of threads that do not survive
with memory._lock, threads._holding:
    child = os.fork()
    if child == 0:
        same = np.array_equal(model.predict(x), expected)
        os._exit(0 if same else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert np.array_equal(model.predict(x), expected)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_results_that_are_kept_survive_later_steps():
    layer = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    rng = np.random.default_rng(0)
    x = rng.standard_normal((16, 1, 28, 28), dtype=np.float32)
    kept = layer.predict(x)
    copy = kept.copy()
    for _ in range(5):
        layer.predict(rng.standard_normal(x.shape, dtype=np.float32))
    np.testing.assert_array_equal(kept, copy)


def test_a_whole_array_is_one_run_in_whatever_order_its_axes_lie():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert memory.is_whole(x.transpose(2, 0, 1))
    assert not memory.is_whole(x[:, ::2])
    np.testing.assert_array_equal(memory.flat(x.transpose(2, 0, 1)), np.arange(24.0))
    assert memory.empty_like(x.transpose(2, 0, 1)).strides == x.transpose(2, 0, 1).strides


def test_samples_far_from_each_other_are_copied_like_others():
    x = np.random.default_rng(0).standard_normal((70, 2, 3, 5))
    target = np.empty((2, 3, 5, 70))
    memory.copy(target, memory.images(x))
    np.testing.assert_array_equal(memory.samples(target, 4), x)
