"""Each function of the standard: value, derivative, dtype and device, on every backend."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import xpnet as xn
from tests.autograd.every_function import ROWS
from xpnet.autograd import standard
from xpnet.autograd.composed import COMPOSED
from xpnet.autograd.primitive import PRIMITIVES
from xpnet.backend import dtype_name, is_array, is_floating, is_tensor, unwrap
from xpnet.errors import AutogradError
from xpnet.testing import assert_close, gradcheck

strict = pytest.importorskip("array_api_strict")

VARYING = [
    row
    for row in ROWS
    if row.name not in standard.PASSING | standard.WITHOUT_DERIVATIVE
    and any(getattr(x, "dtype", None) == np.float64 for x in row.args)
]


FIRST_ROWS = {row.name: row for row in reversed(ROWS)}


@pytest.fixture
def row(request, backend):
    row = request.param
    if str(backend) in row.without:
        pytest.skip("the library does not have it")
    if str(backend) == "jax" and row is not FIRST_ROWS[row.name]:
        pytest.skip("one row for each function is enough where every new call is compiled")
    return row


def rows(which):
    return pytest.mark.parametrize("row", which, ids=str, indirect=True)


def on_backend(row, backend, dtype=None):
    return [
        backend.asarray(x, dtype if x.dtype == np.float64 else None)
        if isinstance(x, np.ndarray)
        else x
        for x in row.args
    ]


def as_tensors(arrays):
    return [xn.Tensor(x, is_floating(x)) if is_array(x) else x for x in arrays]


def as_leaf(x, backend):
    """A leaf with the real parts of some numbers."""
    return xn.Tensor(backend.asarray(xn.to_numpy(x).real.astype("float64")), requires_grad=True)


def parts_of(out):
    return out if isinstance(out, list | tuple) else (out,)


def differentiable_over(backend):
    return xn.namespace(xn.Tensor(backend.asarray([1.0])))


@rows(ROWS)
def test_the_value_is_that_of_the_library(row, backend):
    arrays = on_backend(row, backend)
    expected = row(backend.xp, *arrays)
    actual = row(differentiable_over(backend), *as_tensors(arrays))
    assert getattr(actual, "_fields", None) == getattr(expected, "_fields", None)
    assert isinstance(actual, tuple) == isinstance(expected, list | tuple)
    for a, e in zip(parts_of(actual), parts_of(expected), strict=True):
        assert is_tensor(a) == is_array(e)
        if is_array(e):
            assert_close(a, e, rtol=1e-12, atol=1e-12)
            assert xn.device_of(a) == xn.device_of(e)
        else:
            assert a == e


@rows(VARYING)
def test_the_derivative_is_that_of_finite_differences(row, backend):
    def f(*arrays):
        out = row(xn.namespace(*[x for x in arrays if hasattr(x, "dtype")]), *arrays)
        return out if is_tensor(out) else tuple(out)

    order = 1 if str(backend) == "jax" else row.order
    gradcheck(f, *on_backend(row, backend), order=order, directions=2, tol=2e-6)


@rows(VARYING)
def test_float32_stays_float32(row, backend):
    arrays = on_backend(row, backend, "float32")
    tensors = as_tensors(arrays)
    out = row(differentiable_over(backend), *tensors)
    xp = differentiable_over(backend)
    total = sum((xp.sum(part) for part in parts_of(out) if is_floating(part)), start=0.0)
    assert dtype_name(total.dtype) == "float32"
    if not total.requires_grad:
        return  # a constant
    total.backward()
    for tensor in tensors:
        if is_tensor(tensor) and tensor.requires_grad:
            assert dtype_name(tensor.grad.dtype) == "float32"
            assert tuple(tensor.grad.shape) == tensor.shape
            assert xn.device_of(tensor.grad) == backend.device


@rows([row for row in ROWS if row.name in standard.WITHOUT_DERIVATIVE])
def test_a_function_without_a_derivative_says_so_when_asked(row, backend):
    xp = differentiable_over(backend)
    varied = as_tensors(on_backend(row, backend))
    if not any(x.requires_grad for x in varied):  # whole or complex numbers
        varied = [xp.astype(as_leaf(x, backend), x.dtype) for x in varied]
    if not any(x.requires_grad for x in varied):
        return  # they cannot be reached by a gradient
    out = row(xp, *varied)
    real = xp.sum(xp.abs(out[0] if isinstance(out, tuple) else out))
    with pytest.raises(AutogradError, match=f"{row.name} has no derivative with respect to"):
        real.backward()


@rows([row for row in ROWS if row.name in standard.PASSING])
def test_what_does_not_vary_needs_no_gradient(row, backend):
    out = row(differentiable_over(backend), *as_tensors(on_backend(row, backend)))
    for part in parts_of(out):
        assert not is_tensor(part) or not part.requires_grad


# ---- the list of functions is that of the standard ---------------------------------------------


def test_every_function_has_a_row():
    assert {row.name for row in ROWS} == set(standard.SIGNATURES)


def test_every_function_is_of_one_kind():
    kinds = [standard.PASSING, standard.WITHOUT_DERIVATIVE]
    for name in standard.SIGNATURES:
        differentiated = name in COMPOSED or name in PRIMITIVES
        listed = [name in kind for kind in kinds]
        assert sum(listed) == 1 or (differentiated and not any(listed)), name
    assert set(standard.SIGNATURES) >= standard.PASSING | standard.WITHOUT_DERIVATIVE


@pytest.fixture
def version_2024_12():
    before = strict.get_array_api_strict_flags()["api_version"]
    strict.set_array_api_strict_flags(api_version="2024.12")
    yield
    strict.set_array_api_strict_flags(api_version=before)


@pytest.mark.usefixtures("version_2024_12")
def test_the_names_are_those_of_the_standard():
    theirs = {name for name in strict.__all__ if "strict" not in name.lower()}
    theirs -= {"Device", "__array_api_version__", "__version__"}
    ours = {name for name in standard.SIGNATURES if "." not in name}
    assert ours | standard.DTYPES | {*standard.CONSTANTS, *standard.EXTENSIONS} == theirs
    for extension in standard.EXTENSIONS:
        names = {n for n in standard.SIGNATURES if n.startswith(extension + ".")}
        assert names == {f"{extension}.{name}" for name in getattr(strict, extension).__all__}


@pytest.mark.usefixtures("version_2024_12")
@pytest.mark.parametrize("name", sorted(standard.SIGNATURES))
def test_the_signature_is_that_of_the_standard(name):
    def parameters(namespace):
        function = namespace
        for part in name.split("."):
            function = getattr(function, part)
        return [
            (p.name, p.kind, None if "UNDEF" in str(p.default) else p.default)
            for p in inspect.signature(function).parameters.values()
        ]

    with xn.device("strict"):
        ours = xn.namespace(xn.Tensor([1.0]))
    assert parameters(ours) == parameters(strict)


def test_constants_data_types_and_names_are_those_of_the_library(backend):
    xp = differentiable_over(backend)
    for name in standard.CONSTANTS:
        ours, theirs = getattr(xp, name), getattr(backend.xp, name)
        assert ours is theirs or ours == theirs or (name == "nan" and ours != ours)
    for name in standard.DTYPES:
        assert getattr(xp, name) == getattr(backend.xp, name)
    assert {"sin", "linalg", "float32", "pi"} <= set(dir(xp))
    assert "svd" in dir(xp.linalg)
    assert "xpnet" in repr(xp)


def test_half_precision_is_passed_on_where_the_library_has_it():
    torch = pytest.importorskip("torch")
    assert differentiable_over_torch().bfloat16 is torch.bfloat16


def differentiable_over_torch():
    with xn.device("torch:cpu"):
        return xn.namespace(xn.Tensor([1.0]))


def test_a_name_outside_the_standard_is_refused_with_the_remedy(backend):
    xp = differentiable_over(backend)
    with pytest.raises(AttributeError, match=r"einsum is not in the array API standard 2024\.12"):
        _ = xp.einsum
    with pytest.raises(AttributeError, match=r"linalg\.lstsq is not in the array API standard"):
        _ = xp.linalg.lstsq


def test_the_namespace_is_one_object_for_each_library(backend):
    assert differentiable_over(backend) is differentiable_over(backend)
    assert unwrap(xn.Tensor(backend.asarray([1.0]))).shape == (1,)
