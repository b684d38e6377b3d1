"""What XLA's functions could do differently, and how the kernels behave inside JAX's own tools."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, ops
from xpnet.testing import BACKENDS

jax = pytest.importorskip("jax")
jnp = jax.numpy


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    with BACKENDS["jax"]:
        yield


def both(op, *arrays, **options):
    """Return result and gradient of the first input, by the kernel and by the generic op."""
    kernel = kernels.find(op, *arrays, **options)
    assert kernel is not None
    found = []
    for implementation in (kernel, ops.OPS[op]):
        y, saved = implementation.forward(*arrays, **options)
        needs = (True,) + (False,) * (len(arrays) - 1)
        found.append((y, implementation.backward(jnp.ones_like(y), saved, needs)[0]))
    return found


def agree(found):
    for ours, generic in zip(*found, strict=True):
        assert ours.dtype == generic.dtype and ours.device == generic.device
        np.testing.assert_allclose(ours, generic, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("dtype", ["int64", "uint8"])
def test_labels_that_are_no_class_count_nothing(reduction, dtype):
    x = jnp.asarray(np.random.default_rng(0).standard_normal((4, 3)))
    found = both("cross_entropy", x, jnp.asarray([0, 200, 2, 3], dtype=dtype), reduction=reduction)
    agree(found)
    dx = found[0][1]
    assert not dx[1].any() and not dx[3].any() and dx[0].any()


def test_the_mean_over_ignored_labels_is_zero_not_nan():
    (y, dx), _ = both("cross_entropy", jnp.ones((2, 3)), jnp.asarray([-100, -100]))
    assert float(y) == 0.0 and not dx.any()


def test_an_impossible_class_without_weight_costs_nothing():
    x = jnp.asarray([[0.0, -jnp.inf], [0.0, 0.0]])
    found = both("cross_entropy", x, jnp.asarray([1, 0]), jnp.asarray([1.0, 0.0]))
    agree(found)
    assert np.isfinite(found[0][0])


def test_of_equal_elements_the_first_wins():
    agree(both("max_pool", jnp.zeros((1, 1, 6, 6)), kernel_size=3, stride=2, padding=1))


def test_a_nan_is_not_lost_and_the_first_gets_the_error():
    x = jnp.asarray([[[1.0, jnp.nan, jnp.nan, 5.0, 2.0, 3.0]]])
    agree(both("max_pool", x, kernel_size=3))


def test_padding_that_is_larger_after_the_image():
    x = jnp.asarray(np.random.default_rng(0).standard_normal((2, 3, 5, 6)))
    w = jnp.asarray(np.random.default_rng(1).standard_normal((4, 3, 2, 4)))
    agree(both("conv", x, w, padding="same"))


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("op", ["conv", "conv_transpose"])
def test_windows_of_few_and_of_many_elements(op, channels):
    """The few are laid side by side, the many go to XLA's convolution."""
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((2, 6, 5, 7)), rng.standard_normal((6, channels, 3, 2)), None
    if op == "conv":
        x, b = rng.standard_normal((2, channels, 5, 7)), jnp.asarray(rng.standard_normal(6))
    arrays = (jnp.asarray(x), jnp.asarray(w), b)
    options = {"stride": 2, "padding": 1, "dilation": (1, 2)}
    found = []
    for implementation in (kernels.find(op, *arrays, **options), ops.OPS[op]):
        y, saved = implementation.forward(*arrays, **options)
        dy = jnp.cos(jnp.arange(y.size, dtype=y.dtype)).reshape(y.shape)
        gradients = implementation.backward(dy, saved, (True, True, b is not None))
        found.append((y, *(g for g in gradients if g is not None)))
    assert len(found[0]) == (4 if op == "conv" else 3)
    agree(found)


def test_normalisation_in_training_and_in_evaluation():
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.standard_normal((4, 3, 5)) + 1e3)
    w, b, mean, var = jnp.asarray(rng.uniform(0.5, 2, (4, 3)))
    agree(both("batch_norm", x, None, None, w, b, training=True))
    agree(both("batch_norm", x, mean, var, w, b))
    agree(both("batch_statistics", x))
    agree(both("layer_norm", x, normalized_shape=(3, 5)))


def test_a_step_can_be_compiled_as_a_whole():
    x = jnp.asarray(np.random.default_rng(0).standard_normal((2, 1, 6, 6)))
    w = jnp.asarray(np.random.default_rng(1).standard_normal((3, 1, 3, 3)))
    labels = jnp.asarray([0, 2])

    def loss(w, x, labels):
        scores = ops.avg_pool(ops.max_pool(ops.conv(x, w), kernel_size=2), kernel_size=2)
        return ops.cross_entropy(ops.flatten(scores), labels)

    y, dw = jax.jit(xn.value_and_grad(loss))(w, x, labels)
    with kernels.disabled():
        expected, expected_dw = xn.value_and_grad(loss)(w, x, labels)
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    np.testing.assert_allclose(dw, expected_dw, rtol=1e-6)


@pytest.mark.parametrize(
    ("op", "shapes", "options"),
    [
        ("conv", [(0, 1, 4), (1, 1, 2)], {}),
        ("conv", [(1,) * 6, (1,) * 6], {}),
        ("batch_norm", [(0, 3)], {"training": True}),
        ("layer_norm", [(0, 3)], {"normalized_shape": 3}),
        ("max_pool", [(1, 1, 100)], {"kernel_size": 100}),
        ("cross_entropy", [(2, 3), (2, 3)], {}),
        ("cross_entropy", [(2, 3), (2,)], {"label_smoothing": 0.1}),
    ],
)
def test_what_does_not_fit_is_left_to_the_generic_op(op, shapes, options):
    arrays = [jnp.ones(shape) for shape in shapes]
    assert kernels.find(op, *arrays, **options) is None
