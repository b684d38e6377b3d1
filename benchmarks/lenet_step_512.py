"""A training step of LeNet-5 on 28x28 images: batch 512, SGD with momentum, float32."""

from __future__ import annotations

from . import networks, steps

PEERS = ("xpnet", "torch")
ON_GPU = steps.ON_GPU
TARGETS = {"torch": 1.0}
REPETITIONS = 5
WAKE = 3

CASES = steps.training(networks.lenet, 512, (1, 28, 28))
