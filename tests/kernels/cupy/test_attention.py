"""Attention of CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree, kernel_of, moved, run
from xpnet import blocks
from xpnet.backend import random

rng = np.random.default_rng(0)
NAME = "scaled_dot_product_attention"


def sequences(*batch, queries=5, keys=6, features=4, values=3):
    shapes = ((queries, features), (keys, features), (keys, values))
    return [rng.standard_normal((*batch, *shape)) for shape in shapes]


def truth(*shape):
    return rng.uniform(size=shape) > 0.4


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize(
    ("queries", "keys"), [(1, 1), (1, 70), (70, 1), (32, 32), (64, 64), (65, 129), (130, 66)]
)
def test_sequences_shorter_and_longer_than_a_tile(gpu, dtype, is_causal, queries, keys):
    arrays = sequences(2, queries=queries, keys=keys)
    agree(NAME, arrays, (0, 1, 2), dtype, is_causal=is_causal)
    agree(NAME, [*arrays, truth(2, queries, keys)], (0, 1, 2), dtype, is_causal=is_causal)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("features", [1, 15, 16, 17, 64, 128])
@pytest.mark.parametrize("values", [1, 33, 128])
def test_heads_of_every_width(gpu, dtype, features, values):
    agree(NAME, sequences(2, features=features, values=values), (0, 1, 2), dtype)


MASKS = [
    ((), (1, 1)),
    ((), (5, 1)),
    ((3,), (5, 6)),
    ((3,), (1, 6)),
    ((3,), (3, 1, 6)),
    ((2, 3), (3, 5, 6)),
    ((2, 3), (1, 1, 5, 6)),
    ((2, 3), (2, 1, 1, 6)),
    ((2, 3), (1, 3, 5, 1)),
    ((2, 2, 3), (2, 2, 1, 5, 6)),
    ((2, 2, 3), (1, 1, 3, 5, 6)),
]


@pytest.mark.parametrize(("batch", "shape"), MASKS, ids=str)
def test_masks_that_are_spread(gpu, batch, shape):
    agree(NAME, [*sequences(*batch), truth(*shape)], (0, 1, 2))


def test_a_query_that_may_look_at_nothing_gets_zeros(gpu):
    mask = truth(70, 80)
    mask[3] = mask[69] = False
    mask[10, :64] = False
    y, dq, *_ = agree(NAME, [*sequences(queries=70, keys=80), mask], (0, 1, 2))
    assert (y[[3, 69]] == 0).all()
    assert (dq[[3, 69]] == 0).all()


def test_large_scores_keep_their_digits(gpu):
    q, k, v = sequences(queries=40, keys=100)
    agree(NAME, [100 * q, 100 * k, v], (0, 1, 2))
    agree(NAME, [3 * q, 3 * k, v], (0, 1, 2), "float32")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("size", [(64, 1024, 1 << 22), (4, 5, 1), (32, 64, 1), (7, 100, 1)])
def test_dropout_is_that_of_the_generic_op(gpu, monkeypatch, dtype, is_causal, size):
    for name, value in zip(("BLOCK_QUERIES", "BLOCK_KEYS", "BLOCK_SCORES"), size, strict=True):
        monkeypatch.setattr(blocks, name, value)
    arrays = sequences(2, 3, queries=33, keys=70)
    for p, seed in product((0.1, 0.7), (0, 2**63 - 1)):
        agree(NAME, arrays, (0, 1, 2), dtype, dropout_p=p, seed=seed, is_causal=is_causal)


def test_dropout_of_every_weight_is_drawn_as_on_the_host(gpu):
    """With values that tell keys apart, y shows which weights were kept."""
    q, k = np.zeros((2, 40, 1)), np.zeros((2, 50, 1))
    v = np.broadcast_to(np.eye(50), (2, 50, 50)).copy()
    options = {"dropout_p": 0.5, "seed": 11}
    y, *_ = run(NAME, moved([q, k, v]), **options)
    kept = random.stream(11, 0, 0).random((2, 40, 50), dtype="float32") >= 0.5
    np.testing.assert_array_equal(np.asarray(y) != 0, kept)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize(("length", "heads", "features"), [(1, 1, 1), (70, 3, 5), (20, 2, 128)])
def test_all_in_one_array(gpu, dtype, is_causal, length, heads, features):
    for batch in ((), (2,), (2, 1, 2)):
        qkv = rng.standard_normal((*batch, length, 3 * heads * features))
        options = {"num_heads": heads, "is_causal": is_causal}
        agree("self_attention", [qkv], (0,), dtype, **options)
        agree("self_attention", [qkv], (0,), dtype, dropout_p=0.3, seed=5, **options)
        agree("self_attention", [qkv, truth(*batch, 1, 1, length)], (0,), dtype, **options)


def test_what_does_not_fit_is_left_to_the_generic_op():
    accepts, arrays = kernel_of(NAME).accepts, sequences(2, 3)
    assert accepts(*arrays) is True
    assert accepts(*arrays, truth(5, 6)) is True
    assert accepts(*arrays, np.ones((5, 6))) is False
    assert accepts(*sequences(2, features=129)) is False
    assert accepts(*sequences(2, values=129)) is False
    assert accepts(*sequences(2, keys=0)) is False
    assert accepts(*sequences(0)) is False
    assert accepts(*sequences(2, 3, 2), truth(2, 1, 2, 5, 6)) is False
    assert accepts(*sequences(2, 3, 2), truth(3, 2, 5, 6)) is False
    packed = kernel_of("self_attention").accepts
    qkv = np.ones((2, 4, 12))
    assert packed(qkv, num_heads=2) is True
    assert packed(qkv, truth(2, 1, 4, 4), num_heads=2) is True
    assert packed(qkv, np.ones((4, 4)), num_heads=2) is False
    assert packed(np.ones((4, 3 * 129)), num_heads=1) is False
    assert packed(qkv[:0], num_heads=2) is False
