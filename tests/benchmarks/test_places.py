"""How the peers of the benchmarks are set up and timed on a GPU, without one."""

from __future__ import annotations

import sys
import types

import pytest

import xpnet as xn
from benchmarks import places


@pytest.fixture
def on_gpu(monkeypatch):
    monkeypatch.setenv("BENCHMARK_DEVICE", "cuda")


@pytest.mark.parametrize(("tf32", "entered"), [("on", ["tf32"]), ("off", [])])
def test_tf32_is_on_for_xpnet_if_it_is_for_all(on_gpu, monkeypatch, tf32, entered):
    found, devices = [], []

    class Noting:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            found.append(self.name)

    monkeypatch.setattr(xn, "autocast", Noting)
    monkeypatch.setattr(xn, "set_device", devices.append)
    monkeypatch.setenv("BENCHMARK_TF32", tf32)
    places.xpnet_place()
    assert found == entered
    assert devices == ["cuda"]


@pytest.mark.parametrize("tf32", ["on", "off"])
def test_tf32_is_on_for_pytorch_and_jax_if_it_is_for_all(on_gpu, monkeypatch, tf32):
    flags = types.SimpleNamespace(allow_tf32=None)
    backends = types.SimpleNamespace(
        cuda=types.SimpleNamespace(matmul=flags), cudnn=types.SimpleNamespace(allow_tf32=None)
    )
    torch = types.SimpleNamespace(backends=backends, cuda=types.SimpleNamespace(synchronize=None))
    chosen = {}
    jax = types.SimpleNamespace(
        config=types.SimpleNamespace(update=chosen.__setitem__),
        numpy=types.SimpleNamespace(asarray=None),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "jax", jax)
    monkeypatch.setenv("BENCHMARK_TF32", tf32)
    places.torch_place()
    places.jax_place()
    assert flags.allow_tf32 is backends.cudnn.allow_tf32 is (tf32 == "on")
    wanted = "tensorfloat32" if tf32 == "on" else "float32"
    assert chosen == {"jax_default_matmul_precision": wanted}


def test_jax_waits_once_for_a_block_of_steps(on_gpu, monkeypatch):
    waited, taken = [], []
    monkeypatch.setitem(sys.modules, "jax", types.SimpleNamespace(block_until_ready=waited.append))

    def step():
        taken.append(len(taken))
        return taken[-1]

    times = places.seconds_of("jax", step, 2 * places.BLOCK)
    assert len(times) == 2
    assert all(time > 0 for time in times)
    assert taken == list(range(2 * places.BLOCK))
    assert waited == [places.BLOCK - 1, 2 * places.BLOCK - 1]
