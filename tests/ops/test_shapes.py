"""flatten and dropout: what the table cannot say."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, ShapeError


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (2, 60)),
        ({"start_dim": 0}, (120,)),
        ({"start_dim": -2}, (2, 3, 20)),
        ({"start_dim": 1, "end_dim": 2}, (2, 12, 5)),
        ({"start_dim": 3}, (2, 3, 4, 5)),
    ],
)
def test_flatten_joins_the_axes_asked_for(options, shape):
    assert ops.flatten(np.ones((2, 3, 4, 5)), **options).shape == shape


def test_flatten_keeps_the_features_of_an_empty_batch():
    assert ops.flatten(np.ones((0, 3, 4))).shape == (0, 12)


@pytest.mark.parametrize("options", [{"start_dim": 3}, {"start_dim": 2, "end_dim": 1}])
def test_flatten_refuses_axes_that_are_not_there_or_in_the_wrong_order(options):
    with pytest.raises(ShapeError, match="flatten: start_dim and end_dim must be axes of x"):
        ops.flatten(np.ones((2, 3, 4)), **options)


def test_flatten_says_that_a_vector_lacks_a_batch_axis():
    with pytest.raises(ShapeError, match="x needs a batch axis"):
        ops.flatten(np.ones(3))


def test_dropped_elements_are_zero_even_if_they_were_infinite(backend):
    x = backend.asarray([np.inf, 1.0])
    keep = backend.asarray([False, True])
    assert to_numpy(ops.dropout(x, keep, p=0.5)).tolist() == [0.0, 2.0]


@pytest.mark.parametrize("p", [-0.1, 1.5])
def test_dropout_refuses_what_is_no_probability(p):
    with pytest.raises(ArgumentError, match=f"dropout: p must be from 0 to 1, got {p}"):
        ops.dropout(np.ones(2), np.ones(2, dtype=bool), p=p)


@pytest.mark.parametrize(("keep", "draw"), [(None, None), (np.ones(2, dtype=bool), (0, 0))])
def test_dropout_is_given_a_mask_or_a_draw(keep, draw):
    with pytest.raises(ArgumentError, match="dropout: keep must be given where draw is None"):
        ops.dropout(np.ones(2), keep, p=0.5, draw=draw)
