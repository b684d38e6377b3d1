"""Softmax regression reads digits: dZ = P - Y, in batches, and the weights drawn as images.

python examples/14_softmax_regression.py FOLDER    # or XPNET_DATA: the folder of MNIST's files
python examples/14_softmax_regression.py           # without: the digits that come with xpnet
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet.models import logistic_regression, softmax_regression
from xpnet.nn import functional as F


def load_digits(folder):
    """Return MNIST, or else the digits of 8 x 8 pixels inside xpnet."""
    try:
        return xn.data.load_mnist(folder, flatten=True, download=False)
    except xn.errors.DataError:
        if folder is not None:
            raise
    print("there is no MNIST here: taking the digits that come with xpnet")
    return xn.data.load_digits(flatten=True)


def large_scores():
    """Show that the softmax of the formula overflows, and that the one of the library does not."""
    z = np.asarray([[1000.0, 999.0, 0.0]])
    with np.errstate(all="ignore"):
        naive = np.exp(z) / np.sum(np.exp(z))
    stable = F.softmax(z)
    print(f"scores {z[0]}: exp(z) / sum exp(z) is {naive[0]}, in floating-point numbers;")
    print(f"with the largest subtracted first it is {stable[0].round(4)}\n")
    return naive, stable


def two_classes():
    """Return how far softmax regression of two classes is from logistic regression."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((50, 4)), rng.integers(0, 2, 50)
    w, b = rng.standard_normal((2, 4)), rng.standard_normal(2)
    J, dw, _ = softmax_regression.vectorized(w, b, x, y)
    cost, gradient, _ = logistic_regression.vectorized(w[1] - w[0], b[1] - b[0], x, y)
    return max(abs(float(J - cost)), float(np.max(np.abs(dw[1] - gradient))))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="where the four files of MNIST are")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--lr", type=float, default=0.3)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    naive, stable = large_scores()
    difference = two_classes()
    print(f"two classes: softmax and logistic regression differ by {difference:.1e}\n")

    train, test = load_digits(options.folder)
    x, y = test.arrays
    d = x.shape[1]
    w, b = np.zeros((10, d), np.float32), np.zeros(10, np.float32)
    loader = xn.data.DataLoader(train, batch_size=100, shuffle=True, seed=0)
    print("epoch   mean J   test digits right")
    for epoch in range(1, options.epochs + 1):
        costs = []
        for batch_x, batch_y in loader:
            J, dw, db = softmax_regression.vectorized(w, b, batch_x, batch_y)
            w, b = w - options.lr * dw, b - options.lr * db
            costs.append(float(J))
        scores = x @ w.T + b
        accuracy = float(np.mean(np.argmax(scores, axis=1) == y))
        print(f"{epoch:5} {np.mean(costs):8.4f}   {accuracy:.2%}")

    side = int(np.sqrt(d))
    figure = Figure((10.5, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    xn.plot.filters(w.reshape(10, 1, side, side), ax=left)
    left.set_title("the weights of the digits 0 to 9, row by row", fontsize=10)
    xn.plot.confusion_matrix(y, scores, ax=right)
    figure.savefig(options.output / "14_softmax_regression.png", dpi=80)
    print(f"wrote {options.output / '14_softmax_regression.png'}")
    return {"accuracy": accuracy, "difference": difference, "naive": naive, "stable": stable}


if __name__ == "__main__":
    main()
