"""The widest margin: hard, soft, and in the space of a kernel.

    python examples/19_svm.py     # the pictures go to demo/

First a perceptron and a support vector machine separate the same points; then classes overlap, and
C decides how much a sample may fall short of the margin; last, kernels bend the line. Samples with
a ring are the support vectors, dashed lines are the margins.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet.models import KernelSVM, LinearSVM, perceptron


def nearest(w, b, x):
    """Return the distance of the nearest sample from the line w · x + b = 0."""
    return float(np.min(np.abs(x @ w + b)) / np.linalg.norm(w))


def draw(ax, model, x, y, support, title):
    xn.plot.decision_boundary(
        model.scores, x, y, levels=(-1, 0, 1), marked=support, title=title, ax=ax
    )


def separate(axes, samples):
    """Compare the perceptron's line with the one of the widest margin."""
    x, y = xn.data.linearly_separable(samples, margin=0.3, signed=True, seed=4)[0].arrays
    first = perceptron.learn(x, y)
    model = LinearSVM(2).fit(x, y, C=1e6)
    support = model.support(x, y)
    distance = nearest(first.w, first.b, x)
    print("separable samples: the nearest one is away from the line")
    print(f"  by {distance:.3f} for the perceptron, which stops at the first line that will do,")
    print(f"  by {model.margin / 2:.3f} for the support vector machine: no line is farther away")
    print(f"  {len(support)} of {len(x)} samples hold the line: the others could be left out\n")
    draw(axes[0], model, x, y, support, f"C = 10⁶: margin {model.margin:.2f}")
    return {"perceptron": distance, "margin": model.margin / 2, "support": len(support)}


def soften(axes, samples):
    """Let classes overlap: the smaller C, the wider the margin, and the more lie within."""
    x, y = xn.data.blobs(samples, classes=2, spread=3.0, seed=2).arrays
    y = 2 * y - 1
    print("overlapping samples\n        C   margin   support vectors   right")
    margins = []
    for ax, C in zip(axes[1:], (0.001, 0.1, 10.0), strict=True):
        model = LinearSVM(2).fit(x, y, C=C)
        support = model.support(x, y)
        right = np.mean(model.predict(x) == y)
        print(f"  {C:7g}   {model.margin:6.2f}   {len(support):15d}   {right:5.1%}")
        draw(ax, model, x, y, support, f"C = {C:g}: margin {model.margin:.2f}")
        margins.append(model.margin)
    return margins


def bend(axes, samples):
    """Learn what no line separates, with three kernels."""
    print("\nkernels, C = 10      steps   support vectors   right   right of new samples")
    kernels = {
        "linear": {},
        "poly": {"degree": 3, "coef0": 1.0, "gamma": 1.0},
        "rbf": {"gamma": "scale"},
    }
    found = {}
    for name, make in {"moons": xn.data.moons, "circles": xn.data.circles}.items():
        x, y = make(samples, noise=0.15).arrays
        x_new, y_new = make(1000, noise=0.15, seed=1).arrays
        y, y_new = 2 * y - 1, 2 * y_new - 1
        for ax, (kernel, options) in zip(axes[name], kernels.items(), strict=True):
            model = KernelSVM(kernel, C=10.0, **options).fit(x, y)
            support = model.support
            right = np.mean(model.predict(x) == y), np.mean(model.predict(x_new) == y_new)
            print(
                f"  {name + ', ' + kernel:17} {model.solution.iterations:6d}"
                f"   {len(support):15d}   {right[0]:5.1%}   {right[1]:5.1%}"
            )
            draw(ax, model, x, y, support, f"{name}, {kernel}: {len(support)} support vectors")
            found[name, kernel] = float(right[1])
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    sizes = {"margins": (8.4, 7.0), "moons": (11.4, 3.5), "circles": (11.4, 3.5)}
    figures = {name: Figure(size, layout="constrained") for name, size in sizes.items()}
    axes = {name: figures[name].subplots(1, 3) for name in ("moons", "circles")}
    axes["margins"] = figures["margins"].subplots(2, 2).ravel()
    found = separate(axes["margins"], options.samples)
    found["margins"] = soften(axes["margins"], options.samples)
    found["kernels"] = bend(axes, 3 * options.samples // 2)
    print()
    for name, figure in figures.items():
        figure.savefig(options.output / f"19_{name}.png", dpi=70)
        print(f"wrote {options.output / f'19_{name}.png'}")
    return found


if __name__ == "__main__":
    main()
