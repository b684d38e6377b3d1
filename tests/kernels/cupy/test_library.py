"""What the library's own class makes of CuPy, on the stand-in for it."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.standin.arrays import array
from tests.kernels.cupy.standin.device import Device
from xpnet.backend import namespace
from xpnet.backend.extra import erf
from xpnet.backend.library import library
from xpnet.errors import BackendError
from xpnet.kernels.cupy.products import product


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("float16", "float16"), ("float32", "float32"), ("float64", "float64"), ("int64", "float64")],
)
def test_the_error_function_keeps_the_dtype(gpu, dtype, expected):
    y = erf(array(np.array([-1, 0, 2], dtype)))
    assert y.dtype == expected
    wanted = [math.erf(x) for x in (-1, 0, 2)]
    tolerance = 4 * np.finfo(expected).eps
    np.testing.assert_allclose(np.asarray(y, "float64"), wanted, rtol=tolerance)


JOINS = {
    "stack": lambda xp, parts: xp.stack(parts),
    "stack at the end": lambda xp, parts: xp.stack(parts, axis=-1),
    "stack in the middle": lambda xp, parts: xp.stack(parts, axis=1),
    "concat": lambda xp, parts: xp.concat(parts),
    "concat at the end": lambda xp, parts: xp.concat(parts, axis=-1),
    "concat of all": lambda xp, parts: xp.concat(parts, axis=None),
}


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("n", [2, 8, 9, 17, 70])
def test_many_arrays_can_be_joined_while_a_step_is_recorded(gpu, join, n):
    hosts = [np.arange(6.0).reshape(2, 3) + 10 * i for i in range(n)]
    parts, joined = [array(x) for x in hosts], []
    xp = namespace(*parts)
    with library("cupy").recorder(Device(0)) as recorder:
        graph = recorder.record(lambda begun: joined.append(JOINS[join](xp, parts)))
        graph.replay()
    wanted = JOINS[join](namespace(*hosts), hosts)
    for found in (*joined, JOINS[join](xp, parts)):
        np.testing.assert_array_equal(np.asarray(found), wanted)


@pytest.mark.parametrize("pinned", [False, True])
def test_numbers_of_the_host_cannot_be_recorded_wherever_they_lie(gpu, pinned):
    host, home = np.arange(3.0), xn.backend.as_device("cuda")
    if pinned:
        host = library("cupy").uploader(Device(0)).stage(host)
    wanted = "record: an array is made of numbers on the host, which cannot be recorded; make it"
    with library("cupy").recorder(Device(0)) as recorder:
        with pytest.raises(BackendError, match=wanted):
            recorder.record(lambda begun: xn.asarray(host, device=home))
        np.testing.assert_array_equal(xn.to_numpy(xn.asarray(host, device=home)), host)
        # a single number is an argument of the launch, and a part of the recording
        recorder.record(lambda begun: xn.asarray(np.asarray(2.0), device=home))


def failure(root, text):
    return type("Failed", (RuntimeError,), {"__module__": root})(text)


def cublas_that_returns(status, gpu, monkeypatch):
    monkeypatch.setattr(gpu.cublas_of_the_standin, "cublasGemmEx", lambda *arguments: status)
    with pytest.raises(BackendError) as caught:
        product(array(np.eye(2)), array(np.eye(2)))
    return caught.value


def test_a_shortage_of_memory_is_recognised_whoever_reports_it(gpu, monkeypatch):
    known = library("cupy").out_of_memory
    driver, runtime = "cupy_backends.cuda.api.driver", "cupy_backends.cuda.api.runtime"
    assert known(failure(driver, "CUDA_ERROR_OUT_OF_MEMORY: out of memory")) == 0
    assert known(failure(runtime, "cudaErrorMemoryAllocation: out of memory")) == 0
    assert known(failure("cupy_backends.cuda.libs.cublas", "CUBLAS_STATUS_ALLOC_FAILED")) == 0
    assert known(cublas_that_returns(3, gpu, monkeypatch)) == 0


def test_other_failures_are_no_shortage_of_memory(gpu, monkeypatch):
    known = library("cupy").out_of_memory
    assert known(failure("cupy_backends.cuda.api.driver", "CUDA_ERROR_INVALID_VALUE: no")) is None
    assert known(failure("mine", "CUDA_ERROR_OUT_OF_MEMORY: out of memory")) is None
    assert known(cublas_that_returns(13, gpu, monkeypatch)) is None
