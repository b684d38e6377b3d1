"""Back-propagation in a network of L layers: by hand, by the tape, and by finite differences.

    python examples/15_back_propagation.py     # the pictures go to demo/

The forward pass keeps Z[l] and A[l]; BP1 to BP4 turn them into the gradients, layer by layer. Then
the digits are learnt with them, with the quadratic cost and with the cross-entropy.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

import xpnet as xn
from xpnet.models import DeepNetwork
from xpnet.models.back_propagation import SLOPES, bp2, bp3, bp4


def layer_by_layer(network, x, y):
    """Do what network.backward does, and print each layer beside the tape."""
    network.forward(x)
    network.zero_grad()
    network.cost(x, y).backward()
    print("layer  A[l-1]    W[l]      delta[l]    max |delta|   by hand - tape")
    worst = 0.0
    for layer in range(network.layers, 0, -1):
        if layer == network.layers:
            delta = network.error(y)  # BP1
        else:
            slope = SLOPES[network.g[layer]](network.Z[layer])
            delta = bp2(network.W[layer + 1].data, delta, slope)
        dw, db = bp4(delta, network.A[layer - 1]), bp3(delta)
        difference = max(
            np.max(np.abs(dw - network.W[layer].grad)), np.max(np.abs(db - network.b[layer].grad))
        )
        worst = max(worst, float(difference))
        shapes = (network.A[layer - 1].shape, dw.shape, delta.shape)
        columns = "".join(f"{shape!s:<10}" for shape in shapes)
        print(f"{layer:>5}  {columns}  {np.max(np.abs(delta)):.1e}       {difference:.1e}")
    return worst


def finite_differences(network, x, y, steps):
    """Return, for each step h, how far (J(w + h) - J(w - h)) / 2h is from dJ/dw, relatively."""
    network.forward(x)
    gradient = network.backward(y)["W.1"]
    row, column = np.unravel_index(np.argmax(np.abs(gradient)), gradient.shape)
    w, errors = network.W[1].data, []
    for h in steps:
        costs = []
        for sign in (1, -1):
            moved = w.copy()
            moved[row, column] += sign * h
            network.W[1].data = moved
            costs.append(float(network.cost(x, y).data))
        slope = (costs[0] - costs[1]) / (2 * h)
        errors.append(abs(slope / gradient[row, column] - 1))
    network.W[1].data = w
    return errors


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    train, test = xn.data.load_digits(flatten=True)
    (x, y), (x_test, y_test) = train.arrays, test.arrays
    sizes = (64, 30, 20, 10)

    xn.manual_seed(0)
    network = DeepNetwork(sizes, "tanh", "log_likelihood", dtype="float64")
    few = x[:8].astype(np.float64), y[:8]
    worst = layer_by_layer(network, *few)
    steps = 10.0 ** np.arange(-1, -13, -1)
    errors = finite_differences(network, *few, steps)
    best = int(np.argmin(errors))
    print(f"finite differences are closest at h = {steps[best]:.0e}: off by {errors[best]:.0e}")

    figure = Figure((9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.loglog(steps, errors, "o-")
    left.set(xlabel="step h", ylabel="relative error", title="finite differences against BP4")
    accuracies = {}
    for cost in ("quadratic", "cross_entropy"):
        xn.manual_seed(0)
        network = DeepNetwork(sizes, "sigmoid", cost, init="normal", std=1.0)
        shares = []
        for epoch in range(options.epochs):
            network.fit(x, y, lr=0.5, epochs=1, batch_size=10, seed=epoch)
            shares.append(float(np.mean(np.argmax(network.predict(x_test), axis=1) == y_test)))
        right.plot(range(1, options.epochs + 1), shares, label=cost.replace("_", "-"))
        accuracies[cost] = shares[-1]
        print(f"{cost:<14} after {options.epochs} epochs: {shares[-1]:.1%} of the test digits")
    right.set(xlabel="epoch", ylabel="test accuracy", title="trained by BP1 to BP4 alone")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.legend(frameon=False)
    for ax in (left, right):
        ax.grid(alpha=0.3)
    figure.savefig(options.output / "15_back_propagation.png", dpi=90)
    print(f"wrote {options.output / '15_back_propagation.png'}")
    return {"tape": worst, "finite differences": errors[best], **accuracies}


if __name__ == "__main__":
    main()
