"""A training step of an LSTM with 128 cells on 28x28 images read by rows: batch 128, Adam, float32.

The class follows from the state after the last row by a dense layer.
"""

from __future__ import annotations

from . import networks, steps

PEERS = ("xpnet", "torch")
ON_GPU = steps.ON_GPU
TARGETS = {"torch": 1.0}
TARGETS_ON_GPU = {"torch": 1.5}

CASES = steps.training(networks.lstm, 128, (28, 28), "Adam", lr=1e-3)
