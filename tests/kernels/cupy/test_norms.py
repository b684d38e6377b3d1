"""Normalisation of CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run
from tests.kernels.cupy.standin.device import launched
from xpnet import kernels, nn
from xpnet.kernels.cupy import batch_norm
from xpnet.nn.norms.running_statistics import running_statistics

rng = np.random.default_rng(0)
SHAPES = [(4, 3), (3, 2, 5), (2, 4, 3, 5), (2, 2, 2, 3, 2), (40, 2, 20)]


def numbers(*shape):
    return rng.standard_normal(shape) + 0.5


def weights(*shape):
    return rng.uniform(0.5, 2.0, shape)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_statistics_of_a_batch(gpu, dtype, shape):
    agree("batch_statistics", [numbers(*shape)], dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("training", [False, True])
def test_batch_norm_by_given_statistics(gpu, dtype, shape, training):
    x, c = numbers(*shape), shape[1]
    axes = (0, *range(2, len(shape)))
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    if not training:
        mean, var = mean + 0.1, var * 1.5
    for weight, bias in product([None, weights(c)], [None, numbers(c)]):
        given = (mean, var, weight, bias)
        wrt = tuple(
            i for i, a in enumerate((x, *given)) if a is not None and not (training and i in (1, 2))
        )
        agree("batch_norm", [x, *given], wrt, dtype, training=training, eps=0.01)
        agree("batch_norm", [x, *given], (0,), dtype, training=training)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_batch_norm_computes_the_statistics_if_there_are_none(gpu, dtype, shape):
    agree("batch_norm", [numbers(*shape)], (0,), dtype, training=True)
    arrays = [numbers(*shape), None, None, weights(shape[1]), numbers(shape[1])]
    agree("batch_norm", arrays, (0, 3, 4), dtype, training=True)
    agree("batch_norm", arrays, (3,), dtype, training=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [*SHAPES, (3, 1, 7), (1, 2, 301), (67, 2)], ids=str)
@pytest.mark.parametrize("part", [1, 3, 16])
def test_channels_in_parts_and_threads_that_walk(gpu, monkeypatch, dtype, shape, part):
    monkeypatch.setattr(batch_norm, "PART", part)
    monkeypatch.setattr(batch_norm, "WALKERS", 3)
    x, c = numbers(*shape) + 10, shape[1]
    agree("batch_statistics", [x], dtype=dtype)
    agree("batch_norm", [x, None, None, weights(c), numbers(c)], (0, 3, 4), dtype, training=True)
    axes = (0, *range(2, len(shape)))
    given = [x.mean(axis=axes) + 0.1, x.var(axis=axes) + 0.1, weights(c), None]
    agree("batch_norm", [x, *given], (0, 1, 2, 3), dtype)


def test_a_layer_takes_three_launches_in_training_and_one_in_evaluation(gpu, monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    with xn.device("cuda"):
        layer, x = nn.BatchNorm2d(3), xn.asarray(np.float32(numbers(4, 3, 5, 5)))
        launched.clear()
        layer(x)
        assert launched["now"] == 3  # statistics, normalised numbers, running statistics
        layer.eval()
        launched.clear()
        layer(x)
        assert launched["now"] == 1


def test_sums_of_few_values_and_of_many_channels_stay_whole():
    assert batch_norm._parts(128, 64) == 1
    assert batch_norm._parts(1 << 30, 2000) == 1
    assert batch_norm._parts(512 * 32 * 32, 16) == 64
    assert batch_norm._parts(4 * 2048, 3) == 4


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("momentum", [0.1, 1, 0.0, None])
def test_running_statistics(gpu, dtype, momentum):
    hosts = [numbers(5), weights(5), numbers(5), weights(5)]
    mean, var, old_mean, old_var = (np.asarray(a, dtype) for a in hosts)
    exact = [a.astype("float64") for a in (old_mean, old_var, mean, var)]
    expected = running_statistics((*exact[:2], np.asarray(2)), *exact[2:], 8, momentum)
    *statistics, batches = moved([old_mean, old_var, np.asarray(2)])
    actual = running_statistics((*statistics, batches), *moved([mean, var]), 8, momentum)
    for array, wanted in zip(actual, expected, strict=True):
        assert (array.dtype, array.shape) == (dtype if wanted.shape else "int64", wanted.shape)
        np.testing.assert_allclose(
            np.asarray(array), wanted, rtol=1e-3 if dtype == "float16" else 1e-6
        )
    assert int(np.asarray(batches)) == 2  # somebody may hold the old ones


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 3), (3,), (70, 4), (2, 3, 4), (5, 33), (2, 700)], ids=str)
def test_norms_of_features(gpu, dtype, shape):
    for axes in range(1, len(shape) + 1):
        features = shape[-axes:]
        for weight, bias in product([None, weights(*features)], [None, numbers(*features)]):
            given = [numbers(*shape), weight, bias]
            wrt = tuple(i for i, a in enumerate(given) if a is not None)
            agree("layer_norm", given, wrt, dtype, normalized_shape=features)
        agree("rms_norm", [numbers(*shape), weights(*features)], (0, 1), dtype, eps=1e-3,
              normalized_shape=list(features))  # fmt: skip
        agree("rms_norm", [numbers(*shape)], (0,), dtype, normalized_shape=features, eps=0.1)


def test_rms_norm_takes_the_spacing_of_its_own_dtype_by_default(gpu):
    x = np.full((1, 2), 1e-4, "float32")
    y, _ = run("rms_norm", moved([x]), normalized_shape=2)
    np.testing.assert_allclose(y, x / np.sqrt(1e-8 + 2.0**-23), rtol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("groups", "places"),
    [(1, ()), (2, ()), (1, (3,)), (2, (3,)), (4, (3,)), (1, (5, 3)), (2, (5, 3)), (4, (5, 3))],
)
def test_norms_of_groups(gpu, dtype, groups, places):
    for weight, bias in product([None, weights(4)], [None, numbers(4)]):
        given = [numbers(3, 4, *places), weight, bias]
        wrt = tuple(i for i, a in enumerate(given) if a is not None)
        agree("group_norm", given, wrt, dtype, num_groups=groups)


def test_a_large_mean_does_not_cost_digits(gpu):
    x = np.float32([[[1000.0, 1001.0, 1002.0, 1003.0]]])
    y, _ = run("batch_statistics", moved([x]))
    assert y.tolist() == [[1001.5], [1.25]]


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "rms_norm", "group_norm"])
def test_mixed_dtypes_and_empty_inputs_are_left_to_the_generic_op(name):
    accepts, x = kernel_of(name).accepts, np.ones((2, 4))
    assert accepts(x, np.ones(4)) is True
    assert accepts(x, np.ones(4, "float32")) is False
    assert accepts(x[:0], np.ones(4)) is False
    assert accepts(x.astype(int), None) is False
