"""IDX files, plain and packed, damaged one at a time in a folder of the four that make MNIST.

Loading them must raise a DataError, or, where labels or pixels were changed to others, give data.
``tests/data/test_mutations.py`` does the same with few.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from xpnet.data import load_mnist

from . import damage
from .attempt import Outcome, attempt

SIZES = (0, 1, 5, 255, 60_000, 2**31 - 1, 2**31, 2**32 - 1)
HEAD = 16
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
         "t10k-labels-idx1-ubyte")  # fmt: skip


def idx(values: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, values.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in values.shape) + values.tobytes()


def files() -> dict[str, bytes]:
    """Return four good files, small ones."""
    rng = np.random.default_rng(0)
    made = {}
    for name in NAMES:
        count = 20 if name.startswith("train") else 10
        shape = (count, 28, 28) if "images" in name else (count,)
        most = 256 if "images" in name else 10
        made[name] = idx(rng.integers(0, most, shape, np.uint8))
    return made


def of_absurd_size(content: bytes, rng: np.random.Generator) -> bytes:
    size = SIZES[rng.integers(len(SIZES))]
    at = 4 + 4 * int(rng.integers(content[3]))
    return content[:at] + size.to_bytes(4, "big") + content[at + 4 :]


def of_another_type(content: bytes, rng: np.random.Generator) -> bytes:
    return content[:2] + rng.bytes(2) + content[4:]


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    return damage.flipped(content, rng, head=HEAD)


CHANGES = (
    damage.truncated, flipped, damage.overwritten, damage.inserted, damage.deleted,
    of_absurd_size, of_another_type,
)  # fmt: skip


def read(folder: Path) -> str:
    train, test = load_mnist(folder, download=False)
    whole = all(
        part.arrays[0].shape == (len(part), 1, 28, 28) and part.arrays[1].shape == (len(part),)
        for part in (train, test)
    )
    return "data" if whole else "no data"


def run(times: int, seed: int, folder: Path) -> list[Outcome]:
    """Damage files in so many ways; any other error than those allowed is raised."""
    rng = np.random.default_rng(seed)
    good = files()
    for name, content in good.items():
        (folder / name).write_bytes(content)
    read(folder)  # and what it needs is imported
    outcomes = []
    for i in range(times):
        name = NAMES[i % len(NAMES)]
        change = CHANGES[rng.integers(len(CHANGES))]
        content = change(good[name], rng)
        what = rng.random()
        if what < 0.25:  # damage inside
            content = gzip.compress(content, 1)
        elif what < 0.5:  # damage outside
            content = damage.BYTEWISE[i % len(damage.BYTEWISE)](gzip.compress(good[name], 1), rng)
        (folder / name).write_bytes(content)
        outcomes.append(attempt(change.__name__, lambda: read(folder)))
        (folder / name).write_bytes(good[name])
    return outcomes
