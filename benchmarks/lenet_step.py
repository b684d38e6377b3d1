"""A training step of LeNet-5 on 28x28 images: batch 128, SGD with momentum, float32.

Every peer starts from fresh random weights and sees the same batch; the step is zero_grad,
forward, backward and update, ending when the new weights are there.
"""

from __future__ import annotations

import numpy as np

from .places import torch_place, xpnet_place

PEERS = ("xpnet", "torch")
ON_GPU = ("xpnet", "torch")
TARGETS = {"torch": 0.65}
BATCH = 128


def _batch():
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, 1, 28, 28), dtype=np.float32)
    return x, rng.integers(0, 10, BATCH)


def _lenet(nn):
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def xpnet():
    from xpnet import nn, optim

    place, finish = xpnet_place()
    x, y = map(place, _batch())
    model = _lenet(nn)
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        finish()

    return step


def torch():
    import torch
    from torch import nn

    place, finish = torch_place()
    x, y = map(place, _batch())
    model = _lenet(nn).to(x.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        finish()

    return step
