"""1,797 real handwritten digits that come with the package."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np

from ..errors import ArgumentError
from .dataset import ArrayDataset
from .splitting import split

__all__ = ["load_digits"]


def load_digits(
    flatten: bool = False, test_size: float = 0.2, seed: int = 0
) -> tuple[ArrayDataset, ArrayDataset]:
    """Load 1,797 handwritten digits of 8 x 8 pixels, split into training and test data.

    They are part of the package: no network and no file is needed.

    Parameters
    ----------
    flatten : bool, default False
        Images of shape (64,) instead of (1, 8, 8).
    test_size : float, default 0.2
        The share of test data, between 0 and 1. Each digit has this share of its samples there.
    seed : int, default 0
        Determines the split; the same on every machine.

    Returns
    -------
    train, test : ArrayDataset
        NumPy arrays: images (N, 1, 8, 8) or (N, 64), float32 from 0 to 1; labels (N,), int64.

    Raises
    ------
    ArgumentError
        If `test_size` is not between 0 and 1.

    Notes
    -----
    E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0: the test part of that data set,
    in which each pixel counts the dark points (0 to 16) of a 4 x 4 block of a 32 x 32 bitmap. Here
    the counts are divided by 16.

    Examples
    --------
    >>> train, test = load_digits()
    >>> train
    ArrayDataset('digits train', 1438 samples: (1, 8, 8) float32, () int64)
    >>> len(test)
    359
    """
    if not 0 < test_size < 1:
        raise ArgumentError(
            f"load_digits: test_size must be between 0 and 1, got {test_size!r}; "
            "a usual value is 0.2"
        )
    counts, labels = _read()
    images = np.divide(counts, 16, dtype=np.float32)
    n = images.shape[0]
    whole = ArrayDataset(
        images.reshape(n, 64) if flatten else images.reshape(n, 1, 8, 8),
        labels.astype(np.int64),
        class_names=tuple("0123456789"),
        name="digits",
    )
    train, test = split(whole, (1 - test_size, test_size), seed=seed, stratify=True)
    train.name, test.name = "digits train", "digits test"
    return train, test


@cache
def _read() -> tuple[np.ndarray, np.ndarray]:
    """Return counts (N, 8, 8) and labels (N,), both uint8, as the package holds them."""
    file = resources.files(__package__) / "digits.npz"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]
