"""What attention refuses, before any work is done."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import ops
from xpnet.backend import to_numpy
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


def test_what_is_no_array_is_named():
    arrays = [ones(*Q), ones(*K), ones(*V), None]
    for i, name in enumerate(["query", "key", "value", "attn_mask"]):
        wrong = [*arrays[:i], [[True] * 5] * 4, *arrays[i + 1 :]]
        with pytest.raises(DTypeError, match=f"{name} must be an array, got a list"):
            F.scaled_dot_product_attention(*wrong)
    with pytest.raises(DTypeError, match="key must be an array, got None"):
        F.scaled_dot_product_attention(ones(*Q), None, ones(*V))


def test_there_is_a_feature_to_compare():
    with pytest.raises(ShapeError, match=r"at least one feature, got \(2, 4, 0\)"):
        F.scaled_dot_product_attention(ones(2, 4, 0), ones(2, 5, 0), ones(*V))


def test_a_scale_may_be_a_number_of_numpy(backend):
    q, k, v = (backend.asarray(np.cos(ones(*s) * 3)) for s in (Q, K, V))
    found = F.scaled_dot_product_attention(q, k, v, scale=np.float32(0.5))
    expected = F.scaled_dot_product_attention(q, k, v, scale=0.5)
    np.testing.assert_array_equal(to_numpy(found), to_numpy(expected))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dropout_p": 1.0}, "dropout_p must be at least 0 and below 1, got 1.0"),
        ({"dropout_p": -0.1}, "got -0.1"),
        ({"dropout_p": "0.1"}, "got '0.1'"),
        ({"scale": float("nan")}, "scale must be a number or None, got nan"),
        ({"scale": "big"}, "got 'big'"),
        ({"is_causal": "no"}, "is_causal must be True or False, got 'no'"),
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
