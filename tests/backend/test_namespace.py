"""Which namespace computes with given arrays."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import describe, is_array, is_tensor, require_one_home, unwrap
from xpnet.errors import BackendError, DeviceError


def test_the_namespace_of_arrays_is_that_of_their_library(backend):
    x = backend.asarray([1.0])
    assert xn.namespace(x) is backend.xp
    assert xn.namespace(1.0, None, x, True) is backend.xp


def test_one_tensor_makes_it_the_differentiable_namespace(backend):
    x = backend.asarray([1.0])
    differentiable = xn.namespace(xn.Tensor(x))
    assert differentiable is not backend.xp
    assert xn.namespace(x, xn.Tensor(x), 2) is differentiable
    assert xn.namespace(xn.Tensor(x), x) is differentiable


def test_a_namespace_needs_an_array():
    with pytest.raises(BackendError, match="at least one argument must be an array"):
        xn.namespace(1.0, None)


def test_an_object_of_no_library_is_named():
    with pytest.raises(BackendError, match=r"builtins\.str is not an array of a known library"):
        xn.namespace(np.ones(1), "text")


def test_an_unregistered_array_speaks_for_itself():
    class Foreign:
        def __array_namespace__(self):
            return "its own"

    assert xn.namespace(Foreign()) == "its own"


def test_mixed_libraries_are_listed_with_their_devices():
    torch = pytest.importorskip("torch")
    with pytest.raises(DeviceError) as caught:
        xn.namespace(np.ones(3), torch.ones(2))
    message = str(caught.value)
    assert "numpy array (3,) float64 on 'cpu'" in message
    assert "torch array (2,) torch.float32 on 'torch:cpu'" in message
    assert "to_device(x, 'torch:cpu')" in message


def test_mixed_devices_of_one_library_are_listed_too():
    pytest.importorskip("array_api_strict")
    x = xn.asarray([1.0], device="strict:device1")
    y = xn.asarray([1.0], device="strict:device2")
    with pytest.raises(DeviceError, match=r"on 'strict:device1'; .* on 'strict:device2'; move"):
        require_one_home("here", (x, 1.0, None, xn.Tensor(y)))
    require_one_home("here", (x, x, 2.0))


def test_is_array_accepts_arrays_alone(backend):
    x = backend.asarray([1.0])
    assert is_array(x)
    assert is_array(np.float32(1))
    for other in (xn.Tensor(x), 1.0, None, [1.0], "x", np.dtype("float32"), np.float32):
        assert not is_array(other)


def test_unwrap_takes_the_array_out_of_a_tensor(backend):
    x = backend.asarray([1.0])
    assert is_tensor(xn.Tensor(x))
    assert not is_tensor(x)
    assert unwrap(xn.Tensor(x)) is x
    assert unwrap(x) is x


def test_describe_names_what_is_no_array_by_its_type():
    assert describe([np.ones(2), None, 3]) == "numpy array (2,) float64 on 'cpu'; int"
