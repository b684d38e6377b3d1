"""Outputs come in pieces, all of them, where X is."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse

from xpnet import nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.sklearn import outputs
from xpnet.sklearn.outputs import outputs_of, rows_at_once


@pytest.mark.parametrize("rows", [1, 3, 10, 11])
def test_pieces_make_no_difference(backend, monkeypatch, rows):
    monkeypatch.setattr(outputs, "ROWS", rows)
    x = np.random.default_rng(0).normal(size=(10, 3))
    module = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5), nn.BatchNorm1d(2)).to("cpu")
    expected = to_numpy(module.eval()(x.astype(np.float32)))
    found = outputs_of(module.train(), backend.asarray(x))
    assert module.training
    assert device_of(found) == backend.device
    assert dtype_name(found.dtype) == "float32"  # that of the network
    np.testing.assert_allclose(to_numpy(found), expected, atol=1e-5)
    thin = outputs_of(module, sparse.csr_array(x))
    np.testing.assert_allclose(thin, expected, atol=1e-5)


def test_long_rows_are_few_at_a_time():
    assert rows_at_once(sparse.csr_array((10, 2**22)), 1024) == 1
    assert rows_at_once(sparse.csr_array((10, 2**30)), 1024) == 1
    assert rows_at_once(np.ones((10, 100)), 1024) == 1024
