"""Overhead of the tape: 1,000 multiplications of a 4-element array, forward and backward."""

from __future__ import annotations

import os

import numpy as np

PEERS = ("xpnet", "torch")
TARGETS = {"torch": 1.0}
LENGTH = 1000


def _chain(x):
    y = x
    for _ in range(LENGTH):
        y = y * x
    y.sum().backward()


def xpnet():
    from xpnet import Tensor

    array = np.ones(4, np.float32)
    return lambda: _chain(Tensor(array, requires_grad=True))


def torch():
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    return lambda: _chain(torch.ones(4, requires_grad=True))
