"""Convolution and pooling agree with PyTorch for configurations that nobody thought of."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ops.test_every_op import cotangent
from xpnet import Tensor, kernels, ops
from xpnet.backend import to_numpy
from xpnet.errors import XpnetError
from xpnet.testing import assert_close

torch = pytest.importorskip("torch")

ON_NUMPY = 100  # configurations per op (there are four) and dtype of kernels
ELSEWHERE = 13
OPS = ("conv", "conv_transpose", "max_pool", "avg_pool")


def grid(n):
    return settings(
        max_examples=n,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def per_axis(draw, axes, low, high):
    """One number, or one for each axis."""
    numbers = st.integers(low, high)
    return draw(st.one_of(numbers, st.tuples(*[numbers] * axes)))


@st.composite
def configurations(draw, op):
    """Arrays and options: mostly valid ones, and some that are not."""
    axes = draw(st.sampled_from([1, 2, 2, 2]))
    spatial = draw(st.tuples(*[st.integers(1, 8)] * axes))
    kernel = draw(st.tuples(*[st.integers(1, 3)] * axes))
    n = draw(st.integers(1, 3))
    options = {"stride": per_axis(draw, axes, 1, 3), "padding": per_axis(draw, axes, 0, 2)}
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if op.startswith("conv"):
        groups = draw(st.sampled_from([1, 1, 2, 3]))
        a, b = (groups * draw(st.integers(1, 2)) for _ in range(2))
        options |= {"groups": groups, "dilation": per_axis(draw, axes, 1, 2)}
        if op == "conv_transpose":
            options["output_padding"] = per_axis(draw, axes, 0, 1)
            w = rng.standard_normal((a, b // groups, *kernel))
        else:
            w = rng.standard_normal((b, a // groups, *kernel))
            if draw(st.integers(0, 5)) == 0:
                options["padding"] = draw(st.sampled_from(["same", "valid"]))
        arrays = [rng.standard_normal((n, a, *spatial)), w]
        if draw(st.booleans()):
            arrays.append(rng.standard_normal(b))
        return arrays, options
    options |= {"kernel_size": kernel, "ceil_mode": draw(st.booleans())}
    if draw(st.integers(0, 4)):
        options["padding"] = draw(st.tuples(*[st.integers(0, k // 2) for k in kernel]))
    if draw(st.booleans()):
        del options["stride"]
    if op == "max_pool":
        options["dilation"] = per_axis(draw, axes, 1, 2)
    else:
        options["count_include_pad"] = draw(st.booleans())
    return [rng.standard_normal((n, draw(st.integers(1, 3)), *spatial))], options


def agrees(op, arrays, options, place, **tolerance):
    """Compare value and gradients; where PyTorch refuses we do, where we refuse we explain."""
    torches = [torch.tensor(x, requires_grad=True) for x in arrays]
    function = getattr(torch.nn.functional, f"{op}{arrays[0].ndim - 2}d")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about padding="same" with even kernels
            expected = function(*torches, **options)
    except (RuntimeError, ValueError):
        with pytest.raises(XpnetError):
            ops.OPS[op](*map(place, arrays), **options)
        return False
    tensors = [Tensor(place(x), requires_grad=True) for x in arrays]
    try:
        y = ops.OPS[op](*tensors, **options)
    except XpnetError as error:
        # windows that may see nothing but padding, where PyTorch gives -inf or is more generous
        assert op == "max_pool" and "padding" in str(error) and "; " in str(error)
        return False
    assert_close(to_numpy(y), expected.detach().numpy(), **tolerance)
    y.backward(cotangent(y))
    expected.backward(torch.tensor(to_numpy(cotangent(y))))
    for tensor, theirs in zip(tensors, torches, strict=True):
        assert_close(to_numpy(tensor.grad), theirs.grad.numpy(), **tolerance)
    return True


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_gradients_agree_with_pytorch_or_both_refuse(op, dtype):
    compared = []

    @grid(ON_NUMPY)
    @given(configurations(op))
    def check(drawn):
        arrays, options = drawn
        arrays = [x.astype(dtype) for x in arrays]
        tolerance = {"rtol": 1e-5, "atol": 2e-5} if dtype == "float32" else {}
        compared.append(agrees(op, arrays, options, np.asarray, **tolerance))

    check()
    assert sum(compared) >= 0.4 * ON_NUMPY  # the grid is not made of errors


@pytest.mark.parametrize("op", OPS)
def test_they_agree_without_kernels(op):
    @grid(ON_NUMPY)
    @given(configurations(op))
    def check(drawn):
        with kernels.disabled():
            agrees(op, *drawn, np.asarray)

    check()


@pytest.mark.parametrize("op", OPS)
def test_they_agree_on_every_backend(op, backend):
    @grid(ELSEWHERE)
    @given(configurations(op))
    def check(drawn):
        agrees(op, *drawn, backend.asarray)

    check()
