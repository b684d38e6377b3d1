"""Outputs of every kind as logits, on every library."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import nn
from xpnet.backend import to_numpy
from xpnet.cli.logits import AsLogits

Z = np.asarray([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])
P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("logits", Z, Z),
        ("scores", Z, Z),
        ("probabilities", P, np.log(P)),
        ("log_probabilities", np.log(P), np.log(P)),
        ("probabilities", sigmoid(Z[:, :1]), Z[:, :1]),
        ("probabilities", sigmoid(Z[:, 0]), Z[:, 0]),
        ("log_probabilities", np.log(sigmoid(Z[:, :1])), Z[:, :1]),
    ],
    ids=["logits", "scores", "chances", "logarithms", "one", "flat", "logarithm of one"],
)
def test_outputs_as_logits(backend, kind, given, expected):
    x = backend.asarray(given.astype(np.float32))
    found = to_numpy(AsLogits(nn.Identity(), kind).predict(x))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_certainty_is_finite(backend):
    x = backend.asarray(np.asarray([[0.0, 1.0]], np.float32))
    found = to_numpy(AsLogits(nn.Identity(), "probabilities").predict(x))
    assert np.isfinite(found).all()
    assert found[0, 0] < -60 < found[0, 1] == 0
