"""Devices by name: the current one, the blocks that change it, and what is not there."""

from __future__ import annotations

import importlib
import threading

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import Device, as_device
from xpnet.errors import ArgumentError, DeviceError


@pytest.fixture
def default_cpu():
    yield
    xn.set_device("cpu")


@pytest.fixture
def fresh_devices(monkeypatch):
    """Forget the devices that were found so far."""
    monkeypatch.setattr(importlib.import_module("xpnet.backend.device"), "_found", {})


def test_the_cpu_is_the_default():
    assert xn.current_device().name == "cpu"


def test_a_block_changes_the_device_of_new_arrays_and_leaves_others_alone():
    pytest.importorskip("torch")
    before = xn.asarray([1.0])
    with xn.device("torch:cpu") as entered:
        assert entered.name == "torch:cpu"
        assert type(xn.asarray([1.0])).__module__ == "torch"
        assert xn.device_of(before).name == "cpu"
    assert isinstance(xn.asarray([1.0]), np.ndarray)


def test_blocks_nest_and_the_inner_one_counts():
    pytest.importorskip("array_api_strict")
    with xn.device("strict:device1"):
        with xn.device("strict:device2"):
            assert xn.current_device().name == "strict:device2"
        assert xn.current_device().name == "strict:device1"


def test_one_block_can_be_entered_again_inside_itself():
    pytest.importorskip("array_api_strict")
    block = xn.device("strict:device1")
    with block, xn.device("cpu"), block:
        assert xn.current_device().name == "strict:device1"
    assert xn.current_device().name == "cpu"


def test_an_error_inside_a_block_restores_the_device():
    pytest.importorskip("array_api_strict")
    with pytest.raises(KeyError), xn.device("strict:device1"):
        raise KeyError
    assert xn.current_device().name == "cpu"


def test_each_thread_has_its_own_device_even_when_threads_share_one_block():
    pytest.importorskip("array_api_strict")
    block = xn.device("strict:device1")
    both_inside = threading.Barrier(2, timeout=20)
    seen, failures = [], []

    def work():
        try:
            seen.append(xn.current_device().name)
            with block:
                both_inside.wait()
                seen.append(xn.current_device().name)
                both_inside.wait()
            seen.append(xn.current_device().name)
        except BaseException as failure:
            failures.append(failure)

    with xn.device("strict:device2"):
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert xn.current_device().name == "strict:device2"
    assert not failures
    assert sorted(seen) == ["cpu"] * 4 + ["strict:device1"] * 2


@pytest.mark.usefixtures("default_cpu")
def test_set_device_changes_the_default_of_all_threads_but_not_inside_blocks():
    pytest.importorskip("array_api_strict")
    with xn.device("strict:device2"):
        xn.set_device("strict:device1")
        assert xn.current_device().name == "strict:device2"
    seen = []
    thread = threading.Thread(target=lambda: seen.append(xn.current_device().name))
    thread.start()
    thread.join()
    assert seen == ["strict:device1"]


def test_as_device_takes_names_devices_and_none():
    cpu = as_device("cpu")
    assert as_device(cpu) is cpu
    assert as_device(None) == cpu
    assert {cpu: 1}[as_device("numpy")] == 1
    with pytest.raises(DeviceError, match="device must be a name such as"):
        as_device(3)


def test_devices_with_the_same_name_are_equal():
    assert as_device("cpu") == as_device("cpu:0")
    assert as_device("cpu") != "cpu"


def test_auto_is_the_cpu_where_there_is_no_cuda():
    if xn.devices()[1].available:
        pytest.skip("there is a GPU here")
    assert as_device("auto").name == "cpu"


def test_devices_lists_what_is_there_and_why_the_others_are_not():
    found = {info.name: info for info in xn.devices()}
    assert found["cpu"].available
    assert found["cpu"].detail == f"NumPy {np.__version__}"
    for info in found.values():
        assert info.available or "install" in info.detail


def test_device_of_an_array_and_of_a_tensor(backend):
    x = backend.asarray([1.0])
    assert xn.device_of(x) == xn.current_device()
    assert xn.device_of(xn.Tensor(x)) == xn.current_device()


def test_synchronize_returns_on_every_backend(backend):
    xn.synchronize()
    xn.synchronize(backend.device_name)


# ---- what is not there -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cud", "did you mean 'cuda'"),
        ("torhc:cpu", "did you mean 'torch'"),
        ("", "must be one of"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(name, message):
    with pytest.raises(ArgumentError, match=message):
        xn.device(name)


@pytest.mark.parametrize(
    "name", ["torch:cuda:99", "torch:nonsense", "jax:cpu:99", "jax:cpu:x", "strict:device9"]
)
def test_a_device_that_a_library_lacks_is_answered_with_those_it_has(name):
    prefix = name.partition(":")[0]
    pytest.importorskip({"strict": "array_api_strict"}.get(prefix, prefix))
    with pytest.raises(DeviceError, match=f'device "{name}" does not exist; .* has: {prefix}:cpu'):
        xn.device(name)


def test_the_cpu_has_no_second_one():
    with pytest.raises(DeviceError, match='device "cpu:1" does not exist; NumPy has: cpu'):
        xn.device("cpu:1")


@pytest.fixture
def fake_cupy(tmp_path, monkeypatch, fresh_devices):
    """Return a function that puts a package named cupy with some source code in the way."""
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in list(importlib.sys.modules):
        if name.partition(".")[0] == "cupy":
            monkeypatch.delitem(importlib.sys.modules, name)

    def write(source: str) -> None:
        (tmp_path / "cupy.py").write_text(source)
        importlib.invalidate_caches()

    yield write
    importlib.sys.modules.pop("cupy", None)


NO_GPU = """
__version__ = "14.2.0"
def is_available(): return False
"""

BROKEN_GPU = """
__version__ = "14.2.0"
def is_available(): return True
def arange(n): raise RuntimeError("cudaErrorInsufficientDriver: version is insufficient")
"""

ONE_GPU = """
from contextlib import contextmanager
from types import SimpleNamespace

__version__ = "14.2.0"
current = [0]

def is_available(): return True

class Array:
    def sum(self): return self
    def get(self): return 3

def arange(n): return Array()

class Device:
    def __init__(self, id): self.id = id
    def __enter__(self): current.append(self.id); return self
    def __exit__(self, *args): current.pop()
    def synchronize(self): pass

cuda = SimpleNamespace(Device=Device, runtime=SimpleNamespace(getDeviceCount=lambda: 1))
"""


def refusal(name: str) -> str:
    with pytest.raises(DeviceError) as caught:
        xn.device(name)
    return str(caught.value)


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(
    monkeypatch, fresh_devices
):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "cupy" else find_spec(name)
    )
    message = refusal("cuda")
    assert message.startswith('device "cuda" is not available: CuPy is not installed (pip install')
    assert "Available: cpu" in message


def test_a_package_without_a_driver_is_told_from_one_that_is_missing(fake_cupy):
    fake_cupy(NO_GPU)
    assert "CuPy 14.2.0 is installed but sees no GPU (driver missing" in refusal("cuda:1")
    assert as_device("auto").name == "cpu"


def test_a_gpu_that_fails_at_its_first_use_is_told_with_the_cause(fake_cupy):
    fake_cupy(BROKEN_GPU)
    message = refusal("cuda")
    assert "sees a GPU but cannot use it (RuntimeError: cudaErrorInsufficientDriver" in message


def test_a_package_that_does_not_import_is_told_with_the_cause(fake_cupy):
    fake_cupy("raise OSError('libcudart.so.12: cannot open shared object file')")
    message = refusal("cuda")
    assert "CuPy is installed but does not import (OSError: libcudart.so.12" in message
    assert "reinstall it" in message


def test_the_fourth_gpu_of_a_machine_with_one_does_not_exist(fake_cupy):
    fake_cupy(ONE_GPU)
    expected = 'device "cuda:3" does not exist; CuPy has: cuda:0; choose one of those'
    assert refusal("cuda:3") == expected


def test_auto_cuda_and_gpu_are_the_first_gpu_and_a_block_makes_it_current(fake_cupy):
    fake_cupy(ONE_GPU)
    assert {as_device(name).name for name in ("auto", "cuda", "gpu", "cuda:0")} == {"cuda:0"}
    cupy = importlib.import_module("cupy")
    with xn.device("auto") as entered:
        assert isinstance(entered, Device)
        assert cupy.current == [0, 0]
    assert cupy.current == [0]


def test_a_driver_is_asked_only_once(fake_cupy):
    fake_cupy(ONE_GPU)
    as_device("cuda")
    cupy = importlib.import_module("cupy")
    cupy.is_available = None
    assert as_device("cuda").name == "cuda:0"


def test_a_missing_library_of_any_kind_is_an_unavailable_device(monkeypatch, fresh_devices):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "jax" else find_spec(name)
    )
    assert "JAX is not installed (pip install 'xpnet[jax]')" in refusal("jax:cpu")
    assert [info.available for info in xn.devices() if info.name == "jax"] == [False]
