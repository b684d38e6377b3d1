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


def test_losses_are_added_up_whatever_the_number_and_size_of_batches(backend):
    """They are collected and added in groups; what comes out does not show it."""
    totals, losses, sizes = Totals([]), [], []
    for i in range(200):
        loss, n = 1.0 + 0.5 * (i % 7), 3 if i % 90 else 2
        totals.add(backend.asarray(loss), backend.asarray(np.zeros((n, 1), np.float32)), None)
        losses.append(loss)
        sizes.append(n)
        if i in (50, 199):
            expected = np.dot(losses, sizes) / np.sum(sizes)
            np.testing.assert_allclose(totals.compute()["loss"], expected, rtol=1e-6)
    assert totals.samples == sum(sizes)


def test_batches_with_weights_and_without_count_together(backend):
    totals = Totals([])
    outputs = backend.asarray(np.zeros((2, 1), np.float32))
    totals.add(backend.asarray(1.0), outputs, None)
    totals.add(backend.asarray(4.0), outputs, None, backend.asarray([0.5, 0.5]))
    assert totals.compute() == {"loss": 2.0}


def test_the_loss_of_samples_that_weigh_nothing_is_zero(backend):
    totals = Totals([])
    outputs = backend.asarray(np.zeros((2, 1), np.float32))
    totals.add(backend.asarray(0.0), outputs, None, backend.asarray([0.0, 0.0]))
    assert totals.compute() == {"loss": 0.0}
