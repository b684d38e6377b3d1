"""The Transformer of the benchmark is the same network for both libraries, and trains alike."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import xpnet as xn
from benchmarks import transformer_step
from benchmarks.steps import step_of
from xpnet.testing import BACKENDS


def test_both_libraries_take_the_same_training_step():
    if BACKENDS["torch"].unavailable():
        pytest.skip(BACKENDS["torch"].unavailable())
    torch = importlib.import_module("torch")
    x, y = transformer_step.characters(batch=2, length=6)
    own = transformer_step.network(xn.nn, length=6, layers=2)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(6)
    other = transformer_step.network(torch.nn, mask, length=6, layers=2)
    state = own.state_dict()
    assert set(state) == set(other.state_dict())
    other.load_state_dict({name: torch.from_numpy(np.array(a)) for name, a in state.items()})
    before = {name: np.array(a) for name, a in state.items()}
    steps = [
        step_of(nn, model, optim.SGD(model.parameters(), lr=0.1), place(x), place(y.reshape(-1)))
        for nn, model, optim, place in (
            (xn.nn, own, xn.optim, xn.asarray),
            (torch.nn, other, torch.optim, torch.from_numpy),
        )
    ]
    for step in steps:
        step()
    after = own.state_dict()
    assert any(not np.array_equal(before[name], after[name]) for name in before)
    for name, a in other.state_dict().items():
        np.testing.assert_allclose(after[name], a.numpy(), rtol=1e-4, atol=1e-5)
    assert sum(p.size for p in transformer_step.network(xn.nn).parameters()) == 826_433


def test_characters_are_followed_by_the_next_ones():
    x, y = transformer_step.characters()
    assert x.shape == y.shape == (transformer_step.BATCH, transformer_step.LENGTH)
    np.testing.assert_array_equal(x[:, 1:], y[:, :-1])
