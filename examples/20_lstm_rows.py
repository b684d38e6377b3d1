"""Read images row by row with an LSTM, and ask it after each row what it has seen.

    python examples/20_lstm_rows.py FOLDER    # or set XPNET_DATA to the folder of MNIST's files
    python examples/20_lstm_rows.py           # without MNIST: the digits that come with xpnet

An image of 28 x 28 pixels is a sequence of 28 rows of 28 numbers. The LSTM looks at one row after
the other, and a dense layer names the digit from the last state. The picture goes to demo/.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import nn, optim


class RowReader(nn.Module):
    """An LSTM over the rows of (N, 1, H, W), and a dense layer on its last state."""

    def __init__(self, columns, cells, classes=10):
        self.lstm = nn.LSTM(columns, cells, batch_first=True)
        self.head = nn.Linear(cells, classes)

    def forward(self, x):
        _, (h, _) = self.lstm(x[:, 0, :, :])  # (N, 1, H, W) -> (N, H, W)
        return self.head(h[-1, ...])


def load_images(folder):
    """Return MNIST, or else the digits of 8 x 8 pixels inside xpnet."""
    try:
        return xn.data.load_mnist(folder, download=False), "MNIST"
    except xn.errors.DataError:
        if folder is not None:
            raise
    print("there is no MNIST here: taking the digits that come with xpnet")
    return xn.data.load_digits(), "digits"


def accuracy_by_row(model, x, y):
    """Return the share of right answers if reading ends after each row."""
    states, _ = model.lstm.predict(x[:, 0])  # (N, H, cells)
    scores = states @ np.asarray(model.head.weight.data).T + np.asarray(model.head.bias.data)
    return np.mean(np.argmax(scores, axis=2) == y[:, None], axis=0), scores


def draw(by_row, scores, x, y, history):
    """Draw learning, accuracy after each row, and how sure the network is of one digit."""
    figure = Figure((8.4, 6.2), layout="constrained")
    *learning, middle, right = figure.subplots(2, 2).ravel()
    xn.plot.learning_curves(history, learning)
    middle.plot(np.arange(1, len(by_row) + 1), by_row, marker=".")
    middle.set(title="if reading ended there", xlabel="rows read", ylabel="test accuracy")
    best = np.exp(scores[0] - scores[0].max(axis=1, keepdims=True))
    right.imshow(best / best.sum(axis=1, keepdims=True), cmap="viridis", aspect="auto")
    right.set(title=f"probability of each digit: a {y[0]}", xlabel="digit", ylabel="rows read")
    right.set_xticks(range(10))
    return figure


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="where the four files of MNIST are")
    parser.add_argument("--epochs", type=int, help="default: 5, and 20 of the small digits")
    parser.add_argument("--cells", type=int, default=128)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the picture")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    (train, test), name = load_images(options.folder)
    epochs = options.epochs or (5 if name == "MNIST" else 20)
    x, y = test.arrays
    xn.manual_seed(0)
    model = RowReader(x.shape[-1], options.cells)
    optimizer = optim.Adam(model.parameters(), lr=2e-3)
    batch = 128 if name == "MNIST" else 32
    trainer = xn.Trainer(model, optimizer, metrics=["accuracy"], clip_norm=1.0)
    history = trainer.fit(train, validation=test, epochs=epochs, batch_size=batch)

    by_row, scores = accuracy_by_row(model, x, y)
    print(f"{by_row[-1]:.2%} of {len(test):,} test digits are right after {epochs} epochs")
    for part in (0.25, 0.5, 0.75):
        rows = round(part * len(by_row))
        print(f"  {by_row[rows - 1]:6.1%} if reading ended after {rows} of {len(by_row)} rows")
    figure = draw(by_row, scores, x, y, history)
    figure.savefig(options.output / "20_lstm_rows.png", dpi=80)
    print(f"wrote {options.output / '20_lstm_rows.png'}")
    return float(by_row[-1])


if __name__ == "__main__":
    main()
