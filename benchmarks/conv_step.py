"""A training step of two wide 3x3 convolutions, pooling and two dense layers on 28x28 images.

Batch 128, SGD with momentum, float32. Nearly all of the work is one convolution, 32 -> 64 channels
at 24x24, with its two derivatives.
"""

from __future__ import annotations

from . import jax_steps, networks, steps

PEERS = ("xpnet", "torch")
ON_GPU = (*steps.ON_GPU, "jax")
TARGETS = {"torch": 0.85}
TARGETS_ON_GPU = {"torch": 1.0}
REPETITIONS = 5
WAKE = 2

CASES = steps.training(networks.conv, 128, (1, 28, 28))
CASES["jax"] = jax_steps.training(networks.conv, 128, (1, 28, 28))
