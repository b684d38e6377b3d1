"""Gradient descent from all samples, from a few, and from one, on one and the same cost surface.

    python examples/11_gradient_descent.py     # the pictures go to demo/

The cost is that of a straight line through points: J(w, b) = Σ (w x_i + b - y_i)² / (2m), so that a
stochastic gradient is a real one, of a real sample. A second picture shows what the step size does:
below 2/L, L being the largest curvature, the way leads down; above, it leads out of the picture.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import nn, optim
from xpnet.nn import functional as F

START = (-1.0, 1.5)


def descend(data, batch_size, lr, epochs):
    """Return (w, b) before the first step and after each: (T, 2)."""
    line = nn.Linear(1, 1)
    line.weight.data, line.bias.data = xn.asarray([[START[0]]]), xn.asarray([START[1]])
    optimizer = optim.SGD(line.parameters(), lr=lr)
    loader = xn.data.DataLoader(data, batch_size=batch_size, shuffle=True, seed=0)
    way = [START]
    for _ in range(epochs):
        for x, y in loader:
            loss = F.quadratic_cost(line(x), y)  # Σ (a - y)² / (2m) of this batch
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            way.append((float(line.weight.data[0, 0]), float(line.bias.data[0])))
    return np.asarray(way)


def steepest(x, y, h=1e-4, directions=360):
    """Return the angle between the direction that falls most and -∇J, and both slopes."""

    def cost(p):
        return xn.namespace(p).mean((x * p[0] + p[1] - y) ** 2) / 2

    start = np.asarray(START)
    gradient = xn.grad(cost)(start)
    angles = np.linspace(-np.pi, np.pi, directions, endpoint=False)
    units = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    slopes = np.asarray([(cost(start + h * u) - cost(start - h * u)) / (2 * h) for u in units])
    norm = np.linalg.norm(gradient)
    best = units[np.argmin(slopes)]
    turn = np.degrees(np.arccos(np.clip(best @ (-gradient / norm), -1, 1)))
    return float(turn), float(slopes.min()), float(-norm)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    data = xn.data.line(options.samples, slope=2.0, intercept=-1.0, noise=0.5)
    x, y = (part[:, 0].astype("float64") for part in data.arrays)
    rows = np.stack([x, np.ones_like(x)], axis=1)  # (m, 2)
    best = np.linalg.lstsq(rows, y, rcond=None)[0]
    curvatures = np.linalg.eigvalsh(rows.T @ rows / len(x))

    def cost(points):
        """J of each point: (N, 2) -> (N,)."""
        return np.mean((points @ rows.T - y) ** 2, axis=1) / 2

    turn, slope, bound = steepest(x, y)
    print(f"of 360 directions the steepest is {turn:.1f}° off -grad J; its slope is {slope:.4f},")
    print(f"and none can be steeper than -|grad J| = {bound:.4f}\n")

    sizes = {"batch": len(data), "mini-batch of 20": 20, "stochastic": 1}
    ways = {n: descend(data, size, options.lr, options.epochs) for n, size in sizes.items()}
    lowest = cost(best[None])[0]
    print(f"J - J* at lr {options.lr}    steps   1 epoch   {options.epochs} epochs   worst of last")
    result = {}
    for name, way in ways.items():
        excess, epoch = cost(way) - lowest, (len(way) - 1) // options.epochs
        first, last, highest = excess[epoch], excess[-1], excess[-epoch:].max()
        result[name] = (float(first), float(last), float(highest))
        print(f"{name:20} {len(way) - 1:4}   {first:.5f}   {last:.6f}    {highest:.5f}")

    print(f"\ncurvatures {curvatures[0]:.3f} and L = {curvatures[1]:.3f}: 2/L = "
          f"{2 / curvatures[1]:.3f}\nlr        J - J* after 20 steps")  # fmt: skip
    factors = (0.3, 1, 1.9, 2.1)
    rates = {f"{f} / L": descend(data, len(data), f / curvatures[1], 20) for f in factors}
    for name, way in rates.items():
        result[name] = float(cost(way[-1:])[0] - lowest)
        print(f"{name:9} {result[name]:7.3f}")

    # the surface is drawn by functions of the array API, whatever the device
    def surface(w, b):
        quadratic = rows.T @ rows / len(x)
        dw, db = w - best[0], b - best[1]
        bend = quadratic[0, 0] * dw**2 + 2 * quadratic[0, 1] * dw * db + quadratic[1, 1] * db**2
        return float(lowest) + bend / 2

    figure = Figure((11, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    order = {name: ways[name] for name in reversed(ways)}
    view = {"minimum": best, "scale": "log", "levels": 14}
    xn.plot.surface(surface, (-1.5, 3.5), (-2.5, 2), paths=order, ax=left, **view)
    xn.plot.surface(surface, (-1.5, 3.5), (-4, 2), paths=rates, ax=right, **view)
    for ax, place in ((left, "upper right"), (right, "lower left")):
        for marker, name in (("o", "start"), ("*", "end"), ("x", "minimum")):
            ax.plot([], [], marker, color="0.4", markerfacecolor="0.9", label=name)
        ax.legend(fontsize=8, framealpha=0.9, loc=place)
    left.set(xlabel="w", ylabel="b", title=f"{options.epochs} epochs, lr {options.lr}")
    right.set(xlabel="w", ylabel="b", title="all samples, 20 steps: lr and the curvature L")
    figure.savefig(options.output / "11_gradient_descent.png", dpi=80)
    print(f"wrote {options.output / '11_gradient_descent.png'}")
    return result


if __name__ == "__main__":
    main()
