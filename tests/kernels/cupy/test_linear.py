"""The dense layer and the rectifier for CuPy arrays, run on the CPU."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run

rng = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("front", [(1,), (5,), (2, 3), (2, 1, 3), ()])
@pytest.mark.parametrize("bias", [False, True])
def test_a_dense_layer_with_any_number_of_axes(gpu, dtype, front, bias):
    arrays = [rng.standard_normal((*front, 4)), rng.standard_normal((3, 4))]
    if bias:
        arrays.append(rng.standard_normal(3))
    agree("linear", arrays, tuple(range(len(arrays))), dtype)


def test_a_dense_layer_leaves_empty_and_mixed_inputs_to_the_generic_op():
    accepts = kernel_of("linear").accepts
    assert accepts(np.ones((2, 3)), np.ones((4, 3))) is True
    assert accepts(np.ones((0, 3)), np.ones((4, 3))) is False
    assert accepts(np.ones((2, 3)), np.ones((4, 3)), np.ones(4, "float32")) is False
    assert accepts(np.ones((2, 3), int), np.ones((4, 3), int)) is False


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (7,), (3, 300)])
def test_the_rectifier_of_any_shape(gpu, dtype, shape):
    agree("relu", [rng.standard_normal(shape)], dtype=dtype)


def test_the_rectifier_of_zero_nan_and_infinities(gpu):
    x = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-300, -1e-300])
    agree("relu", [x])
    _, dx = run("relu", moved([x]), dy=np.full(7, np.inf))
    assert dx.tolist() == [0.0, 0.0, 0.0, np.inf, 0.0, np.inf, 0.0]
