from __future__ import annotations

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

from xpnet.data import read_idx
from xpnet.errors import DataError


@pytest.fixture
def write(tmp_path):
    def write(content, name="file"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def header(code, *shape):
    return struct.pack(f">HBB{len(shape)}I", 0, code, len(shape), *shape)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "float32", "float64"])
def test_every_type_is_read(write, idx_bytes, dtype, packed):
    array = np.arange(-6, 6).reshape(2, 3, 2).astype(dtype)
    content = idx_bytes(array)
    read = read_idx(write(gzip.compress(content) if packed else content))
    assert read.dtype == dtype
    assert read.dtype.isnative
    assert read.flags.writeable
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize(("name", "packed"), [("file.gz", False), ("file", True)])
def test_the_content_decides_whether_it_is_gzip_not_the_name(write, idx_bytes, name, packed):
    content = idx_bytes(np.asarray([7], dtype=np.uint8))
    assert read_idx(write(gzip.compress(content) if packed else content, name)).tolist() == [7]


def test_a_large_file_is_read_in_pieces(write, idx_bytes):
    array = np.random.default_rng(0).integers(0, 256, (3, 1_000_000)).astype(np.uint8)
    np.testing.assert_array_equal(read_idx(write(gzip.compress(idx_bytes(array), 1))), array)


def test_an_empty_array_is_read(write):
    assert read_idx(write(header(8, 0, 28, 28))).shape == (0, 28, 28)


BAD = {
    "no byte": (b"", "a header of at least 4 bytes, got 0 bytes"),
    "half a magic number": (b"\0\0\x08", "a header of at least 4 bytes, got 3 bytes"),
    "another format": (
        b"<!DOCTYPE html>",
        r"gzip \(1f 8b\) or IDX \(00 00 type rank\), got 3c 21 44 4f",
    ),
    "unknown type": (header(0x0A, 1) + b"\0", r"one of the types 08 \(uint8\), .*, got type 0a"),
    "rank 0": (header(8), "a rank from 1 to 32, got rank 0"),
    "rank 255": (b"\0\0\x08\xff" + bytes(2000), "a rank from 1 to 32, got rank 255"),
    "half a header": (header(8, 1, 2, 3)[:-3], "a header of 16 bytes for rank 3, got 13 bytes"),
    "trailing bytes": (header(8, 2) + b"abc", r"2 bytes of data .* got more: bytes are left over"),
    "cut off": (header(8, 8) + b"1234567", "8 bytes of data .* got 7: the file is cut off"),
    "absurd size": (header(14, 2**32 - 1, 2**32 - 1) + b"x", r"as its header says, got a file of"),
    "absurd empty shape": (header(8, 0, *[2**32 - 1] * 3), "a shape that memory can hold"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("case", BAD)
def test_damaged_files_are_refused_with_file_reason_and_remedy(write, case, packed):
    content, reason = BAD[case]
    path = write(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=reason) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"read_idx: '{path}' must be an IDX file with")
    assert str(caught.value).endswith("; delete it and fetch or copy it again")


def test_a_gzip_file_that_ends_early_is_refused(write, idx_bytes):
    content = gzip.compress(idx_bytes(np.random.default_rng(0).uniform(size=999)))
    with pytest.raises(DataError, match="a whole gzip file, got one that ends early"):
        read_idx(write(content[: len(content) // 2]))


@pytest.mark.parametrize("where", [0.5, -6], ids=["in the data", "in the checksum"])
def test_a_gzip_file_with_changed_bytes_is_refused(write, idx_bytes, where):
    numbers = np.random.default_rng(0).integers(0, 256, 5000).astype(np.uint8)
    content = bytearray(gzip.compress(idx_bytes(numbers)))
    place = int(where * len(content)) if isinstance(where, float) else where
    content[place] ^= 0xFF
    with pytest.raises(DataError, match="an intact gzip file, got a damaged one"):
        read_idx(write(bytes(content)))


def test_bytes_after_the_gzip_data_are_refused(write, idx_bytes):
    content = gzip.compress(idx_bytes(np.ones(3, dtype=np.uint8))) + b"rubbish"
    with pytest.raises(DataError, match="an intact gzip file, got a damaged one"):
        read_idx(write(content))


def test_memory_is_used_only_for_data_that_are_there(write):
    # ten megabytes promised, which the gzip file could hold as far as its size tells
    content = gzip.compress(header(8, 10_000_000) + b"few") + bytes(20_000)
    path = write(content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="cut off"):
            read_idx(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"a file, got '.*nowhere', which does not exist; check"):
        read_idx(tmp_path / "nowhere")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"must be a readable file, .* check the path and its perm"):
        read_idx(tmp_path)


def test_a_path_may_be_text(write, idx_bytes):
    assert read_idx(str(write(idx_bytes(np.ones(2, dtype=np.int32))))).tolist() == [1, 1]
