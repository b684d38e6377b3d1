"""Optimizers side by side: on a long valley, on Rosenbrock's bent one, and on handwritten digits.

    python examples/12_optimizers.py FOLDER    # or set XPNET_DATA to the folder of MNIST's files
    python examples/12_optimizers.py           # without MNIST: the digits that come with xpnet

Each has a learning rate of its own for each task, chosen by trial among 1, 2, 5 times a power of 10
(RATES). None of them "wins": look at how they go, and where a constant rate leaves them hovering.
"""

import argparse
from functools import partial
from itertools import chain, islice, repeat
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import nn, optim
from xpnet.nn import functional as F
from xpnet.plot.figures import COLOURS

# one iteration in each step, with as many looks at the cost as it takes to find its length
SEARCH = {"max_iter": 1, "max_eval": 25, "line_search_fn": "strong_wolfe"}

# name: (class, other options, rates: parabola, Rosenbrock, digits)
RATES = {
    "SGD": (optim.SGD, {}, (0.02, 2e-3, 0.2)),
    "momentum": (optim.SGD, {"momentum": 0.9}, (0.05, 2e-3, 0.05)),
    "Nesterov": (optim.SGD, {"momentum": 0.9, "nesterov": True}, (0.02, 1e-3, 0.05)),
    "Adagrad": (optim.Adagrad, {}, (1.0, 0.5, 0.02)),
    "RMSprop": (optim.RMSprop, {}, (5e-3, 2e-3, 1e-3)),
    "Adam": (optim.Adam, {}, (0.1, 0.1, 2e-3)),
    "AdamW": (optim.AdamW, {}, (0.1, 0.1, 2e-3)),
    "Lion": (optim.Lion, {"weight_decay": 0.0}, (2e-3, 1e-3, 5e-4)),
    "Muon": (optim.Muon, {}, (None, None, 0.02)),  # for the weight matrices of networks
    "L-BFGS": (optim.LBFGS, SEARCH, (1.0, 1.0, None)),  # not for mini-batches
}


def parabola(x, y):
    return (x**2 + 50 * y**2) / 2


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def way_down(function, start, make, limit, tolerance):
    """Return the points on the way, (T, 2), until `function` is below `tolerance`."""
    p = nn.Parameter(xn.asarray(start, dtype="float64"))
    optimizer, way = make([p]), [start]

    def evaluate():
        optimizer.zero_grad()
        cost = function(p[0], p[1])
        cost.backward()
        return cost

    while len(way) <= limit and function(*way[-1]) >= tolerance:
        optimizer.step(evaluate)
        way.append(tuple(xn.to_numpy(p.data)))
    return np.asarray(way)


def load_digits(folder):
    """Return MNIST, or else the digits of 8 x 8 pixels inside xpnet."""
    try:
        return xn.data.load_mnist(folder, download=False)
    except xn.errors.DataError:
        if folder is not None:
            raise
    print("there is no MNIST here: taking the digits that come with xpnet")
    return xn.data.load_digits()


def learn(name, rate, train, test, steps):
    """Return the loss of each step, and the accuracy on test data."""
    rule, options, _ = RATES[name]
    xn.manual_seed(0)
    model = xn.models.MLP(int(np.prod(train.arrays[0].shape[1:])), (64,), 10)
    parameters = list(model.parameters())
    rules = []
    if rule is optim.Muon:  # it takes matrices only
        rules.append(optim.AdamW([p for p in parameters if p.ndim != 2], lr=2e-3))
        parameters = [p for p in parameters if p.ndim == 2]
    rules.append(rule(parameters, lr=rate, **options))
    loader = xn.data.DataLoader(train, batch_size=64, shuffle=True, seed=0)
    batches = chain.from_iterable(repeat(loader))  # epoch after epoch
    losses = []
    for x, y in islice(batches, steps):
        loss = F.cross_entropy(model(x), y)
        model.zero_grad()
        loss.backward()
        for one in rules:
            one.step()
        losses.append(float(loss.data))
    x, y = test.arrays
    return np.asarray(losses), float(np.mean(np.argmax(model.predict(x), axis=1) == y))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="where the four files of MNIST are")
    parser.add_argument("--steps", type=int, default=200, help="on the digits")
    parser.add_argument("--limit", type=int, default=3000, help="of steps on the surfaces")
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    train, test = load_digits(options.folder)

    surfaces = {"parabola": (parabola, (-3.7, 1.3)), "Rosenbrock": (rosenbrock, (-1.2, 1.0))}
    ways, curves, table = {name: {} for name in surfaces}, {}, {}
    print(f"           steps to a cost of 1e-4   digits after {options.steps} steps")
    print("            parabola   Rosenbrock     loss   accuracy")
    for name, (rule, others, rates) in RATES.items():
        row = []
        for (surface, (function, start)), rate in zip(surfaces.items(), rates, strict=False):
            make = partial(rule, lr=rate, **others)
            way = way_down(function, start, make, options.limit, 1e-4) if rate else []
            if rate:
                ways[surface][name] = way
            there = rate and function(*way[-1]) < 1e-4
            row.append(len(way) - 1 if there else None)
        counts = "".join(f"{'-' if n is None else n:>11}" for n in row)
        if rates[2] is None:
            table[name] = (*row, None, None)
            print(f"{name:9}{counts} {'-':>12}       -")
            continue
        curves[name], accuracy = learn(name, rates[2], train, test, options.steps)
        table[name] = (*row, float(curves[name][-20:].mean()), accuracy)
        print(f"{name:9}{counts} {table[name][2]:12.3f}   {accuracy:.1%}")

    figure = Figure((9, 6.4), layout="constrained")
    (first, second), (third, fourth) = figure.subplots(2, 2)
    shown = ("SGD", "Nesterov", "Adagrad", "Adam", "L-BFGS")
    for ax, surface, view in (
        (first, "parabola", {"xlim": (-4.2, 2.5), "ylim": (-1.6, 1.6), "minimum": (0, 0)}),
        (second, "Rosenbrock", {"xlim": (-1.6, 1.5), "ylim": (-0.6, 1.8), "minimum": (1, 1)}),
    ):
        paths = {name: ways[surface][name] for name in shown}
        view = {"paths": paths, "scale": "log", "levels": 6, "ax": ax, **view}
        xn.plot.surface(surfaces[surface][0], **view)
        ax.set(title=surface, xlabel="x", ylabel="y")
    for marker, name in (("o", "start"), ("*", "end"), ("x", "minimum")):
        first.plot([], [], marker, color="0.4", markerfacecolor="0.9", label=name)
    first.legend(fontsize=8, ncols=2, loc="lower right")
    second.legend(fontsize=8, loc="upper center")
    single = ("SGD", "momentum", "Nesterov", "Muon")
    fourth.sharey(third)
    for ax, title, names in (
        (third, "digits: SGD, momentum, Muon", single),
        (fourth, "digits: each parameter by itself", [n for n in curves if n not in single]),
    ):
        for name, colour in zip(names, COLOURS, strict=False):
            losses = np.convolve(curves[name], np.ones(20) / 20, "valid")
            style = "--" if name == "AdamW" else "-"  # it lies on Adam
            ax.plot(losses, color=colour, linestyle=style, linewidth=1.4, label=name)
        ax.set(xlabel="step", ylabel="loss, mean of 20 steps", yscale="log", title=title)
        ax.legend(fontsize=8, frameon=False, loc="upper right")
    figure.savefig(options.output / "12_optimizers.png", dpi=66, pil_kwargs={"optimize": True})
    print(f"wrote {options.output / '12_optimizers.png'}")
    return table


if __name__ == "__main__":
    main()
