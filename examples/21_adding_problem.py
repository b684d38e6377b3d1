"""What a recurrent network can remember: the adding problem, a copied symbol, vanishing gradients.

    python examples/21_adding_problem.py     # the picture goes to demo/

Adding: each step brings a number and a mark; two steps are marked, and the sum of their numbers is
wanted at the end. Copying: a symbol is shown once, and wanted after a long silence. Both need an
error to travel back over all the steps between; the picture shows what arrives of it.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import nn, optim

KINDS = ("RNN", "GRU", "LSTM")


class Last(nn.Module):
    """A recurrent layer, and a dense layer on its last state."""

    def __init__(self, kind, features, outputs, length, hidden=32):
        self.layer = getattr(nn, kind)(features, hidden)
        self.head = nn.Linear(hidden, outputs)
        if kind != "RNN" and length > 1:
            # begin by remembering for T steps: f of an LSTM, z of a GRU 1 - 1/T
            bias = np.array(self.layer.bias_ih_l0.data)
            bias[hidden : 2 * hidden] += np.log(length)
            if kind == "LSTM":
                bias[:hidden] -= np.log(length)  # and i 1/T
            self.layer.bias_ih_l0.data = bias

    def forward(self, x):
        y, _ = self.layer(x)
        return self.head(y[-1, ...])


def adding(rng, steps, samples):
    """Return numbers and marks (T, N, 2), and the sums of the marked numbers (N, 1)."""
    x = np.zeros((steps, samples, 2), np.float32)
    x[..., 0] = rng.random((steps, samples))
    n = np.arange(samples)
    x[rng.integers(0, steps // 2, samples), n, 1] = 1.0
    x[rng.integers(steps // 2, steps, samples), n, 1] = 1.0
    return x, np.sum(x[..., 0] * x[..., 1], axis=0)[:, None]


def copying(rng, steps, samples, symbols=4):
    """Return sequences that begin with a symbol (T, N, symbols), and which it was (N,)."""
    x = np.zeros((steps, samples, symbols), np.float32)
    y = rng.integers(0, symbols, samples)
    x[0, np.arange(samples), y] = 1.0
    return x, y


def train(model, make, loss, steps, length, max_norm=1.0):
    """Return the loss of each step, and the norms of the gradient before it was clipped."""
    rng = np.random.default_rng(0)
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    losses, norms = [], []
    for _ in range(steps):
        x, y = make(rng, length, 64)
        cost = loss(model(x), y)
        optimizer.zero_grad()
        cost.backward()
        norms.append(float(optim.clip_grad_norm_(model.parameters(), max_norm)))
        optimizer.step()
        losses.append(float(cost.data))
    return losses, norms


def errors_over_time(model, make, loss, length, points=20):
    """Return the norm of ∂J/∂h_t for some t: run to t, cut there, run on, go back to the cut."""
    x, y = make(np.random.default_rng(1), length, 64)
    times = np.unique(np.linspace(1, length - 1, points).astype(int))
    norms = []
    for t in times:
        state = model.layer(x[:t])[1]
        parts = state if isinstance(state, tuple) else (state,)
        cut = [xn.Tensor(part.data, requires_grad=True) for part in parts]
        rest, _ = model.layer(x[t:], tuple(cut) if len(cut) > 1 else cut[0])
        loss(model.head(rest[-1, ...]), y).backward()
        norms.append(float(np.sqrt(sum(np.sum(part.grad**2) for part in cut))))
    return times, np.asarray(norms)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=500, help="training steps")
    parser.add_argument("--length", type=int, default=50, help="T")
    parser.add_argument("--drawn", action="store_true", help="leave the gates as they are drawn")
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the picture")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    F, T = nn.functional, options.length
    reach = 1 if options.drawn else T  # how long the gates remember at first

    figure = Figure((11, 3.4), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    found = {}
    print(f"adding over {T} steps, copying over {2 * T}")
    print("           mean squared error   largest gradient   copied rightly")
    for kind in KINDS:
        xn.manual_seed(0)
        model = Last(kind, 2, 1, reach)
        times, before = errors_over_time(model, adding, F.mse_loss, T)
        losses, norms = train(model, adding, F.mse_loss, options.steps, T)
        error = float(np.mean(losses[-options.steps // 10 :]))
        copier = Last(kind, 4, 4, 1 if options.drawn else 2 * T)
        train(copier, copying, F.cross_entropy, options.steps // 2, 2 * T)
        x, y = copying(np.random.default_rng(2), 2 * T, 500)
        right_answers = float(np.mean(np.argmax(copier.predict(x), axis=1) == y))
        print(f"  {kind:6}   {error:18.4f}   {max(norms):16.1f}   {right_answers:14.1%}")
        found[kind] = {"adding": error, "copying": right_answers, "reach": before[0] / before[-1]}
        left.semilogy(times, before, label=kind)
        kernel = np.ones(max(options.steps // 50, 1)) / max(options.steps // 50, 1)
        middle.plot(np.convolve(losses, kernel, "valid"), label=kind)
        right.semilogy(norms, label=kind, alpha=0.7)
    print(f"  always saying 1 gives an error of {1 / 6:.4f}; guessing a symbol is right in 25.0%")
    left.set(title="what arrives of the error, untrained", xlabel="t", ylabel="‖∂J/∂h_t‖")
    middle.set(title="adding problem", xlabel="training step", ylabel="mean squared error")
    right.set(title="before clipping; bound 1", xlabel="training step", ylabel="‖gradient‖")
    left.legend()
    middle.axhline(1 / 6, color="gray", linestyle=":")
    right.axhline(1.0, color="gray", linestyle=":")
    figure.savefig(options.output / "21_adding_problem.png", dpi=80)
    print(f"wrote {options.output / '21_adding_problem.png'}")
    return found


if __name__ == "__main__":
    main()
