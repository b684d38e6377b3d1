"""Cross-entropy of CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run

rng = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("ignore_index", [-100, -1, 2])
def test_every_option(gpu, dtype, reduction, ignore_index):
    labels = np.arange(7) % 5
    labels[3] = ignore_index
    for smoothing, weighted in product([0.0, 0.1, 1.0], [False, True]):
        weight = [rng.uniform(0.5, 2.0, 5)] if weighted else []
        agree(
            "cross_entropy",
            [rng.standard_normal((7, 5)), labels, *weight],
            dtype=dtype,
            reduction=reduction,
            ignore_index=ignore_index,
            label_smoothing=smoothing,
        )


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (3, 31), (2, 33), (5, 300), (300, 3), (2, 1000)])
def test_rows_shorter_and_longer_than_a_block(gpu, shape):
    x = rng.standard_normal(shape) * 4
    labels = rng.integers(0, shape[1], shape[0])
    agree("cross_entropy", [x, labels], dtype="float32", label_smoothing=0.1)
    agree("cross_entropy", [x, labels])


@pytest.mark.parametrize("kind", ["int8", "uint8", "int32", "int64", "uint64"])
def test_labels_of_every_integer_dtype(gpu, kind):
    agree("cross_entropy", [rng.standard_normal((4, 3)), np.array([0, 2, 1, 2], kind)])


def test_large_scores_keep_their_digits(gpu):
    x = np.array([[1e4, 1e4 - 0.5, 0.0], [-1e4, -1e4, 1e4]], "float32")
    agree("cross_entropy", [x, np.array([1, 2])], dtype="float32", reduction="none")


def test_impossible_classes_count_only_where_they_are_the_label(gpu):
    x = np.array([[0.0, -np.inf, 1.0], [0.5, 1.0, -np.inf]])
    agree("cross_entropy", [x, np.array([0, 1])], reduction="none")
    zero = np.array([1.0, 1.0, 0.0])
    agree("cross_entropy", [x[1:], np.array([0]), zero], reduction="none", label_smoothing=0.2)
    y, *_ = run("cross_entropy", moved([x, np.array([1, 1])]), reduction="none")
    assert y[0] == np.inf


def test_scores_that_are_no_numbers_make_a_loss_that_is_none(gpu):
    x = np.array([[0.0, np.nan, 1.0], [0.0, 1.0, 2.0]])
    _, dx, _ = agree("cross_entropy", [x, np.array([0, 1])], reduction="none")
    assert np.isnan(dx[0]).all()
    assert np.isfinite(dx[1]).all()


def test_the_mean_over_nothing_is_zero(gpu):
    x, labels = rng.standard_normal((3, 4)), np.full(3, -100)
    y, dx, _ = agree("cross_entropy", [x, labels])
    assert y == 0
    assert (dx == 0).all()


@pytest.mark.parametrize("wrong", [3, -7, -1, 2**62])
@pytest.mark.parametrize("ignore_index", [-100, 1])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_label_that_is_no_class_makes_the_loss_nan_and_has_no_gradient(
    gpu, dtype, ignore_index, wrong
):
    x, labels = rng.standard_normal((4, 3)), np.array([2, wrong, ignore_index, 0])
    options = {"ignore_index": ignore_index, "label_smoothing": 0.1}
    y, dx, _ = run("cross_entropy", moved([x, labels], dtype), reduction="none", **options)
    assert np.isnan(y).tolist() == [False, True, False, False]
    assert y[2] == 0
    assert np.any(dx != 0, axis=1).tolist() == [True, False, False, True]
    left_out = np.array([2, ignore_index, ignore_index, 0])
    for reduction in ("mean", "sum"):
        y, dx, _ = run("cross_entropy", moved([x, labels], dtype), reduction=reduction, **options)
        assert np.isnan(y)
        _, wanted, _ = run(
            "cross_entropy", moved([x, left_out], dtype), reduction=reduction, **options
        )
        np.testing.assert_array_equal(dx, wanted)


def test_labels_that_are_all_no_class_make_the_loss_nan(gpu):
    for weight in ([], [np.zeros(8)]):
        y, dx, *_ = run("cross_entropy", moved([np.ones((4, 8)), np.full(4, 9), *weight]))
        assert np.isnan(y)
        assert (np.asarray(dx) == 0).all()


def test_probabilities_and_images_of_labels_are_left_to_the_generic_op():
    accepts = kernel_of("cross_entropy").accepts
    x, y = np.ones((2, 3)), np.array([0, 1])
    assert accepts(x, y) is True
    assert accepts(x, x) is False
    assert accepts(x[0], y[0]) is False
    assert accepts(np.ones((2, 3, 4)), np.ones((2, 4), int)) is False
    assert accepts(x, y, np.ones(3, "float32")) is False
    assert accepts(x[:0], y[:0]) is False
