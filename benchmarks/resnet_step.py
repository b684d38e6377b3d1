"""A training step of ResNet-20 on 3x32x32 images, for a GPU: batch 512, SGD, float32."""

from __future__ import annotations

from . import networks, steps

PEERS = ("xpnet", "torch")
ON_GPU = steps.ON_GPU
TARGETS = {}
TARGETS_ON_GPU = {"torch": 1.3}
REPETITIONS = 2
WAKE = 1

CASES = steps.training(networks.resnet, 512, (3, 32, 32))
