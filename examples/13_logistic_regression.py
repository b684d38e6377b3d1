"""Logistic regression: two loops, one loop, none; and why its cost is not a squared error.

    python examples/13_logistic_regression.py FOLDER    # or XPNET_DATA: the folder of MNIST's files
    python examples/13_logistic_regression.py           # without: the digits that come with xpnet

The three forms of the gradient are timed on the same images, a 3 or a 5, and agree to 1e-12. Then
gradient descent learns to tell them apart, and the two costs are drawn over the same weights.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet.models import logistic_regression as lr
from xpnet.plot.figures import COLOURS


def load_pair(folder, no=3, yes=5):
    """Return images of two digits, (m, D) in float64, and 0 or 1 for each: training, test."""
    try:
        parts = xn.data.load_mnist(folder, download=False)
    except xn.errors.DataError:
        if folder is not None:
            raise
        print("there is no MNIST here: taking the digits that come with xpnet")
        parts = xn.data.load_digits()
    pairs = []
    for part in parts:
        x, y = part.arrays
        chosen = (y == no) | (y == yes)
        pairs.append((x[chosen].reshape(chosen.sum(), -1).astype("float64"), y[chosen] == yes))
    return pairs


def race(x, y, repeats):
    """Time the three forms; return how many times faster the last is, and the difference."""
    rng = np.random.default_rng(0)
    w, b = 0.1 * rng.standard_normal(x.shape[1]), np.asarray(0.0)
    seconds, results = {}, {}
    for form in (lr.double_loop, lr.single_loop, lr.vectorized):
        took = []
        for _ in range(1 if form is lr.double_loop else repeats):
            start = time.process_time()
            results[form.__name__] = form(w, b, x, y)
            took.append(time.process_time() - start)
        seconds[form.__name__] = min(took)
    fastest = seconds["vectorized"]
    print(f"one gradient of {x.shape[0]} images of {x.shape[1]} pixels")
    print("             CPU seconds    times vectorized   largest difference")
    worst = 0.0
    for name, result in results.items():
        pairs = zip(result, results["vectorized"], strict=True)
        off = max(float(np.max(np.abs(p - q))) for p, q in pairs)
        worst = max(worst, off)
        print(f"{name:12} {seconds[name]:11.6f} {seconds[name] / fastest:15.0f} {off:22.1e}")
    return seconds["double_loop"] / fastest, worst


# one weight and one bias: eight points, the last on the wrong side
POINTS = np.asarray([-3.0, -2.0, -1.5, -0.5, 0.5, 1.5, 2.0, -2.5])[:, np.newaxis]
LABELS = np.asarray([0, 0, 0, 0, 1, 1, 1, 1])


def bends(cost, weights):
    """Return the second derivatives of a cost by w, at b = 0: the gradient of the gradient."""

    def along(w):
        xp = xn.namespace(w)
        return cost(xp.reshape(w, (1,)), xp.asarray(0.0, dtype=w.dtype), POINTS, LABELS)

    second = xn.grad(xn.grad(along))
    heights = np.asarray([float(along(np.asarray(w))) for w in weights])
    return heights, np.asarray([float(second(np.asarray(w))) for w in weights])


def draw_costs(folder):
    """Draw both costs over (w, b), and along w with their second derivatives; return the least."""
    figure = Figure((12.5, 3.8), layout="constrained")
    axes = figure.subplots(1, 3)
    weights, least = np.linspace(-8, 8, 81), {}
    colours = dict(zip(("cross_entropy", "squared_error"), COLOURS, strict=False))
    for ax, cost in zip(axes, (lr.cross_entropy, lr.squared_error), strict=False):
        name = cost.__name__

        def over(p, cost=cost):
            return np.asarray([cost(q[:1], q[1], POINTS, LABELS) for q in p])

        xn.plot.surface(over, (-8, 8), (-8, 8), dtype="float64", resolution=61, ax=ax)
        ax.set(xlabel="w", ylabel="b", title=name.replace("_", " "))
        heights, bend = bends(cost, weights)
        least[name] = float(bend.min())
        label = name.replace("_", " ")
        axes[2].plot(weights, heights / heights.max(), color=colours[name], label=label)
        axes[2].plot(
            weights, bend / bend.max(), "--", color=colours[name], label="its second derivative"
        )
    axes[2].axhline(0, color="black", linewidth=0.6)
    axes[2].set(xlabel="w, at b = 0", title="height and second derivative, highest = 1")
    axes[2].legend(fontsize=8)
    figure.savefig(folder / "13_convexity.png", dpi=72)
    return least


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="where the four files of MNIST are")
    parser.add_argument("--timed", type=int, default=200, help="images of which the gradient is")
    parser.add_argument("--images", type=int, default=4000, help="to learn from")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    (x, y), (test_x, test_y) = load_pair(options.folder)
    x, y = x[: options.images], y[: options.images]
    faster, difference = race(x[: options.timed], y[: options.timed], repeats=3)

    w, b, costs = lr.descend(x, y, lr=0.1, steps=options.steps)
    accuracy = float(np.mean((test_x @ w + b > 0) == test_y))
    print(
        f"\n{options.steps} steps from {len(x):,} images: J from {costs[0]:.4f} to {costs[-1]:.4f},"
    )
    print(f"and {accuracy:.1%} of {len(test_x):,} test images are told apart")

    least = draw_costs(options.output)
    print("\nleast second derivative along w")
    for name, bend in least.items():
        print(f"{name:14} {bend:9.1e}   {'convex' if bend >= 0 else 'not convex'}")

    side = int(np.sqrt(len(w)))
    figure = Figure((8, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(costs, color=COLOURS[0])
    left.set(xlabel="step", ylabel="J", title="a 5, and not a 3")
    xn.plot.filters(w.reshape(1, 1, side, side), ax=right)
    right.set_title("weights: red speaks for a 5, blue for a 3", fontsize=10)
    figure.savefig(options.output / "13_logistic_regression.png", dpi=80)
    for name in ("convexity", "logistic_regression"):
        print(f"wrote {options.output / f'13_{name}.png'}")
    return {"faster": faster, "difference": difference, "accuracy": accuracy, **least}


if __name__ == "__main__":
    main()
