"""Arrays in files, read sample by sample, and files that are not what they say."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile

import numpy as np
import pytest

from xpnet.errors import DataError
from xpnet.serving import rows
from xpnet.serving.rows import rows_of_npy, rows_of_npz

X = np.arange(24, dtype=np.float32).reshape(6, 2, 2)


def read(path, shape=(2, 2)):
    function = rows_of_npz if path.suffix == ".npz" else rows_of_npy
    count, found = function(str(path), shape)
    found = list(found)
    assert len(found) == count
    return np.stack(found) if found else np.zeros((0, *(shape or ())))


def npy(header, data=b"", version=b"\x01\x00"):
    text = header.encode()
    length = struct.pack("<H" if version[0] == 1 else "<I", len(text))
    return rows.MAGIC + version + length + text + data


def claiming(shape, descr="<f4", data=b""):
    return npy(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n", data)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64, np.bool_, ">f4"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("ending", ["npy", "npz", "compressed"])
def test_every_layout_gives_the_same_samples(tmp_path, dtype, order, ending):
    x = np.asarray(X > 3 if dtype is np.bool_ else X, dtype=dtype, order=order)
    if ending == "npy":
        path = tmp_path / "x.npy"
        np.save(path, x)
    else:
        path = tmp_path / "x.npz"
        (np.savez_compressed if ending == "compressed" else np.savez)(path, X=x, y=np.arange(6))
    np.testing.assert_array_equal(read(path), x)
    np.testing.assert_array_equal(read(path, None), x)
    np.testing.assert_array_equal(read(path, (4,)), x.reshape(6, 4))


@pytest.mark.parametrize("form", [(2, 2), (4,), (1, 2, 2), (1, 4)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_one_sample_may_come_in_many_forms(tmp_path, form, order):
    np.save(tmp_path / "x.npy", np.asarray(X[1].reshape(form), order=order))
    np.testing.assert_array_equal(read(tmp_path / "x.npy"), X[1:2])


def test_no_samples_are_none(tmp_path):
    np.save(tmp_path / "x.npy", X[:0])
    assert len(read(tmp_path / "x.npy")) == 0


def test_large_arrays_are_read_piece_by_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "PIECE", 40)
    for save, name in ((np.save, "x.npy"), (np.savez, "x.npz"), (np.savez_compressed, "x.npz")):
        save(tmp_path / name, X)
        np.testing.assert_array_equal(read(tmp_path / name), X)


@pytest.mark.parametrize("name", ["x.npy", "x.npz"])
def test_memory_does_not_grow_with_the_file(tmp_path, name):
    x = np.zeros((200, 1000, 100), np.float32)  # 80 MB
    (np.save if name == "x.npy" else np.savez_compressed)(tmp_path / name, x)
    del x
    tracemalloc.start()
    read_function = rows_of_npy if name == "x.npy" else rows_of_npz
    count, found = read_function(str(tmp_path / name), (1000, 100))
    assert sum(1 for _ in found) == count == 200
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


BAD_ARRAYS = {
    "empty": b"",
    "text": b"no array",
    "another version": npy("{}", version=b"\x09\x00"),
    "long header": rows.MAGIC + b"\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{" * 100,
    "no dict": npy("[1, 2]\n"),
    "code": npy("__import__('os').system('true')\n"),
    "cut off": claiming((6, 2, 2), data=b"\0" * 20),
    "absurd shape": claiming((10**9, 10**9)),
    "overflow": claiming((2**62, 4)),
    "negative": claiming((-6, 2, 2), data=bytes(96)),
    "nested": npy("(" * 5000 + "\n"),
    "structured": claiming((1,), "<f4").replace(b"'<f4'", b"[('a', '<f4')]"),
    "pickle": None,
}


@pytest.mark.parametrize("kind", BAD_ARRAYS)
@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_a_file_that_lies_is_a_data_error_at_once(tmp_path, kind, ending):
    content = BAD_ARRAYS[kind]
    if content is None:
        file = io.BytesIO()
        np.save(file, np.asarray([{"a": 1}], dtype=object), allow_pickle=True)
        content = file.getvalue()
    path = tmp_path / f"x.{ending}"
    path.write_bytes(content)
    if ending == "npz":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("X.npy", content)
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(DataError, match="must "):
        read(path)
    assert time.perf_counter() - start < 2
    assert tracemalloc.get_traced_memory()[1] < 50e6
    tracemalloc.stop()


def test_an_archive_that_promises_more_than_it_holds_is_a_data_error(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, X=np.zeros((100, 2, 2), np.float32))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02") + 24  # the size in the list at the end
    content[at : at + 4] = (2**31).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"must be an \.npz file of arrays"):
        read(path)


def test_damage_inside_an_archive_is_found_by_its_checksum(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, X=X)
    content = bytearray(path.read_bytes())
    content[-200] ^= 1
    start = content.index(X.tobytes()[-16:])
    content[start] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"must be an \.npz file of arrays"):
        read(path)


def test_arrays_of_other_names_or_shapes_are_a_data_error(tmp_path):
    np.savez(tmp_path / "x.npz", a=X, b=X)
    with pytest.raises(DataError, match="must hold an array called X, got a, b"):
        read(tmp_path / "x.npz")
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(DataError, match=r"must have the shape \(3,\) of the training data"):
        read(tmp_path / "x.npy", (3,))
    np.save(tmp_path / "x.npy", X.astype(np.complex64))
    with pytest.raises(DataError, match="must hold numbers, got complex64"):
        read(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.asarray(["a", "b"]))
    with pytest.raises(DataError, match="must hold numbers, got <U1"):
        read(tmp_path / "x.npy")


def test_samples_of_unknown_shape_have_a_size_that_makes_sense(tmp_path):
    (tmp_path / "x.npy").write_bytes(claiming((10**15, 0)))
    with pytest.raises(DataError, match=r"must have from 1 to .* bytes"):
        read(tmp_path / "x.npy", None)
