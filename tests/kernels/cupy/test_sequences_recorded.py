"""Networks of sequences trained on the stand-in for CuPy: as on NumPy, and recorded."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, nn, optim
from xpnet.backend import Recording, random
from xpnet.backend.recording import recording_begun
from xpnet.errors import BackendError

rng = np.random.default_rng(0)
WORDS, LABELS = rng.integers(0, 7, (20, 6)), rng.integers(0, 3, 20)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


class Reader(nn.Module):
    """Words, what reads them, and a class from the last position."""

    def __init__(self, kind, dropout=0.0):
        self.words = nn.Embedding(7, 8)
        if kind == "transformer":
            self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout, "gelu", batch_first=True)
        else:
            self.layer = getattr(nn, kind)(8, 5, batch_first=True)
        self.output = nn.Linear(8 if kind == "transformer" else 5, 3)

    def forward(self, x):
        y = self.layer(self.words(x))
        y = y[0] if isinstance(y, tuple) else y
        return self.output(y[:, -1, ...])


def train(kind, device="cuda", dropout=0.0, **options):
    """Return parameters after three epochs, and how many steps were replayed."""
    xn.manual_seed(5)
    with xn.device(device):
        model = Reader(kind, dropout)
        trainer = xn.Trainer(model, optim.SGD(model.parameters(), lr=0.1), **options)
        trainer.fit((WORDS, LABELS), epochs=3, batch_size=4, seed=1, progress=False)
        return {k: xn.to_numpy(x).copy() for k, x in model.state_dict().items()}, trainer


@pytest.mark.parametrize(
    ("kind", "dropout"),
    [("transformer", 0.0), ("transformer", 0.3), ("LSTM", 0.0), ("GRU", 0.0), ("RNN", 0.0)],
)
def test_a_training_is_that_on_numpy_and_can_be_recorded(gpu, kind, dropout):
    on_numpy, _ = train(kind, "cpu", dropout)
    plain, _ = train(kind, dropout=dropout)
    recorded, trainer = train(kind, dropout=dropout, capture=True)
    assert trainer.steps_replayed == 13
    for name, value in plain.items():
        np.testing.assert_allclose(value, on_numpy[name], rtol=1e-3, atol=1e-5, err_msg=name)
        np.testing.assert_array_equal(recorded[name], value, err_msg=name)


def test_a_seed_that_nobody_drew_cannot_be_recorded(gpu):
    x = xn.asarray(np.ones((1, 2, 3)), device="cuda")
    with recording_begun(Recording()), pytest.raises(BackendError, match="seed must be that of"):
        xn.ops.scaled_dot_product_attention(x, x, x, dropout_p=0.5, seed=3)
    with recording_begun(Recording()) as begun:
        seed = random.next_seed()
        xn.ops.scaled_dot_product_attention(x, x, x, dropout_p=0.5, seed=seed)
        assert len(begun.before_replay) == 1


def test_lengths_cannot_be_recorded(gpu):
    x, w = (xn.asarray(np.ones(s), device="cuda") for s in ((3, 2, 4), (5, 4)))
    u = xn.asarray(np.ones((5, 5)), device="cuda")
    with recording_begun(Recording()), pytest.raises(BackendError, match="lengths must be None"):
        xn.ops.rnn(x, None, w, u, lengths=(3, 1))
