"""Transfer: convolutions that have learnt some digits help to learn others from few examples.

    python examples/08_transfer.py FOLDER    # or set XPNET_DATA to the folder of MNIST's files

A network learns the digits 0 to 4. Its convolutions are then frozen, and a new classifier on top of
them learns 5 to 9 from a handful of examples of each. A network of the same form that begins with
random weights learns from the same examples, with the same steps. Both are tested on all test
images of 5 to 9, several times, because it matters much which examples are drawn.

On MNIST the transferred convolutions win in every draw, by 81 to 77 % on average. Without MNIST
they come from 721 digits of 8 x 8 pixels alone, and lose: what is to be of use to others must have
been learnt from many images.
"""

import argparse

import numpy as np

import xpnet as xn
from xpnet import nn, optim


def load_images(folder):
    """Return MNIST, or else the digits of 8 x 8 pixels inside xpnet."""
    try:
        return xn.data.load_mnist(folder, download=False)
    except xn.errors.DataError:
        if folder is not None:
            raise
    print("there is no MNIST here: taking the digits that come with xpnet")
    return xn.data.load_digits()


def convolutions():
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(),
    )  # fmt: skip


def classifier(size):
    return nn.Linear(32 * (size // 4) ** 2, 5)


def only(data, digits, per_digit=None, seed=0):
    """Return the images of some digits, their labels counted from 0; or a few drawn of each."""
    x, y = data.arrays
    order = np.random.default_rng(seed).permutation(len(y))
    chosen = np.concatenate([order[y[order] == digit][:per_digit] for digit in digits])
    return x[chosen], y[chosen] - digits[0]


def fit(model, data, epochs):
    """Train what is not frozen."""
    trained = [p for p in model.parameters() if p.requires_grad]
    trainer = xn.Trainer(model, optim.Adam(trained, lr=1e-3))
    trainer.fit(data, epochs=epochs, batch_size=32, progress=False)
    return model


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="where the four files of MNIST are")
    parser.add_argument("--epochs", type=int, help="over 0 to 4 (default: about 1,000 steps)")
    parser.add_argument("--examples", type=int, default=5, help="of each digit from 5 to 9")
    parser.add_argument("--draws", type=int, default=5, help="times that examples are drawn")
    options = parser.parse_args(arguments)

    train, test = load_images(options.folder)
    size = train.arrays[0].shape[-1]
    xn.manual_seed(0)
    known, new = only(train, range(5)), only(test, range(5, 10))
    epochs = options.epochs or max(1, 32_000 // len(known[1]))
    features = convolutions()
    fit(nn.Sequential(features, classifier(size)), known, epochs)
    for parameter in features.parameters():
        parameter.requires_grad = False
    print(f"convolutions learnt from {len(known[1]):,} images of 0 to 4, and are frozen now")

    accuracies = []
    for draw in range(options.draws):
        few = only(train, range(5, 10), options.examples, seed=draw)
        pair = []
        for below in (features, convolutions()):
            model = fit(nn.Sequential(below, classifier(size)), few, epochs=100)
            predicted = np.argmax(model.predict(new[0], batch_size=500), axis=1)
            pair.append(float(np.mean(predicted == new[1])))
        accuracies.append(pair)
        print(f"{options.examples} of each of 5 to 9, draw {draw + 1}: "
              f"transferred {pair[0]:.1%}, from scratch {pair[1]:.1%}")  # fmt: skip
    transferred, scratch = np.mean(accuracies, axis=0)
    print(f"mean: transferred {transferred:.1%}, from scratch {scratch:.1%}")
    return transferred, scratch


if __name__ == "__main__":
    main()
