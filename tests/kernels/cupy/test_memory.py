"""The memory of recorded steps, on the stand-in for CuPy: whose it is, and when it goes back."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.standin import device
from tests.kernels.cupy.standin.arrays import array, empty, ndarray
from tests.kernels.cupy.test_training import IMAGES, LABELS, mlp
from xpnet import optim
from xpnet.backend.library import library
from xpnet.errors import BackendError


def kept():
    """Return how many bytes the pools of recordings have of the GPU."""
    gc.collect()
    return sum(bytes_.size for bytes_ in device.RESERVED.values())


def recorded(function):
    with library("cupy").recorder(device.Device(0)) as recorder:
        return recorder.record(function)


def test_a_recording_that_nobody_holds_gives_its_memory_back(gpu):
    x = array(np.ones(3))
    graph = recorded(lambda begun: x + x)
    assert kept() > 0
    del graph
    assert kept() == 0


def test_a_recording_that_fails_gives_its_memory_back(gpu):
    x = array(np.ones(3))

    def fail(begun):
        x + x
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        recorded(fail)
    assert kept() == 0


@pytest.mark.parametrize("later", ["recording", "free_memory"])
def test_what_somebody_holds_goes_back_when_nobody_does_any_more(gpu, later):
    x, results = array(np.ones(3)), []
    graph = recorded(lambda begun: results.append(x + x))
    graph.replay()
    del graph
    assert kept() > 0
    np.testing.assert_array_equal(np.asarray(results[0]), 2.0)
    results.clear()
    if later == "recording":
        again = recorded(lambda begun: None)
        assert kept() == 0
        del again
    else:
        library("cupy").free_memory()
        assert kept() == 0


def test_a_recording_that_runs_short_of_memory_gives_nothing_of_it_back(gpu, monkeypatch):
    """CuPy's pool empties itself then, and tries again: the graph would write to what it freed."""
    x, size = array(np.ones(3)), 24 + 2 * device.GUARD

    def hungry(begun):
        x + x  # lies idle in the pool
        array_of_another_size = empty(4)
        array_of_another_size[...] = 1

    monkeypatch.setattr(device.RawMemory, "most", size)
    freed = []
    monkeypatch.setattr(device.MemoryPool, "free_all_blocks", lambda pool: freed.append(pool))
    wanted = (
        r"must have \d+ more bytes for a recording, got cudaErrorMemoryAllocation.*; take smaller"
    )
    with pytest.raises(BackendError, match=wanted) as caught:
        recorded(hungry)
    assert isinstance(caught.value.__cause__, device.CUDARuntimeError)
    pools = [pool for pool in freed if pool is not device.default_pool]
    assert len(pools) == 1  # when the recording is over, not before
    monkeypatch.setattr(device.RawMemory, "most", 1 << 30)
    recorded(hungry).replay()


def test_a_recording_that_the_gpu_has_no_memory_for_is_trained_as_usual(gpu, monkeypatch):
    monkeypatch.setattr(device.RawMemory, "most", 2000)
    with xn.device("cuda"):
        trainer = xn.Trainer(mlp(), "adam", capture=True)
        with pytest.warns(UserWarning, match="is of no use here.*more bytes for a recording"):
            trainer.fit((IMAGES, LABELS), epochs=1, batch_size=8, progress=False)
    assert trainer.steps_replayed == 0
    assert kept() == 0


def test_before_a_recording_the_gpu_gets_what_other_pools_do_not_use(gpu):
    before = device.default_pool.emptied
    recorded(lambda begun: None)
    assert device.default_pool.emptied == before + 1


def test_gradients_of_a_recorded_step_outlive_its_memory(gpu):
    with xn.device("cuda"):
        model = mlp()
        x, y = xn.asarray(IMAGES[:8]), xn.asarray(LABELS[:8])
        optimizer = optim.SGD(model.parameters(), lr=0.0)
        gradients = {}
        for capture in (False, True):
            with xn.training.TrainingStep(model, optimizer, capture=capture) as step:
                for _ in range(4):
                    step(x, y)
            assert step.replayed == 2 * capture
            gradients[capture] = [xn.to_numpy(p.grad).copy() for p in model.parameters()]
        del step
    assert all(isinstance(xn.backend.unwrap(p.grad), ndarray) for p in model.parameters())
    assert kept() == 0
    for plain, same in zip(gradients[False], gradients[True], strict=True):
        np.testing.assert_array_equal(plain, same)


def test_a_training_leaves_nothing_of_its_recordings(gpu):
    with xn.device("cuda"):
        trainer = xn.Trainer(mlp(), "adam", capture=True)
        for _ in range(2):
            trainer.fit((IMAGES, LABELS), epochs=2, batch_size=8, progress=False)
            assert trainer.steps_replayed > 5
            assert kept() == 0
