"""Registering and finding kernels."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from xpnet import kernels, ops
from xpnet.errors import ArgumentError


@pytest.fixture
def registry(monkeypatch):
    """Registered kernels are forgotten at the end of the test."""
    monkeypatch.setattr(kernels.registry, "_KERNELS", dict(kernels.registry._KERNELS))
    monkeypatch.setattr(kernels.registry, "_BY_TYPE", {})
    monkeypatch.setattr(kernels.registry, "_STAYING", set(kernels.registry._STAYING))
    monkeypatch.setattr(kernels.registry, "_enabled", True)


def test_a_kernel_takes_the_place_of_the_generic_code_where_it_accepts(registry):
    kernels.register(
        "tanh",
        library="numpy",
        forward=lambda x: (x + 100.0, None),
        backward=lambda dy, saved, needs: (dy,),
        accepts=lambda x: x.dtype == np.float32,
    )
    assert ops.tanh(np.zeros(1, dtype=np.float32)) == [100.0]
    assert ops.tanh(np.zeros(1, dtype=np.float64)) == [0.0]


def test_disabled_restores_what_was_before_also_after_an_error(registry):
    x = np.zeros(1, dtype=np.float32)
    kernels.register(
        "tanh", library="numpy", forward=lambda x: (x + 1.0, x), backward=lambda *a: (a[0],)
    )
    with pytest.raises(KeyError), kernels.disabled():
        assert ops.tanh(x) == [0.0]
        raise KeyError
    assert ops.tanh(x) == [1.0]


def test_a_kernel_that_is_not_there_for_speed_stays_when_they_are_disabled(registry):
    kernel = kernels.register(
        "tanh", library="numpy", forward=abs, backward=abs, accepts=len, optional=False
    )
    with kernels.disabled():
        assert kernels.find("tanh", np.ones(3)) is kernel
        assert kernels.find("tanh", np.ones(0)) is None
        assert kernels.find("relu", np.ones(3)) is None


def test_a_kernel_of_one_library_is_not_used_for_another(registry):
    strict = pytest.importorskip("array_api_strict")
    kernels.register(
        "tanh", library="numpy", forward=lambda x: (x + 1.0, x), backward=lambda *a: (a[0],)
    )
    assert kernels.find("tanh", strict.zeros(1)) is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"forward": print},
        {"backward": print},
        {"forward": print, "backward": print, "update": print},
    ],
)
def test_a_kernel_is_a_pair_or_an_update(registry, given):
    with pytest.raises(ArgumentError, match="must have forward and backward, or update alone"):
        kernels.register("tanh", library="numpy", **given)


@pytest.mark.parametrize(("value", "found"), [("off", False), ("0", False), ("on", True)])
def test_the_environment_switches_kernels_off(value, found):
    code = (
        "import numpy as np; from xpnet import kernels;"
        "print(kernels.find('relu', np.zeros(1, dtype=np.float32)) is not None)"
    )
    environment = {**os.environ, "XPNET_KERNELS": value}
    out = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == str(found)
