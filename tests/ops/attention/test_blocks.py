"""Attention in blocks gives what it gives at once, in memory that grows with the length."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from xpnet import Tensor, blocks, kernels, ops
from xpnet.backend import to_numpy
from xpnet.testing import assert_close, gradcheck

L, S, E = 11, 13, 4


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of 4 queries and 5 keys, and no kernel that would do without."""
    monkeypatch.setattr(blocks, "BLOCK_KEYS", 5)
    monkeypatch.setattr(blocks, "BLOCK_QUERIES", 4)
    monkeypatch.setattr(blocks, "BLOCK_SCORES", 1)
    with kernels.disabled():
        yield


def inputs(*batch, keys=S):
    rng = np.random.default_rng(0)
    shapes = ((L, E), (keys, E), (keys, 3))
    return [rng.standard_normal((*batch, *shape)) for shape in shapes]


def plainly(q, k, v, mask=None, *, is_causal=False):
    """The formula, all at once."""
    s = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        s = np.where(mask, s, -np.inf) if mask.dtype == bool else s + mask
    if is_causal:
        s = np.where(np.tri(*s.shape[-2:], dtype=bool), s, -np.inf)
    top = s.max(axis=-1, keepdims=True)
    e = np.exp(s - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1.0, total) @ v


def truth(*shape):
    return np.random.default_rng(1).uniform(size=shape) > 0.5


CASES = {
    "all": (None, {}),
    "causal": (None, {"is_causal": True}),
    "truth": (truth(2, 1, L, S), {}),
    "padding": (truth(2, 1, 1, S), {"is_causal": True}),
    "nothing first": (np.broadcast_to(np.arange(S) > 6, (L, S)), {}),
    "nothing at all": (np.zeros((L, S), bool), {}),
    "bias": (np.random.default_rng(2).standard_normal((3, L, S)), {}),
    "bias of keys": (np.random.default_rng(2).standard_normal((1, S)), {"is_causal": True}),
    "bias of queries": (np.random.default_rng(2).standard_normal((2, 1, L, 1)), {}),
    "infinite bias": (np.where(truth(L, S), 0.0, -np.inf), {}),
}
every_case = pytest.mark.parametrize(("mask", "options"), CASES.values(), ids=CASES)


@every_case
def test_blocks_give_what_the_formula_gives(mask, options, backend, small_blocks):
    arrays = inputs(2, 3)
    given = [backend.asarray(x) for x in (*arrays, mask) if x is not None]
    y = ops.scaled_dot_product_attention(*given, **options)
    assert_close(to_numpy(y), plainly(*arrays, mask, **options))


@every_case
def test_their_derivatives_agree_with_finite_differences(mask, options, small_blocks):
    arrays = inputs(2, 3)
    if mask is not None and mask.dtype != bool and np.all(np.isfinite(mask)):
        arrays.append(mask)
        mask = ()
    masks = () if mask is None or len(arrays) > 3 else (mask,)
    gradcheck(
        lambda *xs: ops.scaled_dot_product_attention(*xs, *masks, **options), *arrays, order=2
    )


def test_dropout_draws_the_same_on_the_way_back(small_blocks):
    options = {"dropout_p": 0.4, "seed": 5}
    gradcheck(lambda *xs: ops.scaled_dot_product_attention(*xs, **options), *inputs(2), order=2)


def test_dropout_keeps_the_share_it_should_and_differs_between_seeds(small_blocks):
    x = np.zeros((50, L, E))
    ones = np.ones((50, L, L))
    drawn = [
        ops.scaled_dot_product_attention(x, x, ones * np.eye(L), dropout_p=0.3, seed=seed)
        for seed in (1, 2)
    ]
    assert abs(np.mean(drawn[0] == 0) - 0.3) < 0.02
    assert 0.3 < np.mean((drawn[0] == 0) != (drawn[1] == 0)) < 0.6
    np.testing.assert_allclose(drawn[0].max() * L * 0.7, 1.0)


def test_huge_scores_after_a_hidden_block_are_not_lost(small_blocks):
    q = np.full((1, E), -50.0)
    k = np.full((S, E), 50.0)
    v = np.arange(3.0 * S).reshape(S, 3)
    seen = np.arange(S) > 7  # all of the first block is hidden, scores are -5000 after it
    y = ops.scaled_dot_product_attention(q, k, v, seen[None, :])
    np.testing.assert_allclose(y, v[8:].mean(axis=0)[None])


def test_no_keys_give_zeros(backend):
    for count in (0, 1):
        with kernels.disabled():
            q, k, v = (Tensor(backend.asarray(x), True) for x in inputs(2, keys=count))
            y = ops.scaled_dot_product_attention(q, k, v)
            assert bool(np.any(to_numpy(y))) == bool(count)
            y.sum().backward()
            assert tuple(k.grad.shape) == (2, count, E)


@pytest.mark.parametrize(("heads", "with_kernels"), [(1, False), (1, True), (8, True)])
def test_attention_over_8192_positions_runs_within_a_gibibyte(heads, with_kernels):
    length, features = 8192, 64
    rng = np.random.default_rng(0)
    q, k, v = (
        Tensor(rng.standard_normal((heads, length, features), dtype="float32"), True)
        for _ in range(3)
    )
    dy = np.ones((heads, length, features), np.float32)

    def step():
        y = ops.scaled_dot_product_attention(q, k, v, is_causal=True)
        y.backward(dy)

    tracemalloc.start()
    try:
        if with_kernels:
            step()
        else:
            with kernels.disabled():
                step()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 30
    assert peak < heads * (1 << 25) + (1 << 28)  # all scores at once would be 256 MiB a head
    # the last query sees all keys: check one row by the formula
    one = [x.data[:1] for x in (q, k, v)]
    y = ops.scaled_dot_product_attention(*one, is_causal=True)
    expected = plainly(one[0][:, -1:], one[1], one[2])
    np.testing.assert_allclose(y[:, -1:], expected, atol=1e-4)
