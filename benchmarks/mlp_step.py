"""A training step of the MLP 784-512-512-10: batch 128, SGD with momentum, cross-entropy, float32.

Every peer starts from fresh random weights and sees the same batch; the step is zero_grad,
forward, backward and update, ending when the new weights are there.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from . import networks, steps
from .places import jax_place

PEERS = ("xpnet", "torch", "sklearn", "jax")
ON_GPU = (*steps.ON_GPU, "jax")
TARGETS = {"torch": 1.0, "sklearn": 0.5}
TARGETS_ON_GPU = {"torch": 0.5}
REPETITIONS = 50
SIZES = (784, 512, 512, 10)
BATCH = 128

xpnet, torch, torch_compiled, xpnet_captured = steps.training(networks.mlp, BATCH, SIZES[:1])


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


def jax():
    import jax
    import jax.numpy as jnp

    x, y = map(jax_place(), steps.samples(BATCH, SIZES[:1]))
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
