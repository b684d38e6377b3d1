"""A training step of the MLP 784-512-512-10: batch 128, SGD with momentum, cross-entropy, float32.

Every peer starts from fresh random weights and sees the same batch; the step is zero_grad,
forward, backward and update, ending when the new weights are there.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .places import torch_place, xpnet_place

PEERS = ("xpnet", "torch", "sklearn", "jax")
ON_GPU = ("xpnet", "torch")
TARGETS = {"torch": 1.0, "sklearn": 0.5}
REPETITIONS = 50
SIZES = (784, 512, 512, 10)
BATCH = 128


def _batch():
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, SIZES[0]), dtype=np.float32)
    return x, rng.integers(0, SIZES[-1], BATCH)


def xpnet():
    from xpnet import nn, optim

    place, finish = xpnet_place()
    x, y = map(place, _batch())
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )
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
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    ).to(x.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        finish()

    return step


def sklearn():
    from sklearn.neural_network import MLPClassifier

    x, y = _batch()
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


def jax():
    import jax
    import jax.numpy as jnp

    x, y = map(jnp.asarray, _batch())
    rng = np.random.default_rng(1)
    weights = [
        (
            jnp.asarray(rng.uniform(-1, 1, (m, n)) / np.sqrt(m), jnp.float32),
            jnp.zeros(n, jnp.float32),
        )
        for m, n in pairwise(SIZES)
    ]
    velocity = jax.tree.map(jnp.zeros_like, weights)

    def loss(weights):
        z = x
        for w, b in weights[:-1]:
            z = jax.nn.relu(z @ w + b)
        w, b = weights[-1]
        log_p = jax.nn.log_softmax(z @ w + b)
        return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], axis=1))

    @jax.jit
    def update(weights, velocity):
        gradient = jax.grad(loss)(weights)
        velocity = jax.tree.map(lambda v, g: 0.9 * v + g, velocity, gradient)
        return jax.tree.map(lambda w, v: w - 0.01 * v, weights, velocity), velocity

    state = [weights, velocity]

    def step():
        state[:] = update(*state)
        jax.block_until_ready(state)

    return step
