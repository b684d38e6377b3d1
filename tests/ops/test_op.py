"""An op as one recorded operation."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, autograd, ops
from xpnet.errors import AutogradError, DeviceError


def test_bare_arrays_give_bare_arrays(backend):
    x = backend.asarray([-1.0, 2.0])
    assert type(ops.relu(x)) is type(x)


def test_nothing_is_recorded_inside_no_grad():
    x = Tensor([1.0], requires_grad=True)
    with autograd.no_grad():
        y = ops.tanh(x)
    assert isinstance(y, Tensor) and not y.requires_grad


def test_nothing_is_recorded_where_no_gradient_is_wanted():
    assert not ops.tanh(Tensor([1.0])).requires_grad


def test_an_op_is_one_node_on_the_tape():
    x = Tensor([[1.0, 2.0]], requires_grad=True)
    y = ops.cross_entropy(x, np.asarray([0]))
    assert y.node.inputs == (x,) or list(y.node.inputs) == [x]


def test_arrays_of_two_libraries_are_refused_by_the_name_of_the_op():
    strict = pytest.importorskip("array_api_strict")
    x = strict.ones((2, 3), dtype=strict.float32)
    w = np.ones((4, 3), dtype=np.float32)
    with pytest.raises(DeviceError, match="linear: arrays must share one library and device"):
        ops.linear(x, w)


def test_arrays_on_two_devices_are_refused():
    strict = pytest.importorskip("array_api_strict")
    x = strict.ones((2, 3), device=strict.Device("device1"))
    w = strict.ones((4, 3))
    with pytest.raises(DeviceError, match="strict:device1"):
        ops.linear(x, w)


def test_labels_of_another_library_are_refused():
    strict = pytest.importorskip("array_api_strict")
    x = Tensor(strict.ones((2, 3)), requires_grad=True)
    with pytest.raises(DeviceError, match="cross_entropy"):
        ops.cross_entropy(x, np.asarray([0, 1]))


def test_second_derivatives_notice_that_a_parameter_was_replaced():
    x = Tensor([1.0], requires_grad=True)
    y = ops.tanh(x).sum()
    x.data = np.float32([2.0])
    with pytest.raises(AutogradError, match="before the optimizer's step"):
        y.backward(create_graph=True)


def test_ops_are_shown_by_name():
    assert repr(ops.relu) == "<Op relu>"
