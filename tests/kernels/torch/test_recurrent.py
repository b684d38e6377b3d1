"""How the recurrent kernels use PyTorch's autograd without showing it."""

from __future__ import annotations

import pytest

import xpnet as xn
from xpnet import Tensor, kernels, ops
from xpnet.testing import BACKENDS

torch = pytest.importorskip("torch")

X, W, U = torch.randn(3, 2, 4), torch.randn(20, 4), torch.randn(20, 5)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    with BACKENDS["torch"]:
        yield


def test_results_and_gradients_carry_no_graph_of_pytorch():
    w = Tensor(W, requires_grad=True)
    y, h, c = ops.lstm(X, None, None, w, U)
    assert not any(out.data.requires_grad for out in (y, h, c))
    (y.sum() + c.sum()).backward()
    assert not w.grad.requires_grad and not W.requires_grad and W.grad is None


def test_predictions_record_nothing():
    kernel = kernels.find("lstm", X, None, None, W, U)
    with xn.no_grad():
        _, (outputs, _) = kernel.forward(X, None, None, W, U)
    assert not any(out.requires_grad for out in outputs)


def test_the_way_back_can_be_gone_twice():
    w = Tensor(W, requires_grad=True)
    total = ops.lstm(X, None, None, w, U)[0].sum()
    total.backward(retain_graph=True)
    first = w.grad.clone()
    total.backward()
    torch.testing.assert_close(w.grad, 2 * first)


@pytest.mark.parametrize(
    ("arrays", "options"),
    [
        ((X, None, None, W, U), {"lengths": (3, 1)}),
        ((X, None, None, W, U, torch.ones(20)), {}),
        ((X, None, None, W, U[:, :2], None, None, torch.ones(2, 5)), {}),
        ((X.half(), None, None, W.half(), U.half()), {}),
        ((X[:, :0], None, None, W, U), {}),
    ],
    ids=["lengths", "one bias", "projection", "half", "empty"],
)
def test_what_does_not_fit_is_left_to_the_generic_op(arrays, options):
    assert kernels.find("lstm", *arrays, **options) is None
