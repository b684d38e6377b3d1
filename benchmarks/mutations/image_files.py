"""Image files of every format, damaged: bytes anywhere, and absurd sizes with a checksum that fits.

Reading one as a model does must raise a DataError, or, where the damage spares what matters or the
format has no checksum, give a picture. ``tests/serving/test_mutations.py`` does the same with few.
"""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np

from xpnet.serving.files import Reading, image_sample
from xpnet.serving.ink import Ink

from . import damage
from .attempt import Outcome, attempt

SIZES = (0, 1, 7, 255, 4999, 5001, 16383, 65535, 2**24, 2**31 - 1, 2**32 - 1)
HEAD = 200
"""Most of what a header says is in so many bytes."""

HOW = Reading((1, 28, 28), 255.0, Ink(0.7, "mass", (0.5, 0.5), 0.1))


def pictures() -> dict[str, bytes]:
    """Return good files by the names of what they are."""
    from PIL import Image

    rng = np.random.default_rng(0)
    grey = np.full((40, 50), 240, np.uint8)
    grey[8:30, 20:26] = 20
    grey += rng.integers(0, 10, grey.shape, np.uint8)
    picture = Image.fromarray(grey)
    colour = picture.convert("RGB")
    clear = colour.convert("RGBA")
    clear.putalpha(Image.fromarray(255 - grey))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "drawn by hand"
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    made = {
        "grey.png": (picture, {"exif": exif}),
        "clear.png": (clear, {}),
        "deep.png": (deep, {}),
        "palette.png": (colour.quantize(16), {"transparency": 3}),
        "bits.png": (picture.convert("1"), {}),
        "photograph.jpg": (colour, {"exif": exif}),
        "progressive.jpg": (picture, {"progressive": True}),
        "moving.gif": (colour.quantize(16), {"save_all": True, "append_images": [picture]}),
        "plain.bmp": (colour, {}),
        "plain.tif": (picture, {}),
        "deflated.tif": (deep, {"compression": "tiff_adobe_deflate"}),
        "packed.tif": (colour, {"compression": "tiff_lzw"}),
        "lossy.webp": (colour, {"exif": exif}),
        "exact.webp": (clear, {"lossless": True}),
        "plain.pgm": (picture, {}),
        "plain.ppm": (colour, {}),
    }
    files = {}
    for name, (image, options) in made.items():
        file = io.BytesIO()
        image.save(file, {"jpg": "JPEG", "tif": "TIFF", "pgm": "PPM"}.get(
            name[-3:], name.rpartition(".")[2].upper()), **options)  # fmt: skip
        files[name] = file.getvalue()
    return files


def of_absurd_size(content: bytes, rng: np.random.Generator) -> bytes:
    """Write a large number somewhere in the head, in one of the ways in which formats do."""
    size = int(SIZES[rng.integers(len(SIZES))])
    if content.startswith((b"P5", b"P6")):
        return content.replace(b"50 40", b"%d %d" % (size, rng.choice(SIZES)), 1)
    if content.startswith(b"\x89PNG"):
        body = bytearray(content[12:29])
        at = 4 + 4 * int(rng.integers(2))
        body[at : at + 4] = size.to_bytes(4, "big")
        return content[:12] + bytes(body) + zlib.crc32(body).to_bytes(4, "big") + content[33:]
    width = int(rng.choice([2, 4]))
    number = (size % 256**width).to_bytes(width, "little" if rng.random() < 0.5 else "big")
    start = int(rng.integers(2, HEAD))
    return content[:start] + number + content[start + width :]


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    return damage.flipped(content, rng, head=HEAD)


def resealed(content: bytes, rng: np.random.Generator) -> bytes:
    """Change the chunks of a PNG, and give them checksums that fit; other files are flipped."""
    if not content.startswith(b"\x89PNG"):
        return flipped(content, rng)
    made, at = content[:8], 8
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        chunk = content[at + 4 : at + 8 + length]
        if rng.random() < 0.5 and len(chunk) > 4:
            chunk = chunk[:4] + damage.flipped(chunk[4:], rng)
        made += content[at : at + 4] + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        at += 12 + length
    return made


CHANGES = (
    damage.truncated, flipped, damage.overwritten, damage.inserted, damage.deleted,
    of_absurd_size, resealed,
)  # fmt: skip


def read(path: Path) -> str:
    x = image_sample(str(path), path.name, HOW).x
    good = x.shape == HOW.shape and np.isfinite(x).all()
    return "a picture" if good else "no picture"


def run(times: int, seed: int, folder: Path) -> list[Outcome]:
    """Damage files in so many ways; any other error than those allowed is raised."""
    rng = np.random.default_rng(seed)
    files = pictures()
    for name, content in files.items():
        (folder / name).write_bytes(content)
        read(folder / name)  # and what it needs is imported
    names = list(files)
    outcomes = []
    for i in range(times):
        name = names[i % len(names)]
        change = CHANGES[rng.integers(len(CHANGES))]
        path = folder / name
        path.write_bytes(change(files[name], rng))
        outcomes.append(attempt(change.__name__, lambda path=path: read(path)))
    return outcomes
