"""Perplexity of a character model after training, of xpnet and of the same network in PyTorch.

``python -m benchmarks.perplexity [--epochs N] [--device NAME]`` trains a character model with an
LSTM of 128 cells on nine tenths of Shakespeare's sonnets, and measures the perplexity, exp of the
mean cross-entropy of a character, on the last tenth. PyTorch's networks see the same batches in the
same order: ``torch`` begins with xpnet's initial weights, ``torch, own weights`` with those that it
draws itself. Stored in ``benchmarks/results/perplexity.json``. Wanted: at most 2 % apart.
"""

from __future__ import annotations

import argparse
import math
import sys
import time

import numpy as np

import xpnet as xn
from xpnet import data, models, optim
from xpnet.nn import functional as F

from .stored import RESULTS, store

WIDTH, LENGTH, BATCH, LR, CLIP, SEED = 128, 64, 32, 3e-3, 1.0, 0
WANTED = 0.02


def windows():
    """Return the windows to train on and those to measure on, and the number of characters."""
    text = data.load_sonnets()
    letters = data.Characters(text)
    numbers = letters.encode(text)
    train, test = np.split(numbers, [9 * len(numbers) // 10])
    return data.next_characters(train, LENGTH), data.next_characters(test, LENGTH), len(letters)


def batches(train, epochs):
    """Yield the same host batches for every peer."""
    loader = data.DataLoader(train, batch_size=BATCH, shuffle=True, seed=SEED, device="cpu")
    for _ in range(epochs):
        yield from loader


def run_xpnet(model, train, test, epochs, device):
    """Train and return the mean cross-entropy of the test windows."""
    optimizer = optim.Adam(model.parameters(), lr=LR)

    def loss_of(x, y):
        scores = model(xn.asarray(x, device=device))
        flat = xn.asarray(y.reshape(-1), device=device)
        return F.cross_entropy(scores.reshape(-1, scores.shape[-1]), flat)

    for x, y in batches(train, epochs):
        optimizer.zero_grad()
        loss_of(x, y).backward()
        optim.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    with xn.no_grad():
        return float(xn.to_numpy(loss_of(*test.arrays).data))


def run_torch(weights, characters, train, test, epochs):
    """Do the same with PyTorch's modules, from `weights` or from initial ones of its own."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = torch.nn.Embedding(characters, WIDTH)
            self.lstm = torch.nn.LSTM(WIDTH, WIDTH, batch_first=True)
            self.head = torch.nn.Linear(WIDTH, characters)

        def forward(self, x):
            return self.head(self.lstm(self.tokens(x))[0])

    torch.manual_seed(SEED)
    model = Model()
    if weights is not None:
        model.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)

    def loss_of(x, y):
        scores = model(torch.from_numpy(x))
        target = torch.from_numpy(y).reshape(-1)
        return torch.nn.functional.cross_entropy(scores.reshape(-1, characters), target)

    for x, y in batches(train, epochs):
        optimizer.zero_grad()
        loss_of(x, y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    with torch.no_grad():
        return float(loss_of(*test.arrays))


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--device", default="cpu", help="where xpnet computes")
    parser.add_argument("--no-store", action="store_true", help="do not write the result file")
    options = parser.parse_args(argv)
    train, test, characters = windows()
    with xn.device(options.device):
        xn.manual_seed(SEED)
        model = models.CharacterLSTM(characters, WIDTH)
    weights = {name: xn.to_numpy(value).copy() for name, value in model.state_dict().items()}
    peers = {
        "xpnet": lambda: run_xpnet(model, train, test, options.epochs, options.device),
        "torch": lambda: run_torch(weights, characters, train, test, options.epochs),
        "torch, own weights": lambda: run_torch(None, characters, train, test, options.epochs),
    }
    rows = []
    for peer, measure in peers.items():
        start = time.perf_counter()
        perplexity = math.exp(measure())
        apart = perplexity / rows[0]["perplexity"] - 1 if rows else 0.0
        seconds = time.perf_counter() - start
        rows.append({"peer": peer, "perplexity": perplexity, "apart": apart, "seconds": seconds})
        print(
            f"  {peer:<20} perplexity {perplexity:.4f}  {apart:+.2%}  {seconds:.0f} s", flush=True
        )
    print(f"wanted: at most {WANTED:.0%} apart")
    if not options.no_store:
        head = {
            "benchmark": "perplexity",
            "command": "python -m benchmarks.perplexity",
            "device": options.device,
            "epochs": options.epochs,
            "wanted": WANTED,
        }
        store(RESULTS, "perplexity", head, {"rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
