"""Latency of predicting one sample with the MLP 784-512-512-10, float32.

xpnet: ``model.predict`` in evaluation mode; PyTorch: ``model(x)`` under ``inference_mode``.
"""

from __future__ import annotations

import numpy as np

from .places import torch_place, xpnet_place

PEERS = ("xpnet", "torch", "sklearn")
ON_GPU = ("xpnet", "torch")
TARGETS = {"torch": 0.8}
REPETITIONS = 200


def _sample():
    return np.random.default_rng(0).random((1, 784), dtype=np.float32)


def xpnet():
    from xpnet import nn

    place, finish = xpnet_place()
    x = place(_sample())
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    ).eval()

    def predict():
        model.predict(x)
        finish()

    return predict


def torch():
    import torch
    from torch import nn

    place, finish = torch_place()
    x = place(_sample())
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )
    model = model.to(x.device).eval()

    def predict():
        with torch.inference_mode():
            model(x)
        finish()

    return predict


def sklearn():
    from sklearn.neural_network import MLPClassifier

    x = _sample()
    model = MLPClassifier(hidden_layer_sizes=(512, 512), batch_size=10)
    model.partial_fit(np.repeat(x, 10, axis=0), np.arange(10), classes=np.arange(10))
    return lambda: model.predict_proba(x)
