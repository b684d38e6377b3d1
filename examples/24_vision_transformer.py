"""A vision Transformer reads digits as sequences of patches, and shows where it looks.

An image of 8 x 8 pixels is cut into 16 patches of 2 x 2, each of which can look at all others from
the first layer on. The picture shows, for some digits, how much each patch is looked at.

    python examples/24_vision_transformer.py
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import optim


def looked_at(model, x):
    """Return how much each patch is looked at by all, in all heads and layers: (N, H/p, W/p)."""
    with xn.no_grad():
        maps = model.attention_maps(x)  # (N, heads, from, to)
    share = np.mean([each.data.mean(axis=(1, 2)) for each in maps], axis=0)
    side = model.size // model.patch
    return share.reshape(-1, side, side)


def picture(x, attention, predicted):
    figure = Figure((0.95 * len(x), 2.3), layout="constrained")
    rows = figure.subplots(2, len(x))
    for column, (image, weights, digit) in enumerate(zip(x, attention, predicted, strict=True)):
        rows[0, column].imshow(image[0], cmap="gray_r")
        rows[0, column].set_title(f"{digit}", fontsize=10)
        rows[1, column].imshow(weights, cmap="viridis")
        for ax in rows[:, column]:
            ax.set_xticks([])
            ax.set_yticks([])
    rows[0, 0].set_ylabel("image")
    rows[1, 0].set_ylabel("looked at")
    return figure


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the picture")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    train, test = xn.data.load_digits()
    x, y = test.arrays
    xn.manual_seed(0)
    model = xn.models.ViT(width=48, layers=2, heads=4)
    steps = options.epochs * len(xn.data.DataLoader(train, batch_size=32))
    optimizer = optim.AdamW(model.parameters(), lr=3e-3)
    schedule = optim.schedules.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    for _ in range(options.epochs):
        for images, digits in xn.data.DataLoader(train, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            xn.nn.functional.cross_entropy(model(images), digits).backward()
            optimizer.step()
            schedule.step()
    predicted = model.predict(x).argmax(axis=1)
    accuracy = float(np.mean(predicted == y))
    attention = looked_at(model, x)
    ink = x[:, 0].reshape(len(x), 4, 2, 4, 2).mean(axis=(2, 4))  # of each patch
    together = np.corrcoef(ink.ravel(), attention.ravel())[0, 1]
    weights = sum(parameter.size for parameter in model.parameters())
    print(f"{weights:,} weights, {options.epochs} epochs of {len(train):,} digits")
    print(f"{accuracy:.1%} of {len(test)} test digits are right")
    print(f"correlation of how dark a patch is with how much it is looked at: {together:.2f}")

    some = [int(np.flatnonzero(y == digit)[0]) for digit in range(10)]
    path = options.output / "24_vision_transformer.png"
    picture(x[some], attention[some], predicted[some]).savefig(path, dpi=100)
    print(f"wrote {path}")
    return accuracy, together


if __name__ == "__main__":
    main()
