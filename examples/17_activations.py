"""Activations and their derivatives: pictures, ranges, and what they do to a deep network.

python examples/17_activations.py     # the pictures go to demo/
"""

import argparse
from pathlib import Path

import numpy as np

import xpnet as xn
from xpnet.models.back_propagation import SLOPES
from xpnet.nn import functional as F

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")


def derivative(function):
    """Return f′: the gradient of Σ f(z_i) has f′(z_i) at place i."""
    return xn.grad(lambda z: xn.namespace(z).sum(function(z)))


def table(z):
    """Print range and slope of every activation; return how far hand and tape are apart."""
    worst = 0.0
    print("activation    from      to     max slope   slope at -5, 0, 5")
    for name in ACTIVATIONS:
        function = getattr(F, name)
        values, slopes = function(z), derivative(function)(z)
        worst = max(worst, float(np.max(np.abs(slopes - SLOPES[name](z)))))
        at = [float(slopes[np.argmin(np.abs(z - place))]) for place in (-5, 0, 5)]
        print(
            f"{name:<11}{values.min():>7.2f}{values.max():>8.2f}{slopes.max():>11.2f}"
            f"{at[0]:>12.3f}{at[1]:>7.3f}{at[2]:>7.3f}"
        )
    print(f"derivatives by hand and by the tape agree to 1e-14: {worst < 1e-14}")
    return worst


def depth(train, test, layers, epochs):
    """Train deep networks that differ in their activation alone."""
    accuracies = {}
    print(f"\n{layers} layers     |delta[1]| / |delta[L]|   test accuracy")
    x, y = train.arrays
    for name in ACTIVATIONS:
        xn.manual_seed(0)
        network = xn.models.DeepNetwork((64, *[32] * layers, 10), name, "log_likelihood")
        network.forward(x[:500])
        network.backward(y[:500])
        first, last = (float(np.mean(np.abs(network.delta[i]))) for i in (1, layers + 1))
        network.fit(x, y, lr=0.1, epochs=epochs, batch_size=32)
        answers = np.argmax(network.predict(test.arrays[0]), axis=1)
        accuracies[name] = float(np.mean(answers == test.arrays[1]))
        print(f"{name:<12}{first / last:>25.1e}{accuracies[name]:>16.1%}")
    return accuracies


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    z = np.linspace(-5, 5, 1001)
    worst = table(z)
    stretched = 2 * F.sigmoid(2 * z) - 1
    identity = float(np.max(np.abs(F.tanh(z) - stretched)))
    print(f"tanh(z) and 2 sigmoid(2z) - 1 agree to 1e-14: {identity < 1e-14}")

    figure = xn.plot.functions({name: getattr(F, name) for name in ACTIVATIONS}, low=-4, high=4)
    figure.savefig(options.output / "17_activations.png", dpi=80)
    train, test = xn.data.load_digits(flatten=True)
    accuracies = depth(train, test, options.layers, options.epochs)
    print(f"wrote {options.output / '17_activations.png'}")
    return {"tape": worst, "tanh": identity, "accuracies": accuracies}


if __name__ == "__main__":
    main()
