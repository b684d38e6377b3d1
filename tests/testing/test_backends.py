"""The list of backends, and what each adds to its device."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import dtype_name
from xpnet.errors import ArgumentError
from xpnet.testing import BACKENDS, backends


def test_without_names_all_that_work_are_listed():
    found = [str(backend) for backend in backends()]
    assert {"numpy", "numpy-readonly"} <= set(found) <= set(BACKENDS)


def test_names_choose_backends_whether_they_work_or_not():
    assert [str(backend) for backend in backends("cupy", "numpy")] == ["cupy", "numpy"]
    with pytest.raises(ArgumentError, match="did you mean 'numpy'"):
        backends("nunpy")


def test_an_unavailable_backend_gives_the_reason():
    reason = BACKENDS["cupy"].unavailable()
    assert reason is None or 'device "cuda:0" is not available' in reason


def test_inside_the_block_its_device_is_the_current_one(backend):
    assert xn.current_device() == backend.device
    assert xn.namespace(xn.asarray([1.0])) is backend.xp


def test_arrays_have_the_dtype_that_xpnet_would_give_them(backend):
    assert dtype_name(backend.asarray([1.0]).dtype) == "float32"
    assert dtype_name(backend.asarray(np.ones(1)).dtype) == "float64"
    assert dtype_name(backend.asarray([1]).dtype) == "int64"
    assert dtype_name(backend.asarray([1], "float64").dtype) == "float64"


def test_arrays_are_new(backend):
    host = np.ones(2)
    x = backend.asarray(host)
    host[0] = 5.0
    assert xn.to_numpy(x).tolist() == [1.0, 1.0]


def test_readonly_arrays_refuse_to_be_written_to():
    x = BACKENDS["numpy-readonly"].asarray([1.0])
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 2.0


def test_strict_flags_hold_inside_the_block_only():
    strict = pytest.importorskip("array_api_strict")
    before = strict.get_array_api_strict_flags()
    with BACKENDS["strict-no-bool"] as backend:
        x = backend.asarray([1.0, 2.0])
        with pytest.raises(RuntimeError, match="boolean_indexing"):
            x[x > 1.0]
    assert strict.get_array_api_strict_flags() == before
    assert x[x > 1.0].shape == (1,)


def test_blocks_nest():
    pytest.importorskip("array_api_strict")
    with BACKENDS["strict"], BACKENDS["strict-device1"], BACKENDS["strict"]:
        assert xn.current_device().name == "strict:cpu"
    assert xn.current_device().name == "cpu"
