"""NumPy's optimizer kernels write in place; nobody may notice but the clock."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import kernels, nn, ops, optim
from xpnet.errors import AutogradError


@pytest.mark.parametrize("use", [lambda x, w: ops.linear(x, w), lambda x, w: x * w])
def test_a_tape_whose_parameters_were_overwritten_refuses_to_go_back(use):
    w = nn.Parameter(np.ones((1, 3)))
    optimizer = optim.SGD([w], lr=0.1)
    x = nn.Parameter(np.ones((1, 3)))
    loss = use(x, w).sum()
    loss.backward(retain_graph=True)
    if kernels.find("sgd", w.data, w.grad, {}, lr=0.1) is None:
        pytest.skip("kernels are off, so nothing is overwritten")
    optimizer.step()
    with pytest.raises(AutogradError, match=r"updated in place.*compute the result again"):
        loss.backward()


def test_an_array_that_a_parameter_was_made_of_stays_as_it_is():
    mine = np.ones((2, 3), np.float32)
    w = nn.Parameter(mine)
    ops.linear(np.ones((1, 3), np.float32), w).sum().backward()
    optim.SGD([w], lr=0.1).step()
    assert (mine == 1).all() and not (w.data == 1).all()


def test_a_rule_of_ones_own_is_used_whatever_its_class_is_called():
    class SGD(optim.SGD):
        @staticmethod
        def update(p, g, state, **options):
            return p * 0.0, state

    w = nn.Parameter(np.ones(3, np.float32))
    (w * w).sum().backward()
    SGD([w], lr=0.1).step()
    assert (w.data == 0).all()
