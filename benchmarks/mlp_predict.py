"""Latency of predicting one sample with the MLP 784-512-512-10, float32.

xpnet: ``model.predict`` in evaluation mode; PyTorch: ``model(x)`` under ``inference_mode``.
"""

from __future__ import annotations

import numpy as np

from . import networks, steps

PEERS = ("xpnet", "torch", "sklearn")
ON_GPU = ("xpnet", "torch")
TARGETS = {"torch": 0.8}
REPETITIONS = 200

xpnet, torch = steps.predicting(networks.mlp, (784,))


def sklearn():
    from sklearn.neural_network import MLPClassifier

    x, _ = steps.samples(1, (784,))
    model = MLPClassifier(hidden_layer_sizes=(512, 512), batch_size=10)
    model.partial_fit(np.repeat(x, 10, axis=0), np.arange(10), classes=np.arange(10))
    return lambda: model.predict_proba(x)
