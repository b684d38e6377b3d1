"""The training step of JAX: one compiled function of weights and velocities, SGD with momentum.

The network is that of the other peers, layer by layer in JAX's own functions.
"""

from __future__ import annotations

from .places import jax_place
from .steps import samples


def training(network, batch, shape, lr=0.01, momentum=0.9):
    """Return the case of JAX for a network of convolutions, max pooling and dense layers."""

    def case():
        import jax

        from xpnet import nn

        place, finish = jax_place()
        x, y = map(place, samples(batch, shape))
        layers = list(network(nn))
        weights = [{k: place(a) for k, a in layer.state_dict().items()} for layer in layers]
        velocity = jax.tree.map(jax.numpy.zeros_like, weights)

        def loss(weights):
            log_p = jax.nn.log_softmax(_forward(nn, layers, weights, x))
            return -jax.numpy.mean(jax.numpy.take_along_axis(log_p, y[:, None], axis=1))

        @jax.jit
        def update(weights, velocity):
            gradient = jax.grad(loss)(weights)
            velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, gradient)
            return jax.tree.map(lambda w, v: w - lr * v, weights, velocity), velocity

        state = [weights, velocity]

        def step():
            state[:] = update(*state)
            finish(state)
            return state

        step.weights = lambda: state[0]
        return step

    return case


def _forward(nn, layers, weights, x):
    import jax
    from jax import lax

    for layer, own in zip(layers, weights, strict=True):
        if isinstance(layer, nn.Linear):
            x = x @ own["weight"].T + own["bias"]
        elif isinstance(layer, nn.Conv2d):
            padding = [(p, p) for p in layer.padding]
            x = lax.conv_general_dilated(x, own["weight"], (1, 1), padding)
            x = x + own["bias"][:, None, None]
        elif isinstance(layer, nn.ReLU):
            x = jax.nn.relu(x)
        elif isinstance(layer, nn.MaxPool2d):  # of 2x2, as in all networks here
            x = lax.reduce_window(x, -jax.numpy.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        elif isinstance(layer, nn.Flatten):
            x = x.reshape(x.shape[0], -1)
        else:
            raise TypeError(f"no function of JAX here for {type(layer).__name__}")
    return x
