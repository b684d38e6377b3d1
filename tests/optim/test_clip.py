from __future__ import annotations

import math

import numpy as np
import pytest

from xpnet import optim
from xpnet.backend import device_of, dtype_name, is_array, to_numpy
from xpnet.errors import ArgumentError
from xpnet.nn import Parameter

GRADIENTS = [[[3.0, -4.0], [0.5, 0.1]], [12.0, -1.0], []]


def params(backend):
    made = []
    for g in GRADIENTS:
        g = np.asarray(g, dtype=np.float32)
        p = Parameter(backend.asarray(np.zeros_like(g)))
        p.grad = backend.asarray(g)
        made.append(p)
    made.append(Parameter(backend.asarray(np.zeros(2, dtype=np.float32))))  # no gradient
    return made


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, math.inf])
@pytest.mark.parametrize("max_norm", [1.0, 100.0, 0.0])
def test_norm_clipping_equals_torch(backend, norm_type, max_norm):
    torch = pytest.importorskip("torch")
    theirs = [torch.nn.Parameter(torch.zeros(np.shape(g))) for g in GRADIENTS[:2]]
    for p, g in zip(theirs, GRADIENTS, strict=False):
        p.grad = torch.tensor(g)
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    ours = params(backend)
    total = optim.clip_grad_norm_(iter(ours), max_norm, norm_type)
    np.testing.assert_allclose(to_numpy(total), expected.numpy(), rtol=1e-5)
    for p, q in zip(ours, theirs, strict=False):
        np.testing.assert_allclose(to_numpy(p.grad), q.grad.numpy(), rtol=1e-5)


def test_the_norm_is_an_array_on_the_gradients_device(backend):
    ours = params(backend)
    total = optim.clip_grad_norm_(ours, 1.0)
    assert is_array(total) and not isinstance(total, np.generic) and total.ndim == 0
    for array in (total, ours[0].grad):
        assert device_of(array) == backend.device
        assert dtype_name(array.dtype) == "float32"


def test_value_clipping_equals_torch(backend):
    ours = params(backend)
    optim.clip_grad_value_(ours, 2.0)
    for p, g in zip(ours, GRADIENTS, strict=False):
        np.testing.assert_allclose(to_numpy(p.grad), np.clip(g, -2.0, 2.0), rtol=1e-6)
        assert dtype_name(p.grad.dtype) == "float32"
    assert ours[-1].grad is None


def test_the_arrays_given_as_gradients_are_not_written_to(parameter):
    p, g = parameter([0.0, 0.0]), np.asarray([3.0, 4.0])
    p.grad = g
    optim.clip_grad_norm_([p], 1.0)
    optim.clip_grad_value_([p], 0.1)
    np.testing.assert_array_equal(g, [3.0, 4.0])


def test_gradients_of_two_dtypes_keep_them(parameter):
    p, q = parameter([0.0], grad=[3.0]), parameter([0.0])
    q.data = q.data.astype(np.float32)
    q.grad = np.asarray([4.0], dtype=np.float32)
    optim.clip_grad_norm_([p, q], 1.0)
    assert (p.grad.dtype, q.grad.dtype) == (np.float64, np.float32)
    np.testing.assert_allclose([p.grad[0], q.grad[0]], [0.6, 0.8], rtol=1e-5)


def test_a_single_parameter_is_enough(parameter):
    p = parameter([0.0, 0.0], grad=[3.0, 4.0])
    assert optim.clip_grad_norm_(p, 1.0) == 5.0


def test_without_gradients_the_norm_is_zero(parameter):
    assert optim.clip_grad_norm_([parameter([1.0])], 1.0) == 0.0


@pytest.mark.parametrize("bad", [-1.0, math.nan])
def test_limits_that_make_no_sense_are_refused(parameter, bad):
    p = parameter([0.0], grad=[1.0])
    with pytest.raises(ArgumentError, match="max_norm must be >= 0"):
        optim.clip_grad_norm_([p], bad)
    with pytest.raises(ArgumentError, match="norm_type must be > 0"):
        optim.clip_grad_norm_([p], 1.0, norm_type=bad)
    with pytest.raises(ArgumentError, match="value must be >= 0"):
        optim.clip_grad_value_([p], bad)
