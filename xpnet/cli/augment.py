"""Augmentation by names on the command line: ``--augment shift:2,rotate``."""

from __future__ import annotations

import argparse
from typing import Any

from ..data.augmentation import AUGMENTATIONS, Augmentation, Compose, by_name
from ..errors import ArgumentError

__all__ = ["add_augment_option", "augmentation_of", "names"]

EXAMPLES = "as in shift:2,rotate:10,hflip"


def add_augment_option(group: Any) -> None:
    """Add ``--augment``."""
    group.add_argument(
        "--augment",
        type=names,
        default=(),
        metavar="LIST",
        help=f"change training images at random by some of {', '.join(AUGMENTATIONS)}, with or "
        f"without a number: pixels, degrees, padding or probability; {EXAMPLES} (default: none)",
    )


def names(text: str) -> tuple[str, ...]:
    """Return the parts of a list, each of which makes an augmentation.

    Examples
    --------
    >>> names("shift:2, rotate")
    ('shift:2', 'rotate')
    """
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in parts:
        try:
            _made(part)
        except ArgumentError as error:
            # the parser says which argument it was
            raise argparse.ArgumentTypeError(f"must be names with commas; {error}") from error
    return parts


def augmentation_of(
    options: argparse.Namespace, input_shape: tuple[int, ...]
) -> Augmentation | None:
    """Return the augmentation that was asked for, None if there is none.

    Raises
    ------
    ArgumentError
        If the samples are no images.
    """
    if not options.augment:
        return None
    if len(input_shape) != 3:
        raise ArgumentError(
            f"--augment must go with images of shape (C, H, W), got samples of shape {input_shape};"
            " leave it out"
        )
    return Compose(*(_made(part) for part in options.augment))


def _made(part: str) -> Augmentation:
    name, colon, number = part.partition(":")
    augmentation = by_name(name)
    if not colon:
        return augmentation
    try:
        value = float(number)
    except ValueError as error:
        raise ArgumentError(
            f"{name}: what follows the colon must be a number, got {number!r}; write {EXAMPLES}"
        ) from error
    value = int(value) if value.is_integer() else value
    kind: Any = type(augmentation)
    made: Augmentation = kind(padding=value) if name.lower() == "crop" else kind(value)
    return made
