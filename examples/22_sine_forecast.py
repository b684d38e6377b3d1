"""Go on with a wave: one step ahead in training, many steps in the forecast.

    python examples/22_sine_forecast.py     # the picture goes to demo/

A GRU reads a long noisy wave, the sum of two sines, and says the next value at each step. The wave
is too long to go back over as a whole: it is cut into pieces, the state is handed on from piece to
piece, and errors stay within theirs (truncated back-propagation through time). At the end the
network reads its own answers.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import nn, optim


class Forecaster(nn.Module):
    """A GRU over (T, N, 1), and a dense layer on each of its states."""

    def __init__(self, hidden=32):
        self.gru = nn.GRU(1, hidden)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x, state=None):
        y, state = self.gru(x, state)
        return self.head(y), state


def waves(samples, steps, noise, seed=0):
    """Return sums of two sines of different phases: (T, N, 1)."""
    rng = np.random.default_rng(seed)
    t = np.arange(steps)[:, None] + rng.uniform(0, 200, samples)
    wave = 0.6 * np.sin(2 * np.pi * t / 25) + 0.4 * np.sin(2 * np.pi * t / 61)
    return (wave + noise * rng.standard_normal(wave.shape)).astype(np.float32)[..., None]


def train(model, x, piece, epochs):
    """Return the loss of each epoch; the state goes on, its gradient does not."""
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(epochs):
        state, costs = None, []
        for start in range(0, len(x) - 1, piece):
            seen, wanted = x[start : start + piece], x[start + 1 : start + piece + 1]
            y, state = model(seen[: len(wanted)], state)
            cost = nn.functional.mse_loss(y, wanted)
            optimizer.zero_grad()
            cost.backward()
            optim.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            state = state.detach()
            costs.append(float(cost.data))
        losses.append(float(np.mean(costs)))
    return losses


def forecast(model, begun, steps):
    """Read the beginning (T, N, 1), then `steps` answers of its own."""
    y, state = model.predict(begun)
    value, answers = y[-1:], []
    for _ in range(steps):
        answers.append(value[0, :, 0])
        y, state = model(value, state)
        value, state = y.data, state.detach()
    return np.asarray(answers)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--piece", type=int, default=50, help="steps that errors travel back over")
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the picture")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    xn.manual_seed(0)
    model = Forecaster()
    x = waves(16, 601, noise=0.05)
    losses = train(model, x, options.piece, options.epochs)
    print(f"one step ahead: mean squared error {losses[0]:.4f}, after training {losses[-1]:.4f}")
    print(f"  the noise alone makes {0.05**2:.4f}; to say the last value again, ", end="")
    print(f"{np.mean((x[1:] - x[:-1]) ** 2):.4f}")

    future, begun = 150, 100
    clean = waves(16, begun + future, noise=0.0, seed=1)
    answers = forecast(model, clean[:begun], future)
    error = np.sqrt(np.mean((answers - clean[begun:, :, 0]) ** 2, axis=1))
    print("reading its own answers: root of the mean squared error")
    for step in (1, 10, 50, future):
        print(f"  {error[step - 1]:.3f} after {step} steps")
    print(f"  {np.std(clean):.3f} would be that of saying 0")

    figure = Figure((9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2))
    left.semilogy(losses)
    left.set(title="one step ahead", xlabel="epoch", ylabel="mean squared error")
    right.plot(clean[:, 0, 0], color="gray", label="the wave")
    right.plot(np.arange(begun, begun + future), answers[:, 0], "--", label="the forecast")
    right.axvline(begun, color="gray", linestyle=":")
    right.set(title="from the line on it reads its own answers", xlabel="t")
    right.legend(loc="lower left")
    figure.savefig(options.output / "22_sine_forecast.png", dpi=80)
    print(f"wrote {options.output / '22_sine_forecast.png'}")
    return {"losses": losses, "error": error, "spread": float(np.std(clean))}


if __name__ == "__main__":
    main()
