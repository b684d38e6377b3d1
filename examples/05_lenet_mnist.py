"""Train LeNet-5 on MNIST, and look at what came of it: curves, confusion, misread digits.

    python examples/05_lenet_mnist.py FOLDER    # or set XPNET_DATA to the folder of MNIST's files
    python examples/05_lenet_mnist.py           # without MNIST: the digits that come with xpnet

Model and pictures go to demo/. Two epochs take a minute or two on two cores, and then about 98 % of
MNIST's test digits are right.
"""

import argparse
from pathlib import Path

import numpy as np

import xpnet as xn
from xpnet import optim


def load_images(folder):
    """Return MNIST, or else the digits of 8 x 8 pixels inside xpnet, enlarged to 28 x 28."""
    try:
        return xn.data.load_mnist(folder, download=False)
    except xn.errors.DataError:
        if folder is not None:
            raise
    print("there is no MNIST here: taking the digits that come with xpnet")
    parts = []
    for part in xn.data.load_digits():
        x, y = part.arrays
        x = np.kron(x, np.ones((3, 3), x.dtype))  # (N, 1, 8, 8) -> (N, 1, 24, 24)
        parts.append(part.replace(np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2))), y))
    return parts


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="where the four files of MNIST are")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    train, test = load_images(options.folder)
    x, y = test.arrays
    with xn.device(options.device):
        xn.manual_seed(0)
        model = xn.models.LeNet5()
        optimizer = optim.Adam(model.parameters(), lr=2e-3)
        trainer = xn.Trainer(model, optimizer, metrics=["accuracy"])
        history = trainer.fit(train, validation=test, epochs=options.epochs, batch_size=64)
        scores = model.predict(x, batch_size=500)
    accuracy = float(np.mean(np.argmax(scores, axis=1) == y))
    print(f"{accuracy:.2%} of {len(test):,} test digits are right")

    pictures = {
        "lenet5_curves": xn.plot.learning_curves(history),
        "lenet5_confusion": xn.plot.confusion_matrix(y, scores),
        "lenet5_misread": xn.plot.misclassified(x, y, scores),
    }
    for name, figure in pictures.items():
        figure.savefig(options.output / f"{name}.png", dpi=150)
        print(f"wrote {options.output / name}.png")
    xn.save(model, options.output / "lenet5.safetensors")
    return accuracy


if __name__ == "__main__":
    main()
