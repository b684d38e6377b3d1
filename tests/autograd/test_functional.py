"""grad and value_and_grad: gradients as functions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import ArgumentError, AutogradError, DTypeError
from xpnet.testing import assert_close, gradcheck


def total(x):
    return xn.namespace(x).sum(x)


def cube(x):
    return total(x * x * x)


@pytest.fixture
def x(backend):
    return backend.asarray(np.asarray([1.0, 2.0]))


def values(x):
    return xn.to_numpy(x).tolist()


def test_grad_of_bare_arrays_is_a_bare_array_of_the_same_kind(backend, x):
    gradient = xn.grad(cube)(x)
    assert_close(gradient, 3.0 * x * x)
    assert xn.device_of(gradient) == backend.device


def test_value_and_grad_gives_both(x):
    value, gradient = xn.value_and_grad(cube)(x)
    assert not isinstance(value, xn.Tensor)
    assert float(value) == 9.0
    assert values(gradient) == [3.0, 12.0]


def test_a_tensor_that_requires_no_gradient_is_treated_like_its_array(x):
    assert_close(xn.grad(cube)(xn.Tensor(x)), xn.grad(cube)(x))


def test_a_python_number_is_an_argument_too(backend):
    gradient = xn.grad(lambda x: x * x)(3.0)
    assert float(gradient) == 6.0
    assert xn.device_of(gradient) == backend.device


def test_argnums_choose_the_arguments(x):
    def f(a, b, c):
        return total(b * b * a * c)

    y = 3.0 * x
    assert values(xn.grad(f, 1)(x, y, 2.0)) == [12.0, 48.0]
    assert values(xn.grad(f, argnums=-2)(x, y, 2.0)) == [12.0, 48.0]
    a, b = xn.grad(f, argnums=(0, 1))(x, y, 2.0)
    assert values(a) == [18.0, 72.0]
    assert values(b) == [12.0, 48.0]
    alone = xn.grad(f, argnums=(1,))(x, y, 2.0)
    assert isinstance(alone, tuple)
    assert values(alone[0]) == [12.0, 48.0]


@pytest.mark.parametrize("argnums", [1, 5, -2, (0, 1)])
def test_argnums_must_name_positional_arguments(argnums):
    with pytest.raises(
        ArgumentError, match=r"argnums must name positional arguments, got .* with 1"
    ):
        xn.grad(lambda x, y=1.0: x * y, argnums)(2.0)


def test_argnums_must_name_something():
    with pytest.raises(ArgumentError, match=r"argnums must name at least one argument, got \(\)"):
        xn.grad(cube, ())


def test_keyword_arguments_are_passed_on(x):
    assert values(xn.grad(lambda x, scale: total(x) * scale)(x, scale=3.0)) == [3.0, 3.0]


class Point(NamedTuple):
    x: object
    y: object


def test_nested_arguments_give_gradients_of_the_same_structure(x):
    tree = {"a": [x, (x, 2.0 * x)], "b": Point(x, 4.0 * x)}

    def f(t):
        return total(t["a"][0] * 2.0 + t["a"][1][0] * t["a"][1][1] + t["b"].x * t["b"].y)

    gradient = xn.grad(f)(tree)
    assert list(gradient) == ["a", "b"]
    assert isinstance(gradient["a"], list)
    assert isinstance(gradient["a"][1], tuple)
    assert isinstance(gradient["b"], Point)
    assert values(gradient["a"][0]) == [2.0, 2.0]
    assert values(gradient["a"][1][1]) == [1.0, 2.0]
    assert values(gradient["b"].x) == [4.0, 8.0]


def test_an_argument_without_influence_has_gradient_zero(backend, x):
    gradient = xn.grad(lambda a, b: total(a), argnums=1)(x, x)
    assert_close(gradient, backend.xp.zeros_like(x))


def test_auxiliary_results_are_handed_through(x):
    def f(x):
        return total(x * x), {"kept": x * 1.0}

    (value, aux), gradient = xn.value_and_grad(f, has_aux=True)(x)
    assert float(value) == 5.0
    assert not isinstance(aux["kept"], xn.Tensor)
    gradient_again, aux = xn.grad(f, has_aux=True)(x)
    assert values(gradient) == values(gradient_again) == [2.0, 4.0]
    assert "kept" in aux


def test_auxiliary_results_that_an_outer_gradient_needs_stay_on_the_tape(x):
    def outer(a):
        _, aux = xn.grad(lambda b: (total(b * b), [a * 2.0, b * 1.0]), has_aux=True)(x)
        assert not isinstance(aux[1], xn.Tensor)
        return total(aux[0] * aux[0])

    assert values(xn.grad(outer)(x)) == [8.0, 16.0]


class Model:
    """As little of a module as value_and_grad needs."""

    def __init__(self, w, b):
        self.w, self.b = (xn.Tensor(p, requires_grad=True) for p in (w, b))

    def named_parameters(self):
        yield "w", self.w
        yield "b", self.b


def test_parameters_of_a_model_give_gradients_by_name_and_their_grad_is_not_touched(x):
    model = Model(x, 2.0 * x)

    def loss(data):
        return total(model.w * data + model.b)

    value, gradient = xn.value_and_grad(loss, parameters=model)(3.0 * x)
    assert float(value) == 21.0
    assert {name: values(g) for name, g in gradient.items()} == {"w": [3.0, 6.0], "b": [1.0, 1.0]}
    assert model.w.grad is None
    as_list = xn.value_and_grad(loss, parameters=[model.b])(x)[1]
    assert [values(g) for g in as_list] == [[1.0, 1.0]]
    as_dict = xn.value_and_grad(loss, parameters={"b": model.b})(x)[1]
    assert values(as_dict["b"]) == [1.0, 1.0]


def test_parameters_from_a_generator_serve_every_call(x):
    w = xn.Tensor(x, requires_grad=True)
    f = xn.value_and_grad(lambda: cube(w), parameters=(p for p in [w]))
    assert [values(g) for g in f()[1]] == [values(g) for g in f()[1]] == [[3.0, 12.0]]


def test_parameters_and_argnums_exclude_each_other():
    with pytest.raises(ArgumentError, match="give either argnums or parameters, got both"):
        xn.value_and_grad(cube, 0, parameters=[])


def test_grad_records_even_inside_no_grad(x):
    with xn.no_grad():
        assert values(xn.grad(cube)(x)) == [3.0, 12.0]
        assert not xn.is_grad_enabled()


def test_a_shared_argument_gets_both_gradients_apart(x):
    a, b = xn.grad(lambda a, b: total(a * b), argnums=(0, 1))(x, x)
    assert values(a) == values(b) == [1.0, 2.0]
    w = xn.Tensor(x, requires_grad=True)
    first, second = xn.value_and_grad(lambda: cube(w), parameters=[w, w])()[1]
    assert values(first) == values(second) == [3.0, 12.0]


def test_a_function_may_write_into_its_argument_and_the_array_stays_as_it_is(backend, x):
    def f(x):
        x[0] = x[1] * x[1]
        return total(x)

    assert values(xn.grad(f)(x)) == [0.0, 5.0]
    assert values(x) == [1.0, 2.0]
    second = xn.grad(lambda x: total(xn.grad(f)(x) * x))
    assert values(second(x)) == [0.0, 9.0]


def test_the_other_arguments_are_tensors_too_so_that_any_can_be_asked_for_the_namespace(x):
    def f(w, data, scale):
        assert not data["x"].requires_grad
        return total(data["x"] * w * scale[0])

    assert values(xn.grad(f)(x, {"x": x}, scale=[x])) == [1.0, 4.0]


# ---- refusals ----------------------------------------------------------------------------------


def test_a_result_with_several_elements_is_refused(x):
    with pytest.raises(AutogradError, match=r"must return a single number, got shape \(2,\)"):
        xn.grad(lambda x: x * x)(x)


@pytest.mark.parametrize("result", [1.0, np.ones(()), "text"])
def test_a_result_that_was_not_computed_from_tensors_is_refused(x, result):
    with pytest.raises(AutogradError, match="must return a number computed from its arguments"):
        xn.grad(lambda x: result)(x)


def test_integers_cannot_be_differentiated_by(backend):
    with pytest.raises(DTypeError, match="arguments must hold real floating-point numbers, got"):
        xn.grad(cube)(backend.asarray([1, 2]))


# ---- higher derivatives ------------------------------------------------------------------------


def test_the_third_derivative(x):
    third = xn.grad(lambda x: total(xn.grad(lambda x: total(xn.grad(quartic)(x)))(x)))
    assert_close(third(x), 24.0 * x)


def quartic(x):
    return total(x * x * x * x)


def test_grad_of_grad_is_a_bare_array(x):
    assert not isinstance(xn.grad(lambda x: total(xn.grad(cube)(x)))(x), xn.Tensor)


def rosenbrock(x):
    return total(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_a_hessian_vector_product(backend):
    point, direction = (np.asarray(v) for v in ([0.5, -1.0, 2.0], [1.0, 0.3, -2.0]))
    a, b, c = point
    hessian = np.asarray(
        [
            [1200 * a * a - 400 * b + 2, -400 * a, 0],
            [-400 * a, 1200 * b * b - 400 * c + 202, -400 * b],
            [0, -400 * b, 200],
        ]
    )
    v = backend.asarray(direction)
    product = xn.grad(lambda x: total(xn.grad(rosenbrock)(x) * v))(backend.asarray(point))
    assert_close(product, hessian @ direction, rtol=1e-10)


def test_a_hessian_vector_product_agrees_with_torch():
    torch = pytest.importorskip("torch")
    x = np.asarray([0.3, -0.7, 1.1])
    v = np.asarray([1.0, -2.0, 0.5])

    def f(x):
        xp = xn.namespace(x)
        return xp.sum(xp.exp(xp.sin(x) * x[0])) + xp.linalg.vector_norm(x)

    def g(x):
        return torch.sum(torch.exp(torch.sin(x) * x[0])) + torch.linalg.vector_norm(x)

    ours = xn.grad(lambda x: total(xn.grad(f)(x) * v))(x)
    theirs = torch.autograd.functional.hvp(g, torch.asarray(x), torch.asarray(v))[1]
    assert_close(ours, theirs.numpy())


def test_grad_inside_grad_sees_what_it_reaches_through_a_closure(x):
    def outer(a):
        inner = xn.grad(lambda b: total(a * b * b))(x)  # 2 a b: depends on a, not through b
        return total(inner * inner)

    assert_close(xn.grad(outer)(x), 8.0 * x * x * x)


def test_grad_inside_grad_that_reaches_nothing_outside_gives_bare_arrays(x):
    def outer(a):
        inner = xn.grad(cube)(x)
        assert not isinstance(inner, xn.Tensor)
        return total(a * inner)

    assert_close(xn.grad(outer)(x), 3.0 * x * x)


def test_a_gradient_step_can_be_differentiated_by_its_step_size(backend):
    start = backend.asarray(np.asarray([1.0, -2.0]))

    def after_one_step(rate):
        moved = -rate * xn.grad(lambda w: cube(w) * rate)(start) + start
        return cube(moved)

    gradcheck(after_one_step, backend.asarray(np.asarray(0.01)))


def test_mixed_second_derivatives_by_two_arguments(x):
    def f(a, b):
        return total(a * a * b * b * b)

    mixed = xn.grad(lambda b: total(xn.grad(f, 0)(x, b)))(2.0 * x)
    assert_close(mixed, 6.0 * x * (2.0 * x) ** 2)


def test_the_gradient_of_a_recorded_argument_is_recorded(x):
    w = xn.Tensor(x, requires_grad=True)
    gradient = xn.grad(cube)(w)
    assert isinstance(gradient, xn.Tensor)
    gradient.sum().backward()
    assert_close(w.grad, 6.0 * x)
