"""Convolution of CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run
from xpnet.errors import ShapeError
from xpnet.kernels.cupy import correlation
from xpnet.ops import conv

rng = np.random.default_rng(0)


def numbers(*shape):
    return rng.standard_normal(shape)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("padding", [0, (2, 1), "same"])
def test_every_geometry_of_images(gpu, dtype, groups, padding):
    steps = [1] if padding == "same" else [1, 2, (3, 1)]
    for kernel, stride, dilation in product([(1, 1), (3, 2), (2, 3)], steps, [1, (1, 2)]):
        agree(
            "conv",
            [numbers(3, 4, 6, 7), numbers(8, 4 // groups, *kernel), numbers(8)],
            (0, 1, 2),
            dtype,
            **{"stride": stride, "padding": padding, "dilation": dilation, "groups": groups},
        )


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("padding", [0, 2, "same", "valid"])
def test_every_geometry_of_sequences(gpu, groups, padding):
    for stride, dilation in product([1] if padding == "same" else [1, 3], [1, 2]):
        agree(
            "conv",
            [numbers(2, 4, 11), numbers(4, 4 // groups, 4), numbers(4)],
            (0, 1, 2),
            **{"stride": stride, "padding": padding, "dilation": dilation, "groups": groups},
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_every_geometry_of_transposed_convolution(gpu, dtype, groups):
    for stride, padding, extra, dilation in product([1, 2, (3, 2)], [0, 1], [0, 1], [1, 2]):
        if extra and stride == 1 == dilation:
            continue
        agree(
            "conv_transpose",
            [numbers(2, 4, 3, 4), numbers(4, 4 // groups, 3, 2), numbers(4)],
            (0, 1, 2),
            dtype,
            stride=stride,
            padding=padding,
            output_padding=extra,
            dilation=dilation,
            groups=groups,
        )


@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize("op", ["conv", "conv_transpose"])
def test_each_channel_by_itself(gpu, op, multiplier):
    shape = (3 * multiplier, 1, 3, 2)
    channels = 3 if op == "conv" else 3 * multiplier
    arrays = [numbers(5, channels, 6, 7), numbers(*shape), numbers(shape[0])]
    if op == "conv_transpose":
        arrays[2] = numbers(3)
    for stride, padding, dilation in product([1, 2], [0, 1], [1, 2]):
        options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": 3}
        agree(op, arrays, (0, 1, 2), "float32", **options)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_batch_in_parts_gives_the_same(gpu, monkeypatch, dtype):
    arrays = [numbers(7, 2, 6, 5), numbers(3, 2, 3, 3), numbers(3)]
    columns_of_one_image = 2 * 3 * 3 * 4 * 3 * np.dtype(dtype).itemsize
    whole = agree("conv", arrays, (0, 1, 2), dtype)
    for images in (1, 2, 3, 7):
        monkeypatch.setattr(correlation, "COLUMN_BYTES", images * columns_of_one_image)
        parts = agree("conv", arrays, (0, 1, 2), dtype)
        for x, y in zip(parts, whole, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-2 if dtype == "float16" else 1e-4, atol=1e-2)
    monkeypatch.setattr(correlation, "COLUMN_BYTES", 1)  # one image at least
    agree("conv_transpose", [arrays[0], numbers(2, 3, 3, 3), arrays[2]], (0, 1, 2), dtype)


def test_columns_of_a_part_stay_within_their_bytes(monkeypatch):
    monkeypatch.setattr(correlation, "COLUMN_BYTES", 5000)
    sums = correlation.Correlation((9, 8), (6, 2, 3, 3), 1, 0, 1, 1)
    assert (sums.rows, sums.pixels) == (18, 42)
    assert list(sums._parts(3, np.dtype("float32"))) == [(0, 1), (1, 2), (2, 3)]
    assert list(sums._parts(3, np.dtype("float16"))) == [(0, 3)]


def test_half_precision_sums_in_single(gpu):
    ones = [np.ones((1, 1, 64, 65)), np.ones((1, 1, 1, 1))]
    _, _, dw = run("conv", moved(ones, "float16"), (1,), dy=np.full((1, 1, 64, 65), 0.5, "float16"))
    assert dw.item() == 2080.0  # in float16, sums of halves stay at 1024
    x = [np.ones((2, 4, 8, 8)), np.ones((4, 1, 8, 8))]
    y, _, _ = run("conv", moved(x, "float16"), (), groups=4)
    assert (y == 64).all()


def test_volumes_and_empty_batches_and_mixed_dtypes_are_left_to_the_generic_op():
    accepts = kernel_of("conv").accepts
    assert accepts(numbers(1, 2, 5), numbers(3, 2, 3)) is True
    assert accepts(numbers(1, 2, 5, 5, 5), numbers(3, 2, 3, 3, 3)) is False
    assert accepts(numbers(0, 2, 5), numbers(3, 2, 3)) is False
    assert accepts(numbers(1, 2, 5), numbers(3, 2, 3).astype("float32")) is False
    assert accepts(numbers(1, 2, 5), numbers(3, 2, 3), numbers(3).astype("float32")) is False
    assert accepts(np.ones((1, 2, 5), int), np.ones((3, 2, 3), int)) is False


def test_a_kernel_that_does_not_fit_is_refused_before_it_gets_here():
    with pytest.raises(ShapeError, match="the kernel must fit into the padded input"):
        conv(numbers(1, 2, 3, 3), numbers(3, 2, 4, 4))
