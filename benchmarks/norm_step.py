"""A training step of six 3x3 convolutions with batch normalisation on 3x32x32 images.

Batch 128, SGD with momentum, float32; 32, 32, 64, 64, 128 and 128 channels, pooling after every
second, then the mean of each channel and a dense layer.
"""

from __future__ import annotations

from . import networks, steps

PEERS = ("xpnet", "torch")
ON_GPU = steps.ON_GPU
TARGETS = {"torch": 1.2}
REPETITIONS = 3
WAKE = 1

CASES = steps.training(networks.norm, 128, (3, 32, 32))
