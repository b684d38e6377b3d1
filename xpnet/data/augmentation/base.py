"""Augmentation: a random change of images that leaves their meaning; and several in a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend import random
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array

__all__ = ["Augmentation", "Compose"]


class Augmentation:
    """Base class: changes a batch of images (N, C, H, W), each of them differently.

    A subclass defines `draw`, the random numbers of a batch, and what they do to images and to
    masks. Random numbers are drawn on the host, so the same ones are drawn on every library.

    As ``DataLoader(..., transform=augmentation)`` it gets a stream that the loader's seed, the
    epoch and the place of the batch determine. Called by hand without a stream, it draws from the
    sequence that ``xpnet.manual_seed`` restarts.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> class Brighten(xn.data.augmentation.Augmentation):
    ...     def draw(self, rng, shape):
    ...         return rng.uniform(1.0, 1.5)
    ...     def images(self, x, factor):
    ...         return x * factor
    >>> train, _ = xn.data.load_digits()
    >>> loader = xn.data.DataLoader(train, batch_size=64, transform=Brighten())
    >>> x, y = next(iter(loader))
    >>> x.shape, bool(1.0 < x.max() < 1.5)
    ((64, 1, 8, 8), True)
    """

    def draw(self, rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Any:
        """Return the random numbers for a batch of this shape (N, C, H, W)."""
        return None

    def images(self, x: Array, drawn: Any) -> Array:
        """Return the changed images."""
        raise NotImplementedError(f"{type(self).__name__} has no method images; define one")

    def masks(self, y: Array, drawn: Any) -> Array:
        """Return the changed masks, (N, C, H, W): by default as they are."""
        return y

    def __call__(
        self, x: Array, *others: Array, rng: np.random.Generator | None = None
    ) -> tuple[Array, ...]:
        """Change a batch.

        Parameters
        ----------
        x : array, (N, C, H, W)
        *others : array, (N, ...)
            Those with a value for each pixel, (N, H, W) or (N, C', H, W), are masks and are moved
            as the images are, without new values between old ones; labels, (N,) or (N, K), stay
            as they are. Others have no place in the image: an augmentation that moves pixels
            refuses them.
        rng : numpy.random.Generator, optional

        Returns
        -------
        tuple of array
            As many as were given.

        Raises
        ------
        ShapeError
            If `x` is not (N, C, H, W), or one of the others looks like masks of another size or
            with the channels last.
        DTypeError
            If something is no array.
        """
        shape = _image_shape(type(self).__name__, x)
        drawn = self.draw(random.next_stream() if rng is None else rng, shape)
        changed = self.images(x, drawn)
        return (changed, *(self._other(y, shape, drawn) for y in others))

    def _other(self, y: Array, shape: tuple[int, int, int, int], drawn: Any) -> Array:
        where = type(self).__name__
        _require_array(where, "every label or mask", y)
        if len(y.shape) < 3 or type(self).masks is Augmentation.masks:
            return y  # labels; or nothing that moves
        n, _, h, w = shape
        if tuple(y.shape) == (n, h, w):
            return self.masks(y[:, None, :, :], drawn)[:, 0, :, :]
        if len(y.shape) == 4 and (y.shape[0], *y.shape[2:]) == (n, h, w):
            return self.masks(y, drawn)
        channels_last = len(y.shape) == 4 and tuple(y.shape[:3]) == (n, h, w)
        raise ShapeError(
            f"{where}: masks must be (N, H, W) or (N, C, H, W) of the images' size, "
            f"({n}, {h}, {w}) or ({n}, C, {h}, {w}), got {tuple(y.shape)}; "
            + (
                "move the channels there with xp.moveaxis(masks, -1, 1)"
                if channels_last
                else "pass a mask of the same height and width for each image, or labels (N,) or "
                "(N, K), which stay as they are"
            )
        )

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({given})"


class Compose(Augmentation):
    """Several augmentations, one after the other.

    Parameters
    ----------
    *augmentations : Augmentation

    Examples
    --------
    >>> from xpnet.data.augmentation import Compose, HorizontalFlip, Shift
    >>> Compose(Shift(2), HorizontalFlip())
    Compose(Shift(pixels=2, fill=0.0, mask_fill=0), HorizontalFlip(p=0.5))
    """

    def __init__(self, *augmentations: Augmentation) -> None:
        for one in augmentations:
            if not isinstance(one, Augmentation):
                raise ArgumentError(
                    f"Compose: every argument must be an Augmentation, got {one!r}; write "
                    "Compose(Shift(2), HorizontalFlip()), or derive a class from Augmentation"
                )
        self.augmentations = augmentations

    def __call__(
        self, x: Array, *others: Array, rng: np.random.Generator | None = None
    ) -> tuple[Array, ...]:
        """Change a batch; see :class:`Augmentation`."""
        rng = random.next_stream() if rng is None else rng
        batch = (x, *others)
        for augmentation in self.augmentations:
            batch = augmentation(*batch, rng=rng)
        return batch

    def __repr__(self) -> str:
        return f"Compose({', '.join(map(repr, self.augmentations))})"


def _require_array(where: str, argument: str, x: Any) -> None:
    if not hasattr(x, "shape"):
        raise DTypeError(
            f"{where}: {argument} must be an array, got a {type(x).__name__}; convert it with "
            "xn.asarray"
        )


def _image_shape(where: str, x: Array) -> tuple[int, int, int, int]:
    _require_array(where, "x", x)
    if len(x.shape) != 4:
        raise ShapeError(
            f"{where}: x must be images (N, C, H, W), got {tuple(x.shape)}; "
            "reshape them first, e.g. with load_digits(flatten=False)"
        )
    n, c, h, w = x.shape
    return n, c, h, w
