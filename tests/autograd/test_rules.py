"""Derivatives where they are delicate: kinks, ties, zeros, infinities, nothing, singularity."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from xpnet.autograd.primitive import PRIMITIVES
from xpnet.errors import ArgumentError, AutogradError
from xpnet.testing import assert_close, gradcheck

INF, NAN = math.inf, math.nan


def gradient(backend, function, *values):
    """The gradient of the sum of ``function(xp, *arrays)``, as lists."""
    arrays = [backend.asarray(np.asarray(v, dtype="float64")) for v in values]

    def f(*tensors):
        xp = xn.namespace(*tensors)
        return xp.sum(function(xp, *tensors))

    with np.errstate(all="ignore"):
        found = xn.grad(f, tuple(range(len(arrays))))(*arrays)
    lists = [xn.to_numpy(g).tolist() for g in found]
    return lists[0] if len(lists) == 1 else lists


def test_the_absolute_value_has_slope_zero_at_zero(backend):
    assert gradient(backend, lambda xp, x: xp.abs(x), [-2.0, 0.0, 3.0]) == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_a_tie_of_two_arrays_gives_half_to_each(backend, name):
    a, b = gradient(backend, lambda xp, a, b: getattr(xp, name)(a, b), [1.0, 2.0], [1.0, 5.0])
    assert a[0] == b[0] == 0.5
    assert {a[1], b[1]} == {0.0, 1.0}
    assert gradient(backend, lambda xp, a: getattr(xp, name)(a, 0.0), [0.0]) == [0.5]


@pytest.mark.parametrize("name", ["max", "min"])
def test_elements_that_tie_for_the_extreme_share_its_gradient(backend, name):
    def extreme(xp, x):
        return getattr(xp, name)(x, axis=1)

    assert gradient(backend, extreme, [[2.0, 2.0], [2.0, 2.0]]) == [[0.5, 0.5], [0.5, 0.5]]


def test_clip_passes_the_gradient_at_its_bounds(backend):
    def f(xp, x):
        return xp.clip(x, -1.0, 2.0)

    assert gradient(backend, f, [-3.0, -1.0, 0.0, 2.0, 5.0]) == [0.0, 1.0, 1.0, 1.0, 0.0]


def test_sorted_ties_get_one_gradient_each(backend):
    def f(xp, x):
        return xp.sort(x) * xp.asarray([1.0, 10.0, 100.0], dtype=x.dtype, device=x.device)

    found = gradient(backend, f, [3.0, 3.0, 1.0])
    assert sorted(found) == [1.0, 10.0, 100.0]
    assert found[2] == 1.0


def test_products_with_zeros_have_the_product_of_the_others(backend):
    assert gradient(backend, lambda xp, x: xp.prod(x), [2.0, 0.0, 3.0]) == [0.0, 6.0, 0.0]
    assert gradient(backend, lambda xp, x: xp.prod(x), [0.0, 0.0, 3.0]) == [0.0, 0.0, 0.0]
    found = gradient(backend, lambda xp, x: xp.cumulative_prod(x), [2.0, 0.0, 3.0])
    assert found == [1.0, 2.0 + 6.0, 0.0]


def test_powers_at_zero(backend):
    assert gradient(backend, lambda xp, x: x**2, [0.0]) == [0.0]
    assert gradient(backend, lambda xp, x: x**1, [0.0]) == [1.0]
    assert gradient(backend, lambda xp, x: x**0, [0.0]) == [0.0]
    assert gradient(backend, lambda xp, x: xp.pow(x, xp.zeros_like(x)), [0.0]) == [0.0]
    assert gradient(backend, lambda xp, x: xp.pow(x, xp.ones_like(x)), [0.0]) == [1.0]
    a, b = gradient(backend, lambda xp, a, b: xp.pow(a, b), [0.0, -2.0], [2.0, 3.0])
    assert a == [0.0, 12.0]
    assert b[0] == 0.0
    assert math.isnan(b[1])  # a negative number to a power that varies


def test_a_number_to_a_varying_power(backend):
    assert gradient(backend, lambda xp, x: 0.0**x, [2.0]) == [0.0]
    assert gradient(backend, lambda xp, x: 1.0**x, [2.0]) == [0.0]
    assert gradient(backend, lambda xp, x: 2**x, [3.0]) == pytest.approx([8 * math.log(2)])


def test_norms_of_zero_have_gradient_zero(backend):
    for order in (1, 2, 3, INF):
        found = gradient(
            backend, lambda xp, x, p=order: xp.linalg.vector_norm(x, ord=p), [0.0, 0.0]
        )
        assert found == [0.0, 0.0]
    assert gradient(backend, lambda xp, a, b: xp.hypot(a, b), [0.0], [0.0]) == [[0.0], [0.0]]


def test_the_standard_deviation_of_equal_numbers_has_gradient_zero(backend):
    assert gradient(backend, lambda xp, x: xp.std(x), [2.0, 2.0, 2.0]) == [0.0, 0.0, 0.0]


def test_logaddexp_of_infinities(backend):
    a, b = gradient(
        backend,
        lambda xp, a, b: xp.logaddexp(a, b),
        [-INF, -INF, 1.0, 800.0],
        [-INF, 2.0, -INF, 0.0],
    )
    assert a == [0.0, 0.0, 1.0, 1.0]
    assert b == [0.0, 1.0, 0.0, 0.0]


def test_where_keeps_the_other_branch_out(backend):
    def f(xp, x):
        return xp.where(x > 0, xp.log(xp.where(x > 0, x, 1.0)), 0.0)

    assert gradient(backend, f, [-1.0, 0.0, 2.0]) == [0.0, 0.0, 0.5]


def test_copysign_takes_the_sign_of_zeros_into_account(backend):
    def f(xp, a, b):
        return xp.copysign(a, b)

    assert gradient(backend, f, [3.0, -3.0], [-0.0, 0.0])[0] == [-1.0, -1.0]


def test_remainder_keeps_python_signs(backend):
    a, b = gradient(backend, lambda xp, a, b: a % b, [7.0, -7.0], [3.0, 3.0])
    assert a == [1.0, 1.0]
    assert b == [-2.0, 3.0]


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_empty_arrays_have_empty_gradients(backend, shape):
    for name in ("exp", "abs", "sum", "prod", "cumulative_sum", "sort", "flip"):
        if name == "cumulative_sum" and len(shape) > 1:
            continue
        x = xn.Tensor(backend.asarray(np.ones(shape)), requires_grad=True)
        getattr(xn.namespace(x), name)(x).sum().backward()
        assert tuple(x.grad.shape) == shape


# ---- linear algebra ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0, 2.0], [2.0, 4.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],
        [[0.0]],
        [[1.0, 0.0], [0.0, 1.0]],
        [[0.0, 2.0], [1.0, 0.0]],
    ],
    ids=["rank 1", "zero", "rank 2 of 3", "number", "identity", "negative"],
)
def test_the_gradient_of_a_determinant_is_the_cofactors_also_where_it_is_zero(backend, matrix):
    found = gradient(backend, lambda xp, x: xp.linalg.det(x), matrix)
    assert np.asarray(found) == pytest.approx(cofactors(np.asarray(matrix)), abs=1e-12)


def cofactors(a):
    n = len(a)
    minor = lambda i, j: np.delete(np.delete(a, i, 0), j, 1)  # noqa: E731
    return np.asarray(
        [[(-1) ** (i + j) * np.linalg.det(minor(i, j)) for j in range(n)] for i in range(n)]
    )


def test_the_second_derivative_of_a_determinant_needs_a_regular_matrix(backend):
    gradcheck(lambda x: xn.namespace(x).linalg.det(x), backend.asarray(np.eye(3)), order=2)


def test_a_frobenius_norm_is_differentiated_at_equal_singular_values(backend):
    found = gradient(backend, lambda xp, x: xp.linalg.matrix_norm(x), [[1.0, 0.0], [0.0, 1.0]])
    assert np.asarray(found) == pytest.approx(np.eye(2) / math.sqrt(2))


@pytest.mark.parametrize("shape", [(4, 3), (2, 3)])
def test_a_full_decomposition_of_a_long_matrix_has_no_derivative(backend, shape):
    x = xn.Tensor(backend.asarray(np.ones(shape) + np.eye(*shape)), requires_grad=True)
    u, _, _ = xn.namespace(x).linalg.svd(x)
    with pytest.raises(AutogradError, match="full_matrices=True has no derivative"):
        u.sum().backward()


def test_qr_of_a_wide_matrix_has_no_derivative(backend):
    x = xn.Tensor(backend.asarray(np.ones((2, 3)) + np.eye(2, 3)), requires_grad=True)
    q, _ = xn.namespace(x).linalg.qr(x)
    with pytest.raises(AutogradError, match=r"linalg\.qr: mode='reduced' has no derivative"):
        q.sum().backward()


def test_an_unknown_matrix_norm_is_refused(backend):
    x = xn.Tensor(backend.asarray(np.eye(2)))
    with pytest.raises(ArgumentError, match="matrix_norm: ord must be 'fro', 'nuc', 1"):
        xn.namespace(x).linalg.matrix_norm(x, ord=3)


def test_shapes_that_do_not_broadcast_are_refused(backend):
    x = xn.Tensor(backend.asarray(np.eye(2)))
    with pytest.raises(ArgumentError, match=r"shapes must agree or be 1 along each axis, got"):
        xn.namespace(x).broadcast_shapes((2, 3), (4,))


# ---- against torch -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["inv", "det", "slogdet", "cholesky", "eigvalsh", "svdvals", "pinv"]
)
def test_linear_algebra_agrees_with_torch_on_large_batches(name):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    a = rng.standard_normal((4, 20, 20))
    a = a @ np.swapaxes(a, -1, -2) + 20 * np.eye(20)

    def last(out):
        return out[-1] if isinstance(out, tuple) else out

    ours = xn.grad(lambda x: xn.namespace(x).sum(last(getattr(xn.namespace(x).linalg, name)(x))))(a)
    x = torch.asarray(a).requires_grad_()
    last(getattr(torch.linalg, name)(x)).sum().backward()
    theirs = x.grad.numpy()
    if name in ("cholesky", "eigvalsh"):  # of a symmetric matrix: only the symmetric part counts
        ours, theirs = (g + np.swapaxes(g, -1, -2) for g in (ours, theirs))
    scale = np.abs(theirs).max()
    assert_close(ours / scale, theirs / scale, atol=1e-9)


# ---- fill values -------------------------------------------------------------------------------


def test_a_fill_value_can_be_a_tensor_and_gets_its_gradient(backend):
    def f(t):
        xp = xn.namespace(t)
        like = xp.ones((2, 2), dtype=t.dtype, device=t.device)
        filled = xp.full((2, 3), t, dtype=t.dtype, device=t.device)
        return xp.sum(filled) + xp.sum(xp.full_like(like, t) * t)

    gradcheck(f, backend.asarray(np.asarray(1.5)), order=2)


@pytest.mark.parametrize("endpoint", [True, False])
def test_the_ends_of_a_range_can_be_tensors_and_get_their_gradients(backend, endpoint):
    def f(a, b):
        xp = xn.namespace(a)
        both = xp.linspace(a, b * b, 4, endpoint=endpoint) ** 2
        return both + xp.linspace(0.0, b, 4) * xp.linspace(a, 1.0, 4, dtype=a.dtype)

    a, b = (backend.asarray(np.asarray(v)) for v in (1.5, 0.5))
    gradcheck(f, a, b, order=2)
    xp = xn.namespace(xn.Tensor(a))
    expected = np.linspace(1.5, 0.5, 4, endpoint=endpoint)
    assert_close(xp.linspace(xn.Tensor(a), xn.Tensor(b), 4, endpoint=endpoint), expected)


def test_lists_that_hold_tensors_become_arrays_with_gradients(backend):
    def f(a, b):
        xp = xn.namespace(a)
        return xp.asarray([[a, b], [b * b, xp.asarray(a)]]) ** 2

    gradcheck(f, backend.asarray(np.asarray(1.5)), backend.asarray(np.asarray(0.5)), order=2)


def test_primitives_show_their_names():
    assert repr(PRIMITIVES["sin"]) == "<Primitive sin>"
