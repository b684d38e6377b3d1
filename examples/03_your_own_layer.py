"""A layer of your own needs only a forward, written in the array API.

This one is a "maxout" layer (I. J. Goodfellow et al., 2013, *Maxout networks*): the maximum of
several linear maps. It learns XOR, gets its derivative from the tape, and is checked against finite
differences on every array library that is installed here.
"""

import argparse

import xpnet as xn
from xpnet import nn, optim
from xpnet.testing import backends, gradcheck


class Maxout(nn.Module):
    """y = max over P pieces of (x Wpᵀ + bp): (N, D) -> (N, M)."""

    def __init__(self, in_features, out_features, pieces=2):
        self.pieces = pieces
        self.linear = nn.Linear(in_features, out_features * pieces)

    def forward(self, x):
        xp = xn.namespace(x)
        z = self.linear(x)
        z = xp.reshape(z, (*z.shape[:-1], -1, self.pieces))  # (N, M P) -> (N, M, P)
        return xp.max(z, axis=-1)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args(arguments)

    for backend in backends():
        with backend:
            layer = Maxout(3, 2).to(dtype="float64")
            gradcheck(layer, backend.asarray([[0.5, -1.0, 2.0]], dtype="float64"))
            print(f"{backend}: the gradient agrees with finite differences")

    xn.manual_seed(1)
    x = xn.asarray([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = xn.asarray([0, 1, 1, 0])
    model = nn.Sequential(Maxout(2, 4), nn.Linear(4, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    for _ in range(options.steps):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    predicted = model.predict(x).argmax(axis=1)
    print(f"XOR after {options.steps} steps: loss {float(loss):.4f}, predicted {predicted}")
    return float(loss)


if __name__ == "__main__":
    main()
