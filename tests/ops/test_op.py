"""What an op records: the inputs as they were when it ran."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, nn, ops
from xpnet.errors import AutogradError


def weights():
    return nn.Parameter(np.ones((2, 3))), nn.Parameter(np.zeros(2))


def test_a_parameter_that_is_frozen_after_use_still_gets_its_gradient():
    w, b = weights()
    y = ops.linear(np.ones((4, 3)), w, b)
    b.requires_grad = False
    y.sum().backward()
    assert w.grad.tolist() == [[4.0] * 3] * 2


def test_writing_into_a_result_after_use_changes_no_gradient():
    x = Tensor(np.ones((1, 3)), requires_grad=True)
    z = x * 2
    y = ops.relu(z)
    z[0, 0] = -5.0
    y.sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0, 2.0]]


def test_higher_derivatives_need_the_parameters_that_were_used():
    w, b = weights()
    y = ops.linear(np.ones((4, 3)), w, b)
    w.data = w.data * 2
    with pytest.raises(AutogradError, match=r"linear: a parameter was given a new array.*step"):
        (y * y).sum().backward(create_graph=True)
