"""A training step of the MLP 784-512-512-10: batch 128, SGD with momentum, cross-entropy, float32.

Every peer starts from fresh random weights and sees the same batch; the step is zero_grad,
forward, backward and update, ending when the new weights are there.
"""

from __future__ import annotations

import numpy as np

from . import jax_steps, networks, steps

PEERS = ("xpnet", "torch", "sklearn", "jax")
ON_GPU = (*steps.ON_GPU, "jax")
TARGETS = {"torch": 1.0, "sklearn": 0.5}
TARGETS_ON_GPU = {"torch": 0.5}
REPETITIONS = 50
SIZES = (784, 512, 512, 10)
BATCH = 128


def sklearn():
    from sklearn.neural_network import MLPClassifier

    x, y = steps.samples(BATCH, SIZES[:1])
    model = MLPClassifier(
        hidden_layer_sizes=SIZES[1:-1],
        solver="sgd",
        learning_rate_init=0.01,
        momentum=0.9,
        nesterovs_momentum=False,
        alpha=0.0,
        batch_size=BATCH,
    )
    model.partial_fit(x, y, classes=np.arange(SIZES[-1]))
    return lambda: model.partial_fit(x, y)


CASES = steps.training(networks.mlp, BATCH, SIZES[:1])
CASES["jax"] = jax_steps.training(networks.mlp, BATCH, SIZES[:1])
CASES["sklearn"] = sklearn
