from __future__ import annotations

import numpy as np

from xpnet.training.metrics import by_name
from xpnet.training.totals import Totals, fetch


def test_fetch_brings_arrays_of_any_shape_and_dtype(backend):
    arrays = [backend.asarray(3), backend.asarray([[1.5, 2.5]]), backend.asarray([True, False])]
    a, b, c = fetch(arrays)
    assert a.shape == () and a == 3
    assert b.tolist() == [[1.5, 2.5]]
    assert c.tolist() == [1.0, 0.0]


def test_large_counts_are_exact(backend):
    (count,) = fetch([backend.asarray(2**40 + 1)])
    assert int(count) == 2**40 + 1


def test_no_batch_gives_no_numbers():
    assert Totals([by_name("accuracy")]).compute() == {}


def test_the_loss_is_weighted_by_the_samples_of_the_batches(backend):
    totals = Totals([by_name("accuracy")])
    y = backend.asarray([1, 1, 1])
    totals.add(backend.asarray(2.0), backend.asarray(np.zeros((3, 2), np.float32)), y)
    totals.add(backend.asarray(6.0), backend.asarray([[0.0, 1.0]]), y[:1])
    assert totals.compute() == {"loss": 3.0, "accuracy": 0.25}


def test_half_precision_losses_do_not_overflow():
    totals = Totals([])
    for _ in range(100):
        totals.add(np.float16(1000.0), np.zeros((1000, 1)), np.zeros(1000))
    assert totals.compute() == {"loss": 1000.0}
