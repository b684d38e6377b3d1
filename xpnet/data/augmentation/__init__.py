"""Augmentation: more training images than there are, by changes that leave their meaning.

===================  ===================================================================
``base.py``          Augmentation, and Compose for several in a row
``arguments.py``     what numbers given to them must be
``pixels.py``        every image of a batch gets pixels from places of its own
``shift.py``         Shift, RandomCrop: whole pixels
``flip.py``          HorizontalFlip, VerticalFlip
``rotate.py``        Rotate: any angle, bilinear; masks by the nearest pixel
``standardize.py``   StandardizeChannels: a fixed mean and deviation for each channel
===================  ===================================================================

They work on batches (N, C, H, W) of any library, where the batch is, and are given to the loader of
the training data. Masks, the labels of segmentation, are moved as their images are::

    augment = Compose(Shift(2), Rotate(10))
    loader = DataLoader(train, batch_size=64, shuffle=True, seed=0, transform=augment)
    trainer.fit(loader, validation=test)
"""

from __future__ import annotations

from collections.abc import Callable

from ...errors import choose
from .base import Augmentation, Compose
from .flip import HorizontalFlip, VerticalFlip
from .rotate import Rotate
from .shift import RandomCrop, Shift
from .standardize import StandardizeChannels

__all__ = [
    "AUGMENTATIONS",
    "Augmentation",
    "Compose",
    "HorizontalFlip",
    "RandomCrop",
    "Rotate",
    "Shift",
    "StandardizeChannels",
    "VerticalFlip",
    "by_name",
]

AUGMENTATIONS: dict[str, Callable[[], Augmentation]] = {
    "shift": Shift,
    "rotate": Rotate,
    "crop": RandomCrop,
    "hflip": HorizontalFlip,
    "vflip": VerticalFlip,
}
"""The augmentations that need no argument, by the names a command line uses."""


def by_name(name: str) -> Augmentation:
    """Return a new augmentation of that name with its defaults.

    Raises
    ------
    ArgumentError
        There is none; the message lists the names.

    Examples
    --------
    >>> by_name("rotate")
    Rotate(degrees=10.0, fill=0.0, mask_fill=0)
    """
    return AUGMENTATIONS[choose("augmentation", "name", str(name).lower(), AUGMENTATIONS)]()
