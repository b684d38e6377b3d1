"""Digits as they come from elsewhere: ``python -m benchmarks.recognition MODEL.safetensors``.

The test images of MNIST are rendered larger and smaller, inverted, anywhere on a page, cropped,
photographed and in black and white, and prepared as ``xpnet predict`` does. Printed is how many of
them a model of MNIST gets right, beside the originals. MNIST comes from ``$XPNET_DATA``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from PIL import Image

import xpnet as xn
from xpnet.serving import Predictor
from xpnet.serving.framing import prepare

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    filter_ = Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(image).resize((width, height), filter_))


def on_a_page(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    page, side = np.zeros((260, 400), np.uint8), int(rng.integers(80, 200))
    top, left = rng.integers(0, 260 - side), rng.integers(0, 400 - side)
    page[top : top + side, left : left + side] = resized(image, side, side)
    return page


def cropped(image: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    part = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return resized(part, 5 * part.shape[0], 5 * part.shape[1])


def photographed(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return grey ink on grey paper, lit from one side, with the noise of a camera."""
    page = 0.25 + 0.35 * (255 - on_a_page(image, rng)) / 255
    y, x = np.meshgrid(*(np.linspace(-0.5, 0.5, n) for n in page.shape), indexing="ij")
    light = 1 + 0.3 * x + 0.3 * y - 0.1 * (x**2 + y**2)
    taken = page * light + rng.normal(0, 0.015, page.shape)
    return np.round(255 * np.clip(taken, 0, 1)).astype(np.uint8)


def black_and_white(image: np.ndarray, side: int) -> np.ndarray:
    return 255 * (resized(image, side, side) > 128).astype(np.uint8)


CHANGES: dict[str, Change] = {
    "as they are": lambda image, rng: image,
    "inverted": lambda image, rng: 255 - image,
    "100 x 100": lambda image, rng: resized(image, 100, 100),
    "20 x 20": lambda image, rng: resized(image, 20, 20),
    "300 x 300, inverted": lambda image, rng: 255 - resized(image, 300, 300),
    "anywhere on a page": on_a_page,
    "anywhere on paper": lambda image, rng: 255 - on_a_page(image, rng),
    "cropped to the ink, inverted": lambda image, rng: 255 - cropped(image),
    "black and white, 280 x 280": lambda image, rng: black_and_white(image, 280),
    "photographed": photographed,
}


def accuracy(
    predictor: Predictor, x: np.ndarray, y: np.ndarray, change: Change, seed: int = 0
) -> float:
    """Return the share of images (N, H, W) of bytes that are recognised after the change."""
    rng = np.random.default_rng(seed)
    size = (predictor.shape[-2], predictor.shape[-1])
    made = [change(image, rng).astype(np.float32)[None] / 255 for image in x]
    prepared = np.stack([prepare(image, size, predictor.ink).x for image in made])
    right = 0
    for start in range(0, len(x), 256):
        scores = predictor.outputs(prepared[start : start + 256])
        right += int(np.sum(scores.argmax(axis=1) == y[start : start + 256]))
    return right / len(x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--images", type=int, default=10_000)
    options = parser.parse_args()
    x, y = (a[: options.images] for a in xn.data.load_mnist(download=False)[1].arrays)
    x = np.round(255 * x[:, 0]).astype(np.uint8)
    predictors = [Predictor(path, device="cpu") for path in options.models]
    print(f"{'':30}", *(type(p.model).__name__.rjust(8) for p in predictors))
    for name, change in CHANGES.items():
        found = [accuracy(predictor, x, y, change) for predictor in predictors]
        print(f"{name:30}", *(f"{share:8.2%}" for share in found), flush=True)


if __name__ == "__main__":
    main()
