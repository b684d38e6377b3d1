"""autocast: which operation runs in which dtype, and what arrives where."""

from contextlib import contextmanager

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, ops
from xpnet.autograd.modes import MODE
from xpnet.autograd.precision import AROUND, HALF, WIDE
from xpnet.autograd.rules import PRIMITIVES
from xpnet.backend import dtype_name
from xpnet.errors import ArgumentError, DTypeError
from xpnet.nn import functional as F
from xpnet.testing import BACKENDS

# what takes its inputs as they come, of the ops; a new op belongs into one of the four
AS_THEY_COME = {
    "adaptive_avg_pool", "adaptive_max_pool", "avg_pool", "dropout", "elu", "embedding", "flatten",
    "gelu", "leaky_relu", "max_pool", "pad", "relu", "sigmoid", "sign", "silu", "step", "tanh",
    "upsample_linear", "upsample_nearest",
}  # fmt: skip


def numbers(*shape, seed=0):
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return xn.asarray(values)


def layer_and_input():
    return nn.Linear(3, 2), numbers(4, 3)


def name_of(x):
    return dtype_name(x.dtype)


def result(op, *arrays, **options):
    """The dtype of what an op gives for Tensors that require gradients; their gradients' too."""
    leaves = [xn.Tensor(array, requires_grad=True) for array in arrays]
    y = op(*leaves, **options)
    y.sum().backward()
    assert [name_of(x.grad) for x in leaves] == [name_of(x) for x in leaves]
    return name_of(y)


# ---- the table -----------------------------------------------------------------------------------


def test_every_op_has_its_place_in_the_table():
    table = [HALF, WIDE, AROUND, AS_THEY_COME]
    for name in ops.OPS:
        assert sum(name in part for part in table) == 1, (
            f"the op {name!r} must be in one of HALF, WIDE, AROUND of xpnet/autograd/precision.py, "
            "or, if it takes its inputs as they come, in AS_THEY_COME of this file"
        )


def test_the_table_names_nothing_that_does_not_exist():
    for name in HALF | WIDE | AROUND:
        assert name in ops.OPS or name in PRIMITIVES, (
            f"{name!r} is no op and no function of the standard: take it out of the tables of "
            "xpnet/autograd/precision.py"
        )


def test_products_are_in_half_precision_and_gradients_are_not(half):
    x, w, b = numbers(4, 3), numbers(5, 3, seed=1), numbers(5, seed=2)
    image, kernel = numbers(2, 3, 6, 6), numbers(4, 3, 3, 3, seed=1)
    with xn.autocast(half):
        assert result(F.linear, x, w, b) == half
        assert result(F.conv2d, image, kernel) == half
        assert result(F.conv_transpose2d, image, numbers(3, 4, 3, 3)) == half
        assert result(F.scaled_dot_product_attention, x, x, x) == half
        assert result(lambda a, c: a @ c, x, numbers(3, 2)) == half
        assert result(lambda a, c: xn.namespace(a).matmul(a, c), x, numbers(3, 2)) == half


def test_sums_and_losses_are_in_float32(half):
    x = xn.namespace(numbers(1)).astype(numbers(4, 3), getattr(xn.namespace(numbers(1)), half))
    labels = xn.asarray(np.asarray([0, 2, 1, 1]))
    with xn.autocast(half):
        for op in (F.softmax, F.log_softmax, F.softplus):
            assert name_of(op(x)) == "float32"
        assert name_of(F.cross_entropy(x, labels)) == "float32"
        assert name_of(F.mse_loss(x, numbers(4, 3))) == "float32"
        assert name_of(F.layer_norm(x, 3)) == "float32"
        t = xn.Tensor(x)
        xp = xn.namespace(t)
        for y in (
            t.sum(),
            t**2,
            xp.exp(t),
            xp.mean(t),
            xp.log(xp.abs(t)),
            xp.linalg.vector_norm(t),
        ):
            assert name_of(y) == "float32"


def test_the_rest_takes_what_comes_and_the_wider_dtype_wins(half):
    xp = xn.namespace(numbers(1))
    narrow, wide = xp.astype(numbers(4, 3), getattr(xp, half)), numbers(4, 3, seed=1)
    image = xp.astype(numbers(2, 3, 6, 6), getattr(xp, half))
    with xn.autocast(half):
        for op in (F.relu, F.gelu, F.tanh, F.sigmoid):
            assert name_of(op(narrow)) == half
            assert name_of(op(wide)) == "float32"
        assert name_of(F.max_pool2d(image, 2)) == half
        assert name_of(F.batch_norm(image, training=True)) == half
        assert result(lambda a, b: a + b, narrow, wide) == "float32"
        assert result(lambda a, b: a * b * 2.0, narrow, narrow) == half


def test_float64_stays_float64(half):
    x, w = (xn.namespace(a).astype(a, xn.namespace(a).float64) for a in (numbers(4, 3),) * 2)
    with xn.autocast(half):
        assert result(F.linear, x, w) == "float64"
        assert result(lambda a, b: a @ b.T, x, w) == "float64"


def test_bare_arrays_are_cast_by_ops(half):
    with xn.autocast(half):
        assert name_of(F.linear(numbers(4, 3), numbers(5, 3))) == half


def test_outputs_have_the_dtypes_that_pytorch_gives_them():
    torch = pytest.importorskip("torch")
    x, w, image, kernel = numbers(4, 3), numbers(5, 3), numbers(2, 3, 6, 6), numbers(4, 3, 3, 3)
    labels = np.asarray([0, 2, 1, 1])
    T = torch.nn.functional
    pairs = [
        (lambda: F.linear(x, w), lambda: T.linear(x, w)),
        (lambda: F.conv2d(image, kernel), lambda: T.conv2d(image, kernel)),
        (lambda: F.relu(F.linear(x, w)), lambda: T.relu(T.linear(x, w))),
        (
            lambda: F.max_pool2d(F.conv2d(image, kernel), 2),
            lambda: T.max_pool2d(T.conv2d(image, kernel), 2),
        ),
        (
            lambda: F.batch_norm(F.conv2d(image, kernel), training=True),
            lambda: T.batch_norm(T.conv2d(image, kernel), None, None, training=True),
        ),
        (
            lambda: F.mse_loss(F.linear(x, w), F.linear(x, w)),
            lambda: T.mse_loss(T.linear(x, w), T.linear(x, w)),
        ),
        (
            lambda: F.nll_loss(F.linear(x, w), labels),
            lambda: T.nll_loss(T.linear(x, w), labels),
        ),
        (
            lambda: xn.Tensor(x) @ xn.Tensor(x).T + xn.Tensor(x) @ xn.Tensor(x).T,
            lambda: x @ x.T + x @ x.T,
        ),
    ]
    with BACKENDS["torch"]:
        x, w, image, kernel, labels = map(xn.asarray, (x, w, image, kernel, labels))
        for ours, theirs in pairs:
            with xn.autocast("bfloat16"), torch.autocast("cpu", torch.bfloat16):
                a, b = ours(), theirs()
            a = a.data if isinstance(a, xn.Tensor) else a
            assert a.dtype == b.dtype
            torch.testing.assert_close(a.float(), b.float(), rtol=2e-2, atol=2e-2)


# ---- errors --------------------------------------------------------------------------------------


def test_a_dtype_that_is_none_of_them():
    with pytest.raises(ArgumentError, match=r"dtype must be one of 'bfloat16'.* got 'float64'"):
        xn.autocast("float64")


def test_a_library_without_the_dtype_says_so_at_the_first_operation():
    layer, x = layer_and_input()
    with (
        pytest.raises(DTypeError, match=r"NumPy has, got 'bfloat16'; use autocast\('float16'\)"),
        xn.autocast("bfloat16"),
    ):
        layer(x)
    with BACKENDS["strict"]:
        layer, x = layer_and_input()
        with (
            pytest.raises(DTypeError, match=r"array-api-strict has.* train in float32 there"),
            xn.autocast("float16"),
        ):
            layer(x)


@pytest.mark.parametrize("name", ["numpy", "torch", "jax", "strict"])
def test_tf32_is_for_gpus_of_nvidia(name):
    if BACKENDS[name].unavailable():
        pytest.skip(BACKENDS[name].unavailable())
    with (
        BACKENDS[name],
        pytest.raises(ArgumentError, match=r'"tf32" must be used on a CUDA GPU, got'),
        xn.autocast("tf32"),
    ):
        pass
    assert MODE.precision is None


def test_tf32_replaces_half_precision_and_none_does_not_end_it(monkeypatch):
    on = []

    @contextmanager
    def tf32(library, device):
        on.append(True)
        yield
        on.pop()

    monkeypatch.setattr(type(xn.backend.current_device().library), "tf32", tf32)
    with xn.autocast("float16"), xn.autocast("tf32"):
        assert MODE.precision is None
        assert on
        with xn.autocast(None):
            assert on  # another thread may be multiplying
        with xn.autocast("float16"):
            assert MODE.precision.name == "float16"
    assert not on


def test_arrays_of_two_libraries_are_refused_as_ever():
    with BACKENDS["torch"]:
        layer = nn.Linear(3, 2)
    with pytest.raises(xn.errors.DeviceError), xn.autocast("bfloat16"):
        layer(np.ones((2, 3), np.float32))
