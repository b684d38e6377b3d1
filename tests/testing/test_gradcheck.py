"""gradcheck accepts right derivatives and finds wrong ones."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.autograd.primitive import Primitive
from xpnet.errors import DTypeError
from xpnet.testing import gradcheck


def with_rule(rule, function=lambda x: x**3):
    """A function of one argument whose derivative is `rule`."""
    primitive = Primitive("tested", (rule,), broadcasts=False)
    return lambda x: primitive.apply(function, (x,), {})


@pytest.fixture
def x(backend):
    return backend.asarray(np.asarray([0.5, -1.5, 2.0]))


def test_a_right_derivative_passes_at_both_orders(x):
    cube = with_rule(lambda dy, y, x: dy * 3 * x * x)
    gradcheck(cube, x, order=1)
    gradcheck(cube, x, order=2)


@pytest.mark.parametrize(
    "rule",
    [
        lambda dy, y, x: dy * 2 * x * x,
        lambda dy, y, x: dy * 3 * x,
        lambda dy, y, x: 3 * x * x,
        lambda dy, y, x: -dy * 3 * x * x,
        lambda dy, y, x: dy * 3 * x * x * 1.0001,
        lambda dy, y, x: dy * 3 * x * x * float("nan"),
    ],
    ids=["factor", "power", "cotangent forgotten", "sign", "a little", "nan"],
)
def test_a_wrong_derivative_is_found(x, rule):
    with pytest.raises(
        AssertionError, match=r"the gradient along a random direction is .*, finite"
    ):
        gradcheck(with_rule(rule), x)


def test_one_wrong_element_is_found(x):
    def rule(dy, y, x):
        xp = xn.namespace(dy)
        return xp.concat([dy[:2] * 3 * x[:2] * x[:2], dy[2:] * 3 * x[:1] * x[2:]])

    with pytest.raises(AssertionError, match="gradient along"):
        gradcheck(with_rule(rule), x)


def test_a_derivative_that_cannot_be_differentiated_again_is_found_at_order_2(x):
    def rule(dy, y, x):
        return dy * 3 * (x * x if not xn.backend.is_tensor(x) else (x * x).detach())

    gradcheck(with_rule(rule), x, order=1)
    with pytest.raises(AssertionError, match="the second derivative along a random direction"):
        gradcheck(with_rule(rule), x, order=2)


def test_several_arguments_and_results_are_checked_together(backend, x):
    def f(a, scale, b):
        xp = xn.namespace(a, b)
        return a * b * scale, xp.sum(xp.exp(b)), xp.argmax(a)

    gradcheck(f, x, 3, backend.asarray(np.asarray([1.0, 2.0, 3.0])), order=2)


def test_whole_numbers_among_the_arguments_are_passed_on(backend, x):
    gradcheck(lambda x, i: xn.namespace(x).take(x, i) ** 2, x, backend.asarray([0, 0, 2]))


def test_differences_need_float64(backend):
    with pytest.raises(DTypeError, match=r"argument 2 must be float64, got .*float32; convert it"):
        gradcheck(lambda n, x: x, 3, backend.asarray([1.0]))


def test_inputs_stay_as_they_are(x):
    before = xn.to_numpy(x).copy()
    gradcheck(lambda x: x * x, x, order=2)
    np.testing.assert_array_equal(xn.to_numpy(x), before)


def test_empty_and_single_arguments(backend):
    gradcheck(lambda x: x * x, backend.asarray(np.zeros((0, 2))))
    gradcheck(lambda x: x * x, backend.asarray(np.asarray(2.0)), order=2)


def test_the_directions_depend_on_the_seed_alone(x):
    def message(seed):
        with pytest.raises(AssertionError) as caught:
            gradcheck(with_rule(lambda dy, y, x: dy), x, seed=seed)
        return str(caught.value)

    assert message(1) == message(1)
    assert message(1) != message(2)
