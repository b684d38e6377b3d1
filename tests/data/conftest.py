from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest


@pytest.fixture
def idx_bytes():
    """The content of an IDX file with these numbers."""

    def encode(array):
        codes = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
        header = struct.pack(">HBB", 0, codes[array.dtype.str[1:]], array.ndim)
        sizes = struct.pack(f">{array.ndim}I", *array.shape)
        return header + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()

    return encode


@pytest.fixture
def four_files(idx_bytes):
    """The content of MNIST's four files, with very few images: {name: gzipped bytes}."""
    rng = np.random.default_rng(0)
    files = {}
    for part, n in (("train", 6), ("t10k", 3)):
        images = rng.integers(0, 256, (n, 28, 28)).astype(np.uint8)
        images[0, 0, :2] = 0, 255
        labels = np.arange(n, dtype=np.uint8)
        files[f"{part}-images-idx3-ubyte.gz"] = gzip.compress(idx_bytes(images))
        files[f"{part}-labels-idx1-ubyte.gz"] = gzip.compress(idx_bytes(labels))
    return files
