"""The captured peer of the benchmarks, on the stand-in for CuPy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import xpnet as xn
from benchmarks import steps
from benchmarks.__main__ import table
from benchmarks.paired import Result
from tests.kernels.cupy import emulated
from xpnet import kernels


@pytest.mark.skipif(emulated.unavailable() is not None, reason=str(emulated.unavailable()))
def test_the_captured_step_trains(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    monkeypatch.setenv("BENCHMARK_DEVICE", "cuda")
    xn.manual_seed(1)
    cases = steps.training(
        lambda nn: nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 10)), 6, (5,)
    )

    def as_a_process_does():
        # it stays recording, and the GPU the current device of its thread
        step = cases["xpnet_captured"]()
        found = [float(step()) for _ in range(5)]
        cases["xpnet"]()()
        return found

    with emulated.emulation(), ThreadPoolExecutor(1) as thread:
        try:
            losses = thread.submit(as_a_process_does).result()
        finally:
            xn.set_device("cpu")
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) == 5


def test_the_table_has_both_ratios():
    module = type("Module", (), {"TARGETS": {}, "TARGETS_ON_GPU": {"torch": 0.5}})
    medians = {"xpnet": 3.0, "xpnet_captured": 1.0, "torch": 2.0}
    results = [Result(name, t, t, t, t, 1) for name, t in medians.items()]
    rows = {row["peer"]: row for row in table(module, results, "cuda")}
    assert rows["torch"]["xpnet_ratio"] == 1.5
    assert rows["torch"]["captured_ratio"] == 0.5
    assert "captured_ratio" not in rows["xpnet_captured"]
