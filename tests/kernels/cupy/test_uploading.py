"""Batches on their way to a GPU, on the stand-in for CuPy."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.standin import arrays, device
from tests.kernels.cupy.test_training import IMAGES, LABELS, columns, mlp, train
from xpnet.backend.library import library
from xpnet.data import DataLoader
from xpnet.training import resident

X = np.arange(40, dtype="float32").reshape(20, 2)
Y = np.arange(20)


class Samples:
    """No arrays, but samples one by one, all made in the loader's thread."""

    def __init__(self):
        self.threads = set()

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        self.threads.add(threading.current_thread().name)
        return X[i], Y[i]


def loaded(data, prefetch, **options):
    with xn.device("cuda"):
        loader = DataLoader(data, 6, shuffle=True, seed=3, prefetch=prefetch, **options)
        return [tuple(xn.to_numpy(x) for x in batch) for _ in range(2) for batch in loader]


@pytest.mark.parametrize("make", [lambda: (X, Y), Samples, lambda: (X,)])
@pytest.mark.parametrize("transform", [None, lambda *batch: tuple(2 * x for x in batch)])
def test_batches_are_the_same_with_and_without_a_thread(gpu, make, transform):
    plain, ahead = (loaded(make(), n, transform=transform) for n in (0, 2))
    assert len(plain) == len(ahead) == 8
    for one, other in zip(plain, ahead, strict=True):
        for x, y in zip(one, other, strict=True):
            np.testing.assert_array_equal(x, y)
            assert x.dtype == y.dtype


def test_the_thread_prepares_and_the_loop_talks_to_the_gpu(gpu, monkeypatch):
    talking, real = set(), arrays.Address.copy_from_host_async

    def copy(self, *arguments):
        talking.add(threading.current_thread().name)
        return real(self, *arguments)

    monkeypatch.setattr(arrays.Address, "copy_from_host_async", copy)
    samples = Samples()
    loaded(samples, 2)
    assert samples.threads == {"xpnet-prefetch"}
    assert talking == {threading.current_thread().name}


def test_data_on_the_gpu_need_no_thread(gpu, monkeypatch):
    monkeypatch.setattr("xpnet.data.loader.prefetched", None)
    with xn.device("cuda"):
        data = (xn.asarray(X), xn.asarray(Y))
    for batch, plain in zip(loaded(data, 2), loaded((X, Y), 0), strict=True):
        for x, y in zip(batch, plain, strict=True):
            np.testing.assert_array_equal(x, y)


def test_the_order_between_copies_and_work_is_kept_by_events(gpu):
    uploader = library("cupy").uploader(device.Device(0))
    consumer = device.Stream(non_blocking=True)
    with consumer:
        staged = uploader.stage(X)
        x, mark = uploader.send(staged)
        (before,) = uploader.stream.waited_for
        assert before.recorded is consumer
        assert consumer.waited_for == []
        uploader.receive(mark)
        assert consumer.waited_for == [mark]
        assert mark.recorded is uploader.stream
    np.testing.assert_array_equal(np.asarray(x), X)
    assert type(staged) is np.ndarray
    assert not np.shares_memory(staged, X)


def test_pinned_memory_is_kept_until_the_gpu_has_read_it(gpu, monkeypatch):
    monkeypatch.setattr(device.Event, "done", False)
    staged = []
    for _ in range(3):  # an uploader lives for an epoch, and the GPU may be behind by then
        uploader = library("cupy").uploader(device.Device(0))
        memory = uploader.stage(X)
        uploader.send(memory)
        staged.append(weakref.ref(memory))
        del uploader, memory
    gc.collect()
    assert all(memory() is not None for memory in staged)
    monkeypatch.setattr(device.Event, "done", True)
    uploader = library("cupy").uploader(device.Device(0))
    uploader.send(uploader.stage(X))
    assert all(memory() is None for memory in staged)


def test_arrays_without_elements_need_no_copy(gpu):
    uploader = library("cupy").uploader(device.Device(0))
    x, mark = uploader.send(uploader.stage(X[:0]))
    uploader.receive(mark)
    assert x.shape == (0, 2)
    assert x.dtype == X.dtype


def test_a_batch_that_nobody_takes_is_waited_for_all_the_same(gpu):
    """Its memory may be given to others next."""
    consumer = device.Stream(non_blocking=True)
    with xn.device("cuda"), consumer:
        batches = iter(DataLoader((X, Y), 2, prefetch=3))
        next(batches)
        assert len(consumer.waited_for) == 2
        batches.close()
    assert len(consumer.waited_for) == 4


def test_breaking_off_ends_the_thread(gpu):
    with xn.device("cuda"):
        loader = DataLoader((X, Y), 2, prefetch=3)
        for _ in loader:
            break
        assert loader.epoch == 0
        assert loader.state_dict()["position"] == 2
        assert "xpnet-prefetch" not in [thread.name for thread in threading.enumerate()]
    assert library("numpy").uploader(None) is None


@pytest.mark.parametrize("capture", [False, True])
def test_a_training_with_a_thread_is_that_without(gpu, capture):
    plain, state = train()
    with xn.device("cuda"):
        loader = DataLoader((IMAGES, LABELS), 8, shuffle=True, seed=1, prefetch=2)
        xn.manual_seed(3)
        model = mlp()
        trainer = xn.Trainer(model, xn.optim.Adam(model.parameters(), lr=1e-2), capture=capture)
        trainer.fit(loader, epochs=3, progress=False)
    assert columns(trainer) == columns(plain)
    for key, value in model.state_dict().items():
        np.testing.assert_array_equal(xn.to_numpy(value), state[key])


@pytest.mark.parametrize(("most", "where"), [(1 << 30, "cuda:0"), (100, "cpu")])
def test_fit_keeps_few_data_on_the_gpu(gpu, monkeypatch, most, where):
    seen, real = [], resident.keep_on_device

    def keep(home, *pairs):
        real(home, *pairs)
        loaders = [loader for loader, _ in pairs if loader is not None]
        seen.append([{xn.device_of(x).name for x in own.dataset.arrays} for own in loaders])

    monkeypatch.setattr(resident, "MOST", most)
    monkeypatch.setattr("xpnet.training.trainer.keep_on_device", keep)
    with xn.device("cuda"):
        trainer = xn.Trainer(mlp(), "adam")
        trainer.fit((IMAGES, LABELS), validation=(IMAGES, LABELS), progress=False)
        trainer.fit(DataLoader((IMAGES, LABELS), 8), progress=False)  # a loader is left alone
    assert seen == [[{where}] * 2, [{"cpu"}]]


def test_samples_of_the_users_own_are_left_where_they_are(gpu):
    home = xn.backend.as_device("cuda")
    loader = DataLoader(Samples(), 4)
    before = loader.dataset
    resident.keep_on_device(home, (loader, None), (None, None))
    assert loader.dataset is before
    on_numpy = DataLoader((X, Y), 4)
    resident.keep_on_device(xn.backend.as_device("cpu"), (on_numpy, None))
    assert isinstance(on_numpy.dataset.arrays[0], np.ndarray)
