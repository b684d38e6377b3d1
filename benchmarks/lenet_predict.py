"""Latency of predicting one 28x28 image with LeNet-5, float32.

xpnet: ``model.predict`` in evaluation mode; PyTorch: ``model(x)`` under ``inference_mode``.
"""

from __future__ import annotations

from . import networks, steps

PEERS = ("xpnet", "torch")
ON_GPU = ("xpnet", "torch")
TARGETS = {"torch": 0.6}
REPETITIONS = 100

xpnet, torch = steps.predicting(networks.lenet, (1, 28, 28))
