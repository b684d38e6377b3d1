"""A training step of a causal Transformer: 4 layers, width 128, 4 heads, 128 characters.

Batch 16 of 65 characters, GELU, norms first, no dropout, Adam, float32: 0.8 million parameters. The
network is written once, of the layers that both libraries have; PyTorch's attend by its fused
kernel, which its flag ``is_causal`` allows.
"""

from __future__ import annotations

import numpy as np

from . import steps

PEERS = ("xpnet", "torch")
ON_GPU = steps.ON_GPU
TARGETS = {"torch": 1.2}
REPETITIONS = 5
WAKE = 2

BATCH, LENGTH, VOCABULARY, WIDTH, HEADS, LAYERS = 16, 128, 65, 128, 4, 4


def characters(batch=BATCH, length=LENGTH):
    """Return numbers of characters (N, T), and of those that come next."""
    text = np.random.default_rng(0).integers(0, VOCABULARY, (batch, length + 1))
    return text[:, :-1].copy(), text[:, 1:].copy()


def network(nn, hidden=None, length=LENGTH, layers=LAYERS):
    """Return the model; `hidden` is the mask that PyTorch wants beside ``is_causal``."""

    class CausalTransformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(VOCABULARY, WIDTH)
            self.positions = nn.Embedding(length, WIDTH)
            self.blocks = nn.ModuleList(
                [
                    nn.TransformerEncoderLayer(
                        WIDTH, HEADS, 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True
                    )
                    for _ in range(layers)
                ]
            )
            self.norm = nn.LayerNorm(WIDTH)
            self.head = nn.Linear(WIDTH, VOCABULARY)

        def forward(self, x):
            x = self.tokens(x) + self.positions.weight
            for block in self.blocks:
                x = block(x, hidden, is_causal=True)
            return self.head(self.norm(x)).reshape(-1, VOCABULARY)

    return CausalTransformer()


def model_of(nn, x):
    """Return the model, for PyTorch with the mask on the device of `x`."""
    if nn.__name__ != "torch.nn":
        return network(nn)
    return network(nn, nn.Transformer.generate_square_subsequent_mask(LENGTH, device=x.device))


def samples():
    x, y = characters()
    return x, y.reshape(-1)


CASES = steps.cases(model_of, samples, "Adam", lr=1e-3)
