"""A training step of LeNet-5 on 28x28 images: batch 128, SGD with momentum, float32."""

from __future__ import annotations

from . import jax_steps, networks, steps

PEERS = ("xpnet", "torch")
ON_GPU = (*steps.ON_GPU, "jax")
TARGETS = {"torch": 0.65}
TARGETS_ON_GPU = {"torch": 0.5}

CASES = steps.training(networks.lenet, 128, (1, 28, 28))
CASES["jax"] = jax_steps.training(networks.lenet, 128, (1, 28, 28))
