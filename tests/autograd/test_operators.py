"""Python's operators on Tensors: values, gradients, and who may stand beside a Tensor."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import BackendError, DeviceError
from xpnet.testing import assert_close, gradcheck

ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "**": operator.pow,
}
COMPARISON = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "//": operator.floordiv,
}
BITWISE = {
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}

A = np.asarray([[0.55, 1.5], [2.5, 0.75]])
B = np.asarray([[1.25, 0.6], [0.9, 2.0]])


def named(table):
    return pytest.mark.parametrize("function", table.values(), ids=table.keys())


def refuses_foreign_operands(x):
    """array-api-strict raises where Python asks for NotImplemented, so we are never asked."""
    return type(x).__module__.startswith("array_api_strict")


@named(ARITHMETIC)
def test_arithmetic_has_the_value_of_the_library_and_its_derivative(backend, function):
    a, b = backend.asarray(A), backend.asarray(B)
    assert_close(function(xn.Tensor(a), xn.Tensor(b)), function(a, b))
    gradcheck(function, a, b, order=2)
    gradcheck(lambda a: function(a, 2.0) + function(2, a), a, order=2)


@named(COMPARISON | BITWISE)
def test_other_operators_have_the_value_of_the_library(backend, function):
    a, b = backend.asarray(A), backend.asarray(np.where(B > 1.5, A, B))
    if function in BITWISE.values():
        a, b = (backend.asarray(x.astype("int64")) for x in (A, B))
    expected = function(a, b)
    for left, right in ((xn.Tensor(a), xn.Tensor(b)), (xn.Tensor(a), b), (a, xn.Tensor(b))):
        if right is not b and left is a and refuses_foreign_operands(a):
            continue
        actual = function(left, right)
        assert isinstance(actual, xn.Tensor)
        assert not actual.requires_grad
        assert_close(actual, expected)
    assert_close(function(xn.Tensor(a), 2), function(a, 2))
    assert_close(function(2, xn.Tensor(a)), function(2, a))


def test_a_sum_of_numpy_is_compared_like_any_array():
    total = xn.Tensor(np.ones(3)).sum()  # NumPy's reductions give its scalars
    for number in (3, 3.0, np.float64(3.0)):
        assert bool(total == number)
        assert bool(total + number == 6.0)
        assert bool(number <= total)


def test_unary_operators(backend):
    x = backend.asarray(np.asarray([-1.5, 2.0]))
    gradcheck(lambda x: -x + abs(x) * +x, x, order=2)
    assert_close(~xn.Tensor(x > 0), ~(x > 0))


def test_matrix_product(backend):
    a, b = backend.asarray(A), backend.asarray(B)
    gradcheck(operator.matmul, a, b, order=2)
    assert_close(xn.Tensor(a) @ b, a @ b)


@named(ARITHMETIC)
def test_a_bare_array_beside_a_tensor_gives_a_tensor(backend, function):
    a, b = backend.asarray(A), backend.asarray(B)
    x = xn.Tensor(b, requires_grad=True)
    results = [function(x, a)]
    if refuses_foreign_operands(a):
        with pytest.raises(TypeError, match="Expected Array or Python scalar"):
            function(a, x)
    else:
        results.append(function(a, x))
    for y in results:
        assert isinstance(y, xn.Tensor)
        assert y.requires_grad
        assert type(y.data) is type(a)
        y.sum().backward()


@named(ARITHMETIC)
def test_a_number_of_numpy_is_a_number_for_every_library(backend, function):
    x = xn.Tensor(backend.asarray(A), requires_grad=True)
    for y in (function(x, np.float64(2.0)), function(np.float64(2.0), x)):
        assert isinstance(y, xn.Tensor)
        assert type(y.data) is type(x.data)
        assert y.dtype == x.dtype


@named(ARITHMETIC | {"<": operator.lt, "==": operator.eq})
@pytest.mark.parametrize("tensor_first", [True, False])
def test_arrays_of_two_libraries_are_refused_and_both_are_named(function, tensor_first):
    torch = pytest.importorskip("torch")
    x = xn.Tensor(np.ones(2))
    for other in (torch.ones(2), xn.Tensor(torch.ones(2))):
        a, b = (x, other) if tensor_first else (other, x)
        with pytest.raises(DeviceError, match=r"numpy array .* torch array|torch array .* numpy"):
            function(a, b)


def test_arrays_on_two_devices_are_refused_and_both_are_named():
    pytest.importorskip("array_api_strict")
    a = xn.Tensor(xn.asarray([1.0], device="strict:device1"))
    b = xn.Tensor(xn.asarray([1.0], device="strict:device2"))
    xp = xn.namespace(a)
    for combine in (operator.mul, operator.lt, xp.add, xp.equal):
        with pytest.raises(DeviceError, match=r"on 'strict:device1'; .* on 'strict:device2'"):
            combine(a, b)


@pytest.mark.parametrize("other", ["text", None, [1.0], 1j, object()])
def test_what_is_no_number_is_left_to_python(backend, other):
    x = xn.Tensor(backend.asarray([1.0]), requires_grad=True)
    for function in (operator.add, operator.mul, operator.lt, operator.floordiv):
        with pytest.raises(TypeError):
            function(x, other)
    assert (x == other) is False
    assert (x != other) is True


def test_an_error_of_the_library_comes_through():
    x = xn.Tensor(np.ones(2))
    with pytest.raises(ValueError, match="could not be broadcast"):
        x + np.ones(3)


def test_in_place_operators_give_the_name_to_a_new_tensor(backend):
    x = xn.Tensor(backend.asarray(A), requires_grad=True)
    y = z = x * 1.0
    y += x
    y *= 2.0
    y -= 1.0
    y /= 4.0
    y **= 2
    y @= x
    assert_close(z, x)
    (y + z).sum().backward()

    def f(x):
        return ((((x + x) * 2.0 - 1.0) / 4.0) ** 2) @ x + x

    assert_close(x.grad, xn.grad(lambda x: f(x).sum())(x.data))


def test_a_tensor_is_not_written_into_a_bare_array():
    y = np.ones(2)
    x = xn.Tensor(np.ones(2), requires_grad=True)
    with pytest.raises(BackendError, match="writing into its arrays"):
        y += x


def test_a_function_of_numpy_names_the_one_to_use_instead():
    x = xn.Tensor(np.ones(2), requires_grad=True)
    for use in (np.exp, lambda x: np.add(x, x), np.add.reduce):
        with pytest.raises(BackendError, match=r"use xp = xpnet\.namespace\(x\) and xp\."):
            use(x)


def test_equality_compares_elements_and_hashing_identity():
    x, y = xn.Tensor(np.ones(2)), xn.Tensor(np.ones(2))
    assert {x: "x", y: "y"}[x] == "x"
    assert (x == y).data.tolist() == [True, True]


def test_float32_and_float64_meet_as_the_standard_says_and_gradients_go_back(backend):
    single = xn.Tensor(backend.asarray(A, "float32"), requires_grad=True)
    double = xn.Tensor(backend.asarray(B, "float64"), requires_grad=True)
    xp = xn.namespace(single)
    y = single * double + xp.hypot(double, single)
    if str(backend) != "torch":  # which wants factors and parts of one type
        y = y + single @ double + xp.linalg.outer(single[0, :], double[:, 0])
        y = xp.concat([y, single, double])
    assert y.dtype == double.dtype
    y.sum().backward()
    assert single.grad.dtype == single.dtype
    assert double.grad.dtype == double.dtype
