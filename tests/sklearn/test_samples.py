"""Samples keep their targets and weights, whatever is done with them."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse

from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.sklearn.samples import Samples

X = np.arange(60.0).reshape(20, 3)
Y = np.arange(20) % 2
W = np.arange(20.0)


def test_rows_keep_together(backend):
    part = Samples(backend.asarray(X), Y, W).rows(np.asarray([3, 1]))
    assert device_of(part.x) == backend.device
    np.testing.assert_array_equal(to_numpy(part.x), X[[3, 1]])
    assert part.y.tolist() == [1, 1]
    assert part.weights.tolist() == [3.0, 1.0]
    assert part.size == 2
    assert part.total_weight == 4.0
    assert Samples(X, Y).total_weight == 20.0


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_a_split_is_whole_disjoint_stratified_and_the_same_for_a_seed(kind):
    x = X if kind == "dense" else sparse.csr_array(X)
    first, second = Samples(x, Y, W).split(0.2, 5, stratify=True)
    assert (first.size, second.size) == (16, 4)
    assert np.bincount(second.y).tolist() == [2, 2]
    assert sorted([*first.weights, *second.weights]) == W.tolist()
    again = Samples(x, Y, W).split(0.2, 5, stratify=True)[1]
    np.testing.assert_array_equal(again.weights, second.weights)
    other = Samples(x, Y, W).split(0.2, 6, stratify=True)[1]
    assert set(other.weights) != set(second.weights)


def test_all_arrays_go_to_where_x_is_in_its_precision(backend):
    x = backend.asarray(X.astype(np.float32))
    arrays = Samples(x, Y.astype(np.float64), W).arrays()
    assert [device_of(part) for part in arrays] == [backend.device] * 3
    assert [dtype_name(part.dtype) for part in arrays] == ["float32"] * 3
    assert dtype_name(Samples(x, Y).arrays()[1].dtype) == "int64"


def test_sizes_of_batches():
    samples = Samples(X, Y)
    assert samples.batch_size("auto") == 20
    assert Samples(np.ones((500, 1)), np.ones(500)).batch_size("auto") == 200
    with pytest.warns(UserWarning, match="Got `batch_size` larger than sample size"):
        assert samples.batch_size(30) == 20
    for size in range(2, 21):
        assert 20 % samples.batch_size(size, no_single=True) != 1
    assert samples.batch_size(1, no_single=True) == 1
    assert Samples(X[:7], Y[:7]).batch_size(3, no_single=True) == 4
