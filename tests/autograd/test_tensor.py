"""Tensor: what it shows of the array inside it."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import AutogradError, BackendError, DeviceError, DTypeError, ShapeError
from xpnet.testing import assert_close, gradcheck


@pytest.fixture
def x(backend):
    return xn.Tensor(backend.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), requires_grad=True)


def test_attributes_are_those_of_the_array(backend, x):
    assert x.shape == (2, 3)
    assert (x.ndim, x.size, len(x)) == (2, 6, 2)
    assert x.dtype == x.data.dtype
    assert x.device == backend.device.native
    assert x.grad is None
    assert x.requires_grad


def test_numbers_and_lists_become_arrays_of_the_current_device(backend):
    x = xn.Tensor([1.0, 2.0])
    assert xn.device_of(x) == backend.device
    assert not x.requires_grad
    assert xn.Tensor(1.5).shape == ()


def test_a_tensor_of_a_tensor_shares_its_array_and_is_a_leaf(x):
    y = xn.Tensor(x * 2, requires_grad=True)
    y.sum().backward()
    assert x.grad is None
    assert y.grad is not None


@pytest.mark.parametrize("values", [[1, 2], [True, False], np.ones(2, dtype="complex64")])
def test_only_real_floating_point_numbers_can_require_a_gradient(backend, values):
    with pytest.raises(DTypeError, match="requires_grad needs real floating-point numbers, got"):
        xn.Tensor(backend.asarray(values), requires_grad=True)


def test_detach_keeps_the_array_and_drops_the_history(x):
    y = (x * 2).detach()
    assert not y.requires_grad
    assert y.node is None
    z = x.detach()
    assert z.data is x.data
    (x * z).sum().backward()
    assert_close(x.grad, x.data)


def test_transposes(backend, x):
    assert_close(x.T, backend.xp.matrix_transpose(x.data))
    assert_close(x.mT, x.T)
    gradcheck(lambda x: x.T @ x + x.mT @ x, backend.asarray(np.arange(6.0).reshape(2, 3)))
    with pytest.raises(ShapeError, match=r"T needs a matrix, got shape \(2, 3, 1\)"):
        _ = xn.namespace(x).expand_dims(x, axis=2).T


def test_sum_and_mean_are_short_for_the_functions(x):
    xp = xn.namespace(x)
    assert_close(x.sum(), xp.sum(x))
    assert_close(x.sum(axis=0, keepdims=True), xp.sum(x, axis=0, keepdims=True))
    assert_close(x.mean(axis=1), xp.mean(x, axis=1))


def test_other_common_methods_are_short_for_the_functions(x):
    xp = xn.namespace(x)
    assert_close(x.max(axis=1), xp.max(x, axis=1))
    assert_close(x.min(axis=0, keepdims=True), xp.min(x, axis=0, keepdims=True))
    assert_close(x.argmax(axis=1), xp.argmax(x, axis=1))
    for y in (x.reshape(3, 2), x.reshape((3, -1)), x.reshape([3, 2])):
        assert_close(y, xp.reshape(x, (3, 2)))
    assert x.reshape(-1).shape == (6,)
    for dtype in ("float64", xp.float64):
        assert x.astype(dtype).dtype == xp.float64
    (x.max() + x.reshape(-1)[0].astype("float64")).backward()
    assert xn.to_numpy(x.grad).tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]


def test_a_single_number_is_formatted_and_rounded(backend, x):
    y = xn.Tensor(backend.asarray([2.625]))
    assert f"{y:.2f} {y}" == f"2.62 {y!s}"
    assert round(y) == 3
    assert round(y, 1) == 2.6
    for use in (round, lambda x: f"{x:.3f}"):
        with pytest.raises(ShapeError, match=r"must have a single element, got shape \(2, 3\)"):
            use(x)


def test_a_single_number_converts_to_python(backend):
    x = xn.Tensor(backend.asarray(2.5))
    assert (x.item(), float(x), int(x), bool(x), complex(x)) == (2.5, 2.5, 2, True, 2.5 + 0j)
    assert type(x.item()) is float
    n = xn.Tensor(backend.asarray(2))
    assert [10, 20, 30][n] == 30
    assert n.item() == 2
    assert type(n.item()) is int
    with pytest.raises(ValueError, match="size 1"):
        xn.Tensor(backend.asarray([1.0, 2.0])).item()
    with pytest.raises(ShapeError, match="a Tensor without axes has no length"):
        len(x)


def test_iteration_gives_the_rows_and_their_gradients(x):
    first, second = x
    (first * 2 + second * 3).sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [[2.0] * 3, [3.0] * 3]


def test_repr_shows_the_array_and_whether_a_gradient_is_wanted():
    x = xn.Tensor(np.asarray([1.0, 2.0]), requires_grad=True)
    assert repr(x) == "Tensor(array([1., 2.]), requires_grad=True)"
    assert repr(x.detach()) == "Tensor(array([1., 2.]))"


def test_nothing_leaves_the_tape_unnoticed(x):
    with pytest.raises(BackendError, match="not converted to a NumPy array silently"):
        np.asarray(x)
    with pytest.raises(AutogradError, match="requires a gradient cannot be exported"):
        x.__dlpack__()


def test_dlpack_exports_a_tensor_without_a_gradient():
    x = xn.Tensor(np.asarray([1.0, 2.0]))
    np.testing.assert_array_equal(np.from_dlpack(x), [1.0, 2.0])


def test_to_device_moves_to_another_device_of_the_library_and_gradients_back():
    strict = pytest.importorskip("array_api_strict")
    x = xn.Tensor(xn.asarray([1.0, 2.0], device="strict:device1"), requires_grad=True)
    y = (x * x).to_device(strict.Device("device2"))
    assert xn.device_of(y).name == "strict:device2"
    (y * y).sum().backward()
    assert xn.device_of(x.grad).name == "strict:device1"
    assert xn.to_numpy(x.grad).tolist() == [4.0, 32.0]


def test_to_device_is_differentiated_on_every_backend(backend):
    values = backend.asarray(np.asarray([1.0, 2.0]))
    native = backend.device.native
    gradcheck(lambda x: (x * x).to_device(native) * x, values, order=2)


def test_a_leaf_can_be_copied_and_pickled():
    x = xn.Tensor(np.asarray([1.0, 2.0]), requires_grad=True)
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.data is not x.data
        assert y.requires_grad
        assert_close(y, x)


def test_array_api_compat_takes_a_tensor_for_an_array(x):
    compat = pytest.importorskip("array_api_compat")
    assert compat.is_array_api_obj(x)
    assert compat.array_namespace(x, 1.0) is xn.namespace(x)
    assert compat.device(x) == x.device
    assert compat.size(x) == 6
    assert compat.to_device(x, x.device).shape == x.shape


def test_the_gradient_given_to_backward_must_be_like_the_tensor():
    torch = pytest.importorskip("torch")
    y = xn.Tensor(np.ones(2, dtype="float32"), requires_grad=True) * 2.0
    with pytest.raises(DTypeError, match="of the Tensor's dtype float32, got float64; convert it"):
        y.backward(np.ones(2))
    with pytest.raises(DTypeError, match=r"gradient must be an array of float32, got float"):
        y.backward(1.0)
    with pytest.raises(DeviceError, match=r"got torch array .* for numpy array .*; move it"):
        y.backward(torch.ones(2))
    y.backward(np.ones(2, dtype="float32"))
