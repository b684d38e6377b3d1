"""Image files as arrays of brightness: every kind of image, turned upright, nothing trusted.

Pillow reads the files. What a header promises is looked at before a pixel is decoded, and what goes
wrong inside a decoder is a DataError: an image may have come from anywhere.
"""

from __future__ import annotations

import importlib
import io
import os
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ArgumentError, DataError

__all__ = ["ENDINGS", "decode", "require_pillow"]

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""What is read; others, such as PostScript, would start programs."""

MOST_PIXELS = 25_000_000
"""So many pixels may be decoded: 100 MB."""

MOST_PIXELS_OF_JPEG = 64_000_000
"""Of JPEG as many as cameras have, since a decoder can make it smaller while it reads."""

LARGEST_FILE = 2**27
"""So many bytes a file may have. It is read as a whole: a decoder cannot ask for more than that."""

WORKING_SIZE = 256
"""Longer sides are brought near this size first: models see fewer pixels by far."""

ORIENTATION = 0x0112

UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: np.rot90(a, 1),
}
"""What brings (H, W, C) upright, by the orientation that EXIF tells; 1 is upright already."""

_opening = threading.Lock()


def decode(
    source: str | os.PathLike[str] | bytes, channels: int, where: str, name: str, least: int = 0
) -> np.ndarray:
    """Return the pixels of an image, (C, H, W) float32 from 0 to 1.

    The image may be grey, coloured, transparent, with a palette or with 16 bits. It is turned
    upright, as its EXIF orientation says, and made smaller by a whole number if its sides are
    longer than 512 pixels and than the model needs. What is transparent becomes white paper, or
    for a grey image with bright ink black.

    Parameters
    ----------
    source : path or bytes
        A file, or the content of one.
    channels : int
        1 for grey, 3 for colour.
    where, name : str
        The function and the file named in errors.
    least : int
        The model takes sides of so many pixels.

    Raises
    ------
    DataError
        If it is no image, is damaged, or has more pixels than are read.
    ArgumentError
        If Pillow is missing.

    Examples
    --------
    >>> decode(b"P2 3 1 255 0 51 255", 1, "example", "three.pgm")
    array([[[0. , 0.2, 1. ]]], dtype=float32)
    """
    pillow = require_pillow(where)
    try:
        content = source if isinstance(source, bytes) else _content(source, where, name)
        _require_few(_size_of_webp(content), MOST_PIXELS, where, name)
        with _opened(pillow, content) as image:
            _require_few(image.size, _most_pixels(image), where, name)
            size = max(WORKING_SIZE, 4 * least)
            if image.format in ("JPEG", "MPO"):
                image.draft("L" if channels == 1 else "RGB", (size, size))
            upright = UPRIGHT.get(_orientation(image))
            pixels = _brightness(_reduced(image, size), channels)
    except DataError:
        raise
    except Exception as error:  # decoders meet damage with errors of every kind
        said = str(error).splitlines() or [type(error).__name__]
        if type(error).__name__ == "UnidentifiedImageError":  # it names an object in memory
            said = ["it is of no kind that is known"]
        raise DataError(
            f"{where}: {name!r} must be an image, got a file that cannot be read ({said[0]}); "
            "check it with an image viewer"
        ) from error
    if upright is not None:
        pixels = upright(pixels)
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0), np.float32)  # (H, W, C) -> (C, H, W)


def require_pillow(where: str) -> Any:
    """Return the module PIL.Image, or raise an ArgumentError that tells what to install."""
    try:
        return importlib.import_module("PIL.Image")
    except ImportError as error:
        raise ArgumentError(
            f"{where}: for image files Pillow must be installed, got none; "
            "pip install 'xpnet[images]', or give the pixels as .npy"
        ) from error


def _content(path: str | os.PathLike[str], where: str, name: str) -> bytes:
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST_FILE:
            raise DataError(
                f"{where}: {name!r} must have at most {LARGEST_FILE:,} bytes, got {size:,}; make "
                "it smaller first"
            )
        return file.read()


def _opened(pillow: Any, content: bytes) -> Any:
    """Return the image whose header was read, however large it claims to be."""
    # the filters of warnings belong to the process: one thread at a time changes them
    with _opening, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an image is large: it is refused anyway
        return pillow.open(io.BytesIO(content), "r", FORMATS)


def _require_few(size: tuple[int, int], most: int, where: str, name: str) -> None:
    width, height = size
    if width * height > most:
        raise DataError(
            f"{where}: {name!r} must have at most {most:,} pixels, got {width:,} x {height:,}; "
            "make it smaller first"
        )


def _most_pixels(image: Any) -> int:
    # a progressive JPEG is kept whole until its last scan
    small = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    return MOST_PIXELS_OF_JPEG if small else MOST_PIXELS


def _size_of_webp(content: bytes) -> tuple[int, int]:
    """Return width and height of a WebP image: its decoder takes memory when it is opened.

    https://developers.google.com/speed/webp/docs/riff_container
    """
    head = content[:30]
    if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return 0, 0
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    bits = int.from_bytes(head[26:30], "little")
    return bits & 0x3FFF, bits >> 16 & 0x3FFF


def _orientation(image: Any) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a picture with damaged remarks is still a picture
        return 1


def _reduced(image: Any, size: int) -> Any:
    """Return the image with its longest side near `size`, if it is longer."""
    factor = max(image.size) // size
    if factor < 2:
        return image
    if image.mode in ("1", "P", "PA", "LA"):
        image = image.convert("L" if image.mode == "1" else "RGBA")
    elif image.mode.startswith("I;16"):
        image = image.convert("I")
    # no side may vanish
    return image.reduce((min(factor, image.size[0]), min(factor, image.size[1])))


def _brightness(image: Any, channels: int) -> np.ndarray:
    """Return (H, W, C) from 0 to 1."""
    if image.mode[0] in "IF":
        grey = _of_many_bits(np.asarray(image), image.mode)[..., None]
        return grey if channels == 1 else np.repeat(grey, 3, axis=2)
    wanted = "L" if channels == 1 else "RGB"
    if not image.has_transparency_data:
        pixels = np.asarray(image.convert(wanted), np.float32) / 255
        return pixels.reshape(*pixels.shape[:2], channels)
    image = image.convert("RGBA")
    opacity = np.asarray(image.getchannel("A"), np.float32)[..., None] / 255
    ink = np.asarray(image.convert("RGB").convert(wanted), np.float32) / 255
    ink = ink.reshape(*ink.shape[:2], channels)
    # white ink without a ground is meant to stand on a dark one
    bright = channels == 1 and np.sum(ink * opacity) > 0.5 * np.sum(opacity)
    return ink * opacity + (0.0 if bright else 1.0) * (1 - opacity)


def _of_many_bits(values: np.ndarray, mode: str) -> np.ndarray:
    """Return numbers of 16 or 32 bits as brightness from 0 to 1, by the range that they fit in."""
    values = np.nan_to_num(values.astype(np.float32))
    highest = float(values.max(initial=0.0))
    ranges = (65535.0,) if mode.startswith("I;16") else (1.0, 255.0, 65535.0, highest)
    largest = next(limit for limit in ranges if highest <= limit)
    return np.clip(values / np.float32(largest), 0.0, 1.0)
