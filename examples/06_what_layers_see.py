"""Look into a network: the filters that it has learnt, and what its layers make of a digit.

    python examples/05_lenet_mnist.py              # trains it; without, the network is a fresh one
    python examples/06_what_layers_see.py --digit 3

The first filters look for edges and strokes of some direction; the maps after them light up where
those are. Deeper maps are coarser, and say what is there rather than where.
"""

import argparse
from pathlib import Path

import numpy as np

import xpnet as xn


def load_digit(folder, digit):
    """Return a test image (1, 28, 28) of MNIST, or else of the digits inside xpnet, enlarged."""
    try:
        _, test = xn.data.load_mnist(folder, download=False)
    except xn.errors.DataError:
        if folder is not None:
            raise
        _, test = xn.data.load_digits()
    images, labels = test.arrays
    image = images[labels == digit][0]
    if image.shape == (1, 8, 8):
        image = np.pad(np.kron(image, np.ones((3, 3), image.dtype)), ((0, 0), (2, 2), (2, 2)))
    return image


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="where the four files of MNIST are")
    parser.add_argument("--model", type=Path, default=Path("demo/lenet5.safetensors"))
    parser.add_argument("--digit", type=int, choices=range(10), default=3, metavar="0...9")
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    if options.model.is_file():
        model = xn.load(options.model)
    else:
        print(f"there is no {options.model}: the network has not learnt anything yet")
        model = xn.models.LeNet5()
    image = load_digit(options.folder, options.digit)

    seen = xn.nn.layer_outputs(model, image[np.newaxis])
    for name, output in seen.items():
        active = np.mean(output > 0)
        print(f"{name:14} {output.shape!s:18} {active:4.0%} of the numbers are positive")
    print(f"shown is a {options.digit}, and the network says {np.argmax(seen['classifier.5'])}")

    pictures = {
        "filters_1": xn.plot.filters(model, "features.0"),
        "filters_2": xn.plot.filters(model, "features.3"),
        "feature_maps": xn.plot.feature_maps(model, image),
    }
    for name, figure in pictures.items():
        figure.savefig(options.output / f"{name}.png", dpi=150)
        print(f"wrote {options.output / name}.png")
    return seen


if __name__ == "__main__":
    main()
