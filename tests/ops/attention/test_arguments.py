"""What attention refuses, before any work is done."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import ops
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.nn import functional as F

Q, K, V = (2, 4, 3), (2, 5, 3), (2, 5, 6)


def ones(*shape, dtype="float64"):
    return np.ones(shape, dtype)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((3,), K, V), r"query must be \(..., positions, features\), got \(3,\); a single vector"),
        ((Q, (3,), V), "key must be"),
        ((Q, (2, 5, 4), V), r"key must be \(2, S, 3\) for query of shape \(2, 4, 3\), got"),
        ((Q, (1, 5, 3), V), r"key must be \(2, S, 3\)"),
        ((Q, (5, 3), V), r"key must be \(2, S, 3\)"),
        ((Q, K, (2, 4, 6)), r"value must be \(2, 5, Ev\), got \(2, 4, 6\)"),
        ((Q, K, V, (5, 4)), r"attn_mask must be \(2, 4, 5\) or broadcastable"),
        ((Q, K, V, (3, 4, 5)), "attn_mask must be"),
        ((Q, K, V, (1, 2, 4, 5)), "attn_mask must be"),
        ((Q, K, V, (5,)), r"got \(5,\); for the same keys to all queries write attn_mask\[None"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(shapes, message):
    with pytest.raises(ShapeError, match=message):
        F.scaled_dot_product_attention(*(ones(*shape) for shape in shapes))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dropout_p": 1.0}, "dropout_p must be at least 0 and below 1, got 1.0"),
        ({"dropout_p": -0.1}, "got -0.1"),
        ({"dropout_p": "0.1"}, "got '0.1'"),
        ({"scale": float("nan")}, "scale must be a number or None, got nan"),
        ({"scale": "big"}, "got 'big'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        F.scaled_dot_product_attention(ones(*Q), ones(*K), ones(*V), **options)


def test_data_types_must_agree():
    for i in range(3):
        arrays = [ones(*Q), ones(*K), ones(*V)]
        arrays[i] = arrays[i].astype("float32")
        with pytest.raises(DTypeError, match="x must have the dtype"):
            F.scaled_dot_product_attention(*arrays)
    with pytest.raises(DTypeError, match="floating-point"):
        F.scaled_dot_product_attention(*(ones(*s, dtype="int64") for s in (Q, K, V)))
    for dtype in ("int64", "float32"):
        mask = ones(4, 5, dtype=dtype)
        with pytest.raises(DTypeError, match="attn_mask must be truth values, or numbers of"):
            F.scaled_dot_product_attention(ones(*Q), ones(*K), ones(*V), mask)


@pytest.mark.parametrize(
    ("shape", "heads", "error", "message"),
    [
        ((2, 4, 12), 0, ArgumentError, "num_heads must be an integer >= 1, got 0"),
        ((2, 4, 12), True, ArgumentError, "num_heads must be an integer >= 1, got True"),
        ((2, 4, 12), 3, ShapeError, r"qkv must be \(..., L, 3 H E\) with H=3 heads, got"),
        ((12,), 2, ShapeError, r"qkv must be"),
    ],
)
def test_heads_must_fit_the_features(shape, heads, error, message):
    with pytest.raises(error, match=message):
        ops.self_attention(ones(*shape), num_heads=heads)


def test_a_mask_must_fit_the_heads():
    with pytest.raises(ShapeError, match=r"attn_mask must be \(2, 2, 4, 4\)"):
        ops.self_attention(ones(2, 4, 12), ones(3, 4, 4, dtype=bool), num_heads=2)
    with pytest.raises(DTypeError, match="floating-point"):
        ops.self_attention(ones(2, 4, 12, dtype="int64"), num_heads=2)
