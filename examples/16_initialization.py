"""Why weights begin neither at zero nor large: symmetry, saturation, and Xavier and He between.

python examples/16_initialization.py     # the pictures go to demo/
"""

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import nn, optim

LAYERS, UNITS = 6, 100
EQUAL = {
    "zeros": nn.init.zeros_,
    "constant 0.01": lambda w: nn.init.constant_(w, 0.01),
    "Xavier": nn.init.xavier_normal_,
}
SCHEMES = {
    "std 0.01": lambda w: nn.init.normal_(w, std=0.01),
    "Xavier": nn.init.xavier_normal_,
    "He": nn.init.he_normal_,
    "std 1": lambda w: nn.init.normal_(w, std=1.0),
}


def make(initialize, activation=nn.Tanh, layers=LAYERS, units=UNITS):
    """Return dense layers whose weights `initialize` has filled; biases are zero."""
    parts = []
    for d, m in pairwise([64, *[units] * layers]):
        parts += [nn.Linear(d, m), activation()]
    model = nn.Sequential(*parts, nn.Linear(units, 10))
    for parameter in model.parameters():
        (nn.init.zeros_ if len(parameter.shape) == 1 else initialize)(parameter)
    return model


def trained(model, train, test, epochs, lr):
    """Train a model and return its accuracy on the test digits."""
    optimizer = optim.SGD(model.parameters(), lr=lr)
    # the gradients of weights that are too large would end in NaN: their norm is bounded
    trainer = xn.Trainer(model, optimizer, metrics=["accuracy"], clip_norm=5.0)
    trainer.fit(train, epochs=epochs, batch_size=32, progress=False)
    return trainer.evaluate(test)["accuracy"]


def symmetry(train, test, epochs):
    """Train one hidden layer from equal and from different weights."""
    found = {}
    print("hidden weights    different units   rank of W[1]   test accuracy")
    for name, initialize in EQUAL.items():
        xn.manual_seed(0)
        model = make(initialize, layers=1, units=20)
        accuracy = trained(model, train, test, epochs, 0.1)
        w = xn.to_numpy(model[0].weight)
        different = len(np.unique(np.round(w, 3), axis=0))  # rounding errors do not count
        rank = int(np.linalg.matrix_rank(w, tol=1e-3))
        print(f"{name:<18}{different:>7} of 20{rank:>15}{accuracy:>16.1%}")
        found[name] = {"different": different, "rank": rank, "accuracy": accuracy}
    return found


def signals(model, x, y):
    """Return the outputs of the hidden activations, and the std of dJ/dW of their layers."""
    outputs = nn.layer_outputs(model, x, [str(i) for i in range(1, 2 * LAYERS, 2)])
    model.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    slopes = [float(np.std(model[i].weight.grad)) for i in range(0, 2 * LAYERS, 2)]
    return {f"layer {n}": a for n, a in enumerate(outputs.values(), start=1)}, slopes


def compare(train, test, epochs, found):
    """Print and draw what becomes of signals and gradients, for four sizes of weights."""
    x, y = train.arrays
    x, y = x[:500] - x.mean(), y[:500]
    spread, lines = (Figure(size, layout="constrained") for size in ((11, 6.4), (9, 6.2)))
    panels, charts = spread.subplots(len(SCHEMES), LAYERS), lines.subplots(2, 2, sharex=True)
    print("\nweights         std of A[1], A[6]   std of dW[1], dW[6]   |A[6]| > 0.99   accuracy")
    for column, activation in enumerate((nn.Tanh, nn.ReLU)):
        for row, (name, initialize) in enumerate(SCHEMES.items()):
            xn.manual_seed(0)
            model = make(initialize, activation)
            outputs, slopes = signals(model, x, y)
            sizes = [float(np.std(a)) for a in outputs.values()]
            saturated = ""
            if activation is nn.Tanh:
                saturated = f"{np.mean(np.abs(outputs[f'layer {LAYERS}']) > 0.99):.0%}"
                xn.plot.histograms(outputs, limits=(-1, 1), axes=panels[row])
                panels[row][0].set_ylabel(name)
            for chart, values in zip(charts[:, column], (sizes, slopes), strict=True):
                chart.semilogy(range(1, LAYERS + 1), values, "o-", label=name)
            kind, accuracy = (
                f"{activation.__name__} {name}",
                trained(model, train, test, epochs, 0.02),
            )
            print(
                f"{kind:<14}{sizes[0]:>10.1e}, {sizes[-1]:.1e}{slopes[0]:>12.1e}, {slopes[-1]:.1e}"
                f"{saturated:>16}{accuracy:>11.1%}"
            )
            found[kind] = {"sizes": sizes, "slopes": slopes, "accuracy": accuracy}
        charts[0, column].set(title=activation.__name__, ylabel="std of A[l]")
        charts[1, column].set(xlabel="layer l", ylabel="std of dW[l]")
    charts[0, 0].legend(frameon=False)
    return {"16_histograms": spread, "16_signals": lines}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    train, test = xn.data.load_digits(flatten=True)
    found = symmetry(train, test, options.epochs)
    for name, figure in compare(train, test, options.epochs, found).items():
        figure.savefig(options.output / f"{name}.png", dpi=80)
        print(f"wrote {options.output / f'{name}.png'}")
    return found


if __name__ == "__main__":
    main()
