"""How the compiled loops of recurrent ops behave inside JAX's own tools."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, kernels, ops
from xpnet.testing import BACKENDS

jax = pytest.importorskip("jax")
jnp = jax.numpy


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    with BACKENDS["jax"]:
        yield


def arrays(gates):
    rng = np.random.default_rng(0)
    return [
        jnp.asarray(rng.standard_normal(s)) for s in ((3, 2, 4), (5 * gates, 4), (5 * gates, 5))
    ]


def test_a_step_can_be_compiled_as_a_whole():
    given = arrays(3)

    def loss(x, w, u):
        y, h = ops.gru(x, None, w, u, lengths=(3, 2), reverse=True)
        return (y * y).sum() + h.sum()

    both = xn.value_and_grad(loss, (0, 1, 2))
    y, gradients = jax.jit(both)(*given)
    with kernels.disabled():
        expected, wanted = both(*given)
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    for actual, dw in zip(gradients, wanted, strict=True):
        np.testing.assert_allclose(actual, dw, rtol=1e-5, atol=1e-6)


def test_other_lengths_are_not_compiled_anew():
    from xpnet.kernels.jax.recurrent import _pulled_back, _with_way_back

    x, w, u = arrays(4)
    compiled = []
    for lengths in ((3, 2), (1, 3), (2, 2)):
        tensor = Tensor(w, requires_grad=True)
        ops.lstm(x, None, None, tensor, u, lengths=lengths)[0].sum().backward()
        compiled.append((_with_way_back._cache_size(), _pulled_back._cache_size()))
    assert compiled[0] == compiled[1] == compiled[2]


def test_what_does_not_fit_is_left_to_the_generic_op():
    x, w, u = arrays(1)
    assert kernels.find("rnn", x[:, :0], None, w, u) is None
    assert kernels.find("rnn", *(a.astype("float16") for a in (x, w, u))) is None
