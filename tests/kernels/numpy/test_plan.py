"""How a convolution is cut: bounded columns, tiles of every width, rows that nobody sees."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import kernels
from xpnet.kernels.numpy import conv, plan
from xpnet.nn import functional as F

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    plan._plan.cache_clear()
    yield
    plan._plan.cache_clear()


def images(*shape):
    return RNG.standard_normal(shape)


def gradients(x, w, b, dy, **options):
    y, saved = conv.forward(x, w, b, **options)
    return y, *conv.backward(dy, saved, (True, True, True))


def test_the_columns_of_a_large_batch_take_bounded_memory():
    w = np.ones((8, 8, 3, 3), dtype=np.float32)
    p = plan.plan_of((512, 8, 16, 16), w, 1, 0, 1, 1)
    for samples in p.samples:
        for first, last in p.rows:
            n = samples.stop - samples.start
            assert 4 * 8 * 3 * p.span * (last - first) * p.tiles * n <= plan.COLUMN_BYTES
    assert p.samples[0].start == 0
    assert p.samples[-1].stop == 512
    assert p.rows[-1][1] == 14
    assert len(p.rows) * len(p.samples) > 1


@pytest.mark.parametrize("widest", [1, 2, 3, 8])
@pytest.mark.parametrize(
    ("shape", "kernel", "options"),
    [
        ((5, 2, 9, 11), (4, 2, 3, 3), {}),
        ((5, 2, 9, 11), (4, 2, 3, 3), {"padding": 1, "stride": 2}),
        ((5, 2, 9, 11), (4, 2, 2, 4), {"padding": (1, 2), "dilation": (3, 2)}),
        ((5, 2, 10, 12), (4, 2, 2, 2), {"stride": (4, 5)}),  # gaps between windows, rows left over
        ((5, 4, 9, 7), (6, 2, 3, 3), {"groups": 2, "padding": "same"}),
        ((5, 3, 12), (4, 3, 5), {"padding": 2, "stride": 3}),
    ],
)
def test_tiles_of_any_width_and_parts_of_any_size_give_the_same(
    monkeypatch, widest, shape, kernel, options
):
    x, w, b = images(*shape), images(*kernel), images(kernel[0])
    with kernels.disabled():
        expected = F.conv(x, w, b, **options)
    dy = images(*expected.shape)
    monkeypatch.setattr(plan, "WIDEST", widest)
    monkeypatch.setattr(plan, "GATHERING", 1e6)  # the widest tile is best
    whole = gradients(x, w, b, dy, **options)
    np.testing.assert_allclose(whole[0], expected, rtol=1e-12, atol=1e-12)
    monkeypatch.setattr(plan, "COLUMN_BYTES", 1)  # each row is a part
    monkeypatch.setattr(plan, "SAMPLES", 2)
    plan._plan.cache_clear()
    for part, one in zip(gradients(x, w, b, dy, **options), whole, strict=True):
        np.testing.assert_allclose(part, one, rtol=1e-12, atol=1e-12)


def test_few_channels_get_wide_tiles_and_many_get_none():
    few = plan.plan_of((128, 1, 28, 28), np.ones((6, 1, 5, 5), np.float32), 1, 2, 1, 1)
    many = plan.plan_of((128, 64, 28, 28), np.ones((64, 64, 3, 3), np.float32), 1, 1, 1, 1)
    assert few.tile > 1
    assert many.tile == 1
