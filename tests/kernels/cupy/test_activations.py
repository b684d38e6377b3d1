"""Activations of CuPy arrays, run on the CPU."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, errors_like, kernel_of, moved, run
from xpnet import ops

rng = np.random.default_rng(0)
ACTIVATIONS = [
    ("sigmoid", {}),
    ("tanh", {}),
    ("silu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("elu", {"alpha": 2}),
    ("softplus", {"beta": 3, "threshold": 2}),
]
every_activation = pytest.mark.parametrize(("name", "options"), ACTIVATIONS, ids=str)


@every_activation
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (7,), (3, 300)])
def test_every_shape(gpu, name, options, dtype, shape):
    agree(name, [3 * rng.standard_normal(shape)], dtype=dtype, **options)


@every_activation
def test_large_small_and_impossible_numbers(gpu, name, options):
    x = np.array([0.0, -0.0, 1e-300, -1e-300, 30.0, -30.0, 800.0, -800.0, 1e150, np.nan])
    with np.errstate(all="ignore"):
        y, saved = ops.OPS[name].forward(x, **options)
        (dx,) = ops.OPS[name].backward(errors_like(y), saved, (True,))
    actual = run(name, moved([x]), **options)
    for found, wanted in zip(actual, (y, dx), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)


@every_activation
def test_integers_are_left_to_the_generic_op(name, options):
    assert kernel_of(name).accepts(np.ones(3), **options) is True
    assert kernel_of(name).accepts(np.ones(3, int), **options) is False


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(
    "shape", [(1,), (2, 1), (3, 31), (2, 33), (2, 3, 300), (300, 3), (2, 1000)]
)
def test_rows_shorter_and_longer_than_a_block(gpu, name, shape):
    x = 4 * rng.standard_normal(shape)
    agree(name, [x], dtype="float32")
    agree(name, [x], axis=len(shape) - 1)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_rows_of_large_scores(gpu, name):
    agree(name, [np.array([[1e4, 1e4 - 0.5, 0.0], [-1e4, -1e4, 1e4], [0.0, -np.inf, 1.0]])])
    y, _ = run(name, moved([np.array([[0.0, np.nan], [0.0, 1.0]])]))
    assert np.isnan(y[0]).all()
    assert np.isfinite(y[1]).all()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_other_axes_and_empty_rows_are_left_to_the_generic_op(name):
    accepts = kernel_of(name).accepts
    assert accepts(np.ones((2, 3)), axis=1) is True
    assert accepts(np.ones((2, 3)), axis=0) is False
    assert accepts(np.ones((0, 3))) is False
