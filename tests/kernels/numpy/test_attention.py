"""NumPy's attention in blocks gives what the generic op gives, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, kernels, ops

attention = pytest.importorskip("xpnet.kernels.numpy.attention")

L, S, E = 11, 13, 4


def truth(*shape):
    return np.random.default_rng(1).uniform(size=shape) > 0.5


CASES = {
    "all": (L, S, None, {}),
    "causal": (L, S, None, {"is_causal": True}),
    "few queries": (3, S, None, {"is_causal": True}),
    "few keys": (L, 4, None, {"is_causal": True, "scale": 0.3}),
    "truth": (L, S, truth(2, 1, L, S), {}),
    "padding": (L, S, truth(1, S), {"is_causal": True}),
    "nothing at first": (L, S, np.broadcast_to(np.arange(S) > 6, (L, S)), {}),
    "nothing at all": (L, S, np.zeros((L, S), bool), {}),
}


def results(name, arrays, *masks, **options):
    tensors = [Tensor(x, requires_grad=True) for x in arrays]
    y = getattr(ops, name)(*tensors, *masks, **options)
    y.backward(np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype))
    return [y.data, *(x.grad for x in tensors)]


def compare(name, arrays, *masks, **options):
    assert kernels.find(name, *arrays, *masks, **options) is not None
    found = results(name, arrays, *masks, **options)
    with kernels.disabled():
        expected = results(name, arrays, *masks, **options)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


@pytest.fixture(params=[(4, 5), (4, 100), (100, 5), (3, 3), (100, 100)], ids=str)
def _blocks(request, monkeypatch):
    monkeypatch.setattr(attention, "ROWS", request.param[0])
    monkeypatch.setattr(attention, "COLUMNS", request.param[1])
    monkeypatch.setattr(attention, "SCORES", 2 * request.param[0] * request.param[1])
    monkeypatch.setattr(attention, "FEWEST", 1)


@pytest.mark.parametrize("case", CASES)
def test_blocks_give_what_the_generic_op_gives(case, _blocks):
    length, keys, mask, options = CASES[case]
    rng = np.random.default_rng(0)
    shapes = ((length, E), (keys, E), (keys, 3))
    arrays = [rng.standard_normal((2, 3, *shape)) for shape in shapes]
    masks = () if mask is None else (mask,)
    compare("scaled_dot_product_attention", arrays, *masks, **options)


@pytest.mark.parametrize("mask", [None, truth(2, 1, L, L)], ids=["all", "truth"])
@pytest.mark.parametrize("is_causal", [False, True])
def test_heads_of_one_array_are_taken_where_they_lie(mask, is_causal, _blocks):
    qkv = np.random.default_rng(0).standard_normal((2, L, 3 * 3 * E))
    masks = () if mask is None else (mask,)
    compare("self_attention", [qkv], *masks, num_heads=3, is_causal=is_causal)


@pytest.mark.parametrize("shape", [(L, E), (3, L, E), (5, 3, L, E), (2, 5, 3, L, E)], ids=str)
def test_any_number_of_axes_may_come_first(shape):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for _ in range(3)]
    compare("scaled_dot_product_attention", arrays, is_causal=True)


def test_large_scores_are_brought_down_and_give_no_infinities():
    arrays = [np.random.default_rng(0).standard_normal((2, 2, L, E)) for _ in range(3)]
    compare("scaled_dot_product_attention", [100 * arrays[0], arrays[1], arrays[2]])
    compare("scaled_dot_product_attention", [1e4 * arrays[0], arrays[1], arrays[2]], truth(L, L))


def test_results_do_not_depend_on_the_number_of_threads():
    qkv = np.random.default_rng(0).standard_normal((6, 200, 3 * 4 * 8), dtype="float32")
    found = []
    before = xn.get_num_threads()
    for threads in (1, 2, 3):
        xn.set_num_threads(threads)
        try:
            found.append(results("self_attention", [qkv], num_heads=4, is_causal=True))
        finally:
            xn.set_num_threads(before)
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_in_a_later_key_reaches_no_earlier_query(bad, monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    q, k, v = (np.random.default_rng(i).standard_normal((L, E)) for i in range(3))
    expected = ops.scaled_dot_product_attention(q, k, v, is_causal=True)
    k[7] = bad
    assert kernels.find("scaled_dot_product_attention", q, k, v) is not None
    with np.errstate(invalid="ignore"):
        found = ops.scaled_dot_product_attention(q, k, v, is_causal=True)
    np.testing.assert_allclose(found[:7], expected[:7], rtol=1e-12)
    if np.isnan(bad):
        assert np.isnan(found[7:]).all()
