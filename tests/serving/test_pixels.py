"""Images of every kind, and of no kind."""

from __future__ import annotations

import contextlib
import io
import struct
import sys
import time
import tracemalloc
import warnings
import zlib

import numpy as np
import pytest

from xpnet.errors import ArgumentError, DataError
from xpnet.serving import pixels
from xpnet.serving.pixels import decode

image = pytest.importorskip("PIL.Image", reason="Pillow reads images")

GREY = np.asarray([[0, 51, 255], [102, 153, 204]], np.uint8)


def encoded(picture, form="PNG", **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def read(content, channels=1):
    return decode(content, channels, "test", "it")


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content)
    )  # fmt: skip


def png_that_claims(width, height, data=b""):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF", "PPM", "WEBP"])
def test_grey_images_are_read_as_they_are(form):
    options = {"lossless": True} if form == "WEBP" else {}
    found = read(encoded(image.fromarray(GREY), form, **options))
    np.testing.assert_allclose(found, GREY[None] / np.float32(255), atol=1e-6)
    assert found.dtype == np.float32


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I", "F"])
def test_every_mode_gives_the_same_brightness(mode):
    black_and_white = 255 * (GREY > 128).astype(np.uint8)
    picture = image.fromarray(black_and_white).convert(mode)
    found = read(encoded(picture, "TIFF"))
    np.testing.assert_allclose(found[0], black_and_white / 255, atol=0.01)
    coloured = read(encoded(picture, "TIFF"), 3)
    assert coloured.shape == (3, 2, 3)
    np.testing.assert_allclose(coloured[2], black_and_white / 255, atol=0.01)


def test_sixteen_bits_are_not_cut_off():
    deep = GREY.astype(np.uint16) * 257
    found = read(encoded(image.fromarray(deep)))
    np.testing.assert_allclose(found[0], GREY / 255, atol=1e-4)


def test_dark_ink_without_a_ground_stands_on_white_and_bright_ink_on_black():
    ink = np.zeros((4, 4, 4), np.uint8)
    ink[1:3, 1:3] = (0, 0, 0, 255)
    assert read(encoded(image.fromarray(ink)))[0, 0, 0] == 1.0
    ink[1:3, 1:3] = (255, 255, 255, 255)
    assert read(encoded(image.fromarray(ink)))[0, 0, 0] == 0.0
    assert read(encoded(image.fromarray(ink)), 3)[0, 0, 0] == 1.0


def test_a_palette_may_have_a_transparent_colour():
    picture = image.fromarray(GREY).convert("P")
    found = read(encoded(picture, transparency=0))
    assert found[0, 0, 0] in (0.0, 1.0)
    assert found[0, 0, 2] == pytest.approx(1.0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_upright(orientation):
    ops = pytest.importorskip("PIL.ImageOps")
    picture = image.fromarray(GREY)
    exif = picture.getexif()
    exif[0x0112] = orientation
    content = encoded(picture, "PNG", exif=exif)
    upright = np.asarray(ops.exif_transpose(image.open(io.BytesIO(content))))
    np.testing.assert_allclose(read(content)[0], upright / 255, atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "RGBA", "I;16"])
def test_large_images_become_smaller_and_keep_their_form(mode):
    tall = np.zeros((2600, 700), np.uint8)
    tall[:1300] = 255
    wide = tall.astype(np.uint16) * 257
    picture = image.fromarray(wide if mode == "I;16" else tall)
    found = read(encoded(picture if mode in ("L", "I;16") else picture.convert(mode)))
    assert found.shape == (1, 260, 70)
    assert (found[0, :129] > 0.99).all()
    assert (found[0, 131:] < 0.01).all()


def test_a_long_thin_image_keeps_a_pixel():
    assert read(encoded(image.fromarray(np.zeros((1, 5000), np.uint8)))).shape == (1, 1, 264)


def test_a_photograph_of_many_pixels_is_read_small():
    content = encoded(image.fromarray(np.full((6000, 8000), 200, np.uint8)), "JPEG")
    assert max(read(content).shape) < 1200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must be an image, got a file that cannot be read"),
        (b"no image at all", "must be an image, got a file that cannot be read"),
        (encoded(image.fromarray(GREY))[:-30], "must be an image, got a file that cannot be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "must be an image"),
        (png_that_claims(100_000, 100_000), "must be an image, .* pixels. exceeds limit"),
        (png_that_claims(5001, 5000), "at most 25,000,000 pixels"),
        (png_that_claims(10_000, 10_000), "at most 25,000,000 pixels"),
        (png_that_claims(2**31 - 1, 2**31 - 1), "must "),
        (png_that_claims(0, 5), "must "),
    ],
    ids=["empty", "text", "cut off", "PostScript", "bomb", "too large", "warned of", "absurd", "0"],
)
def test_what_is_no_good_image_is_a_data_error_at_once(content, message):
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(DataError, match=message):
        read(content)
    assert time.perf_counter() - start < 2
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()


@pytest.mark.parametrize("form", ["lossy", "exact", "transparent"])
def test_a_webp_is_judged_before_its_decoder_takes_memory(form):
    resource = pytest.importorskip("resource", reason="only Unix tells the memory of a process")
    grey = image.fromarray(np.zeros((40, 50), np.uint8))
    clear = grey.convert("RGBA")
    clear.putalpha(grey)
    picture = clear if form == "transparent" else grey
    content = bytearray(encoded(picture, "WEBP", lossless=form == "exact"))
    at = {b"VP8X": 24, b"VP8L": 21, b"VP8 ": 26}[bytes(content[12:16])]
    assert {"lossy": 26, "exact": 21, "transparent": 24}[form] == at
    assert pixels._size_of_webp(bytes(content)) == (50, 40)
    content[at : at + 6 if at == 24 else at + 4] = (
        bytes([0xFE, 0x3F, 0, 0xFE, 0x3F, 0]) if at == 24 else b"\xff\x3f\xff\x3f"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match="at most 25,000,000 pixels"):
        read(bytes(content))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_part_that_claims_a_gigabyte_takes_none(tmp_path):
    content = encoded(image.fromarray(GREY))
    end = content.rindex(b"IEND") - 4
    claim = content[:end] + struct.pack(">I", 2**30) + b"teXt" + b"\0" * 20
    (tmp_path / "x.png").write_bytes(claim)
    tracemalloc.start()
    with contextlib.suppress(DataError):  # an end that is cut off, or is not looked at
        decode(tmp_path / "x.png", 1, "test", "it")
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()


def test_a_file_of_gigabytes_is_not_read(tmp_path):
    with open(tmp_path / "x.png", "wb") as file:
        file.truncate(2**30)
    with pytest.raises(DataError, match="at most 134,217,728 bytes, got 1,073,741,824"):
        decode(tmp_path / "x.png", 1, "test", "it")


def test_the_warnings_of_the_process_stay_as_they_were():
    before = list(warnings.filters)
    with pytest.raises(DataError):
        read(png_that_claims(10_000, 10_000))
    assert warnings.filters == before


def test_damaged_remarks_do_not_spoil_a_picture():
    content = encoded(image.fromarray(GREY), "PNG", exif=b"Exif\0\0MM\0*\0\0\xff\xff")
    np.testing.assert_allclose(read(content)[0], GREY / 255, atol=1e-6)


def test_numbers_that_are_none_are_dark():
    picture = np.asarray([[np.nan, 1.0], [0.5, np.inf]], np.float32)
    found = read(encoded(image.fromarray(picture), "TIFF"))
    assert np.isfinite(found).all()


def test_without_pillow_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ArgumentError, match=r"pip install 'xpnet\[images\]'"):
        read(b"")


def test_the_formats_that_are_read_start_no_programs():
    assert not {"EPS", "WMF", "FPX"} & set(pixels.FORMATS)
