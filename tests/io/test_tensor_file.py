from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

import xpnet as xn
from xpnet import nn
from xpnet.backend import to_numpy
from xpnet.errors import ModelFileError
from xpnet.io import tensor_file
from xpnet.io.tensor_file import read_file, write_file

DTYPES = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
          "float16", "float32", "float64", "complex64"]  # fmt: skip
EVERYWHERE = ["bool", "uint8", "int32", "int64", "float32", "float64", "complex64"]
SHAPES = [(), (0,), (3,), (2, 0, 3), (2, 3), (1, 2, 3, 4)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "arrays.safetensors"


def values(shape, dtype):
    count = int(np.prod(shape))
    return (np.arange(count) % 7 - (3 if np.dtype(dtype).kind in "ifc" else 0)).reshape(
        shape
    ).astype(dtype)  # fmt: skip


# ---- values ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", EVERYWHERE)
def test_arrays_of_every_backend_come_back(backend, path, dtype):
    made = {str(shape): values(shape, dtype) for shape in SHAPES}
    write_file("test", path, {k: backend.asarray(v, dtype) for k, v in made.items()}, {})
    found = read_file(path).arrays
    assert found.keys() == made.keys()
    for name, array in made.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(found[name], array)


def test_parts_and_transposes_of_every_backend_come_back(backend, path):
    x = backend.asarray(np.arange(24.0).reshape(4, 6), "float64")
    xp = backend.xp
    made = {
        "transposed": xp.matrix_transpose(x),
        "every second": x[::2, ::3],
        "a row": x[1, ...],
        "a number": x[2, 3],
        "permuted": xp.permute_dims(xp.reshape(x, (2, 3, 4)), (1, 2, 0)),
        "broadcast": xp.broadcast_to(x[0, ...], (3, 6)),
    }
    write_file("test", path, made, {})
    found = read_file(path).arrays
    for name, array in made.items():
        np.testing.assert_array_equal(found[name], to_numpy(array), strict=True)


@pytest.mark.parametrize("device", ["torch:cpu", "jax:cpu"])
def test_half_precision_of_other_libraries_comes_back(path, device):
    pytest.importorskip(device.partition(":")[0])
    numbers = np.asarray([[1.5, -2.25], [0.0, 3e-3]], np.float32)
    with xn.device(device):
        x = xn.asarray(numbers)
        xp = xn.namespace(x)
        made = {"half": xp.astype(x, xp.float16), "brain": xp.astype(x.T, xp.bfloat16)}
        expected = {name: to_numpy(xp.astype(a, xp.float32)) for name, a in made.items()}
        write_file("test", path, made, {})
    contents = read_file(path)
    assert contents.bfloat16 == {"brain"}
    assert contents.arrays["half"].dtype == np.float16
    for name, array in contents.arrays.items():
        np.testing.assert_array_equal(array.astype(np.float32), expected[name], strict=True)
    with safe_open(path, framework="numpy") as file:
        assert file.get_slice("brain").get_dtype() == "BF16"


@pytest.mark.parametrize("device", ["torch:cpu", "jax:cpu"])
def test_a_model_in_bfloat16_stays_one_and_is_float32_on_numpy(path, device):
    pytest.importorskip(device.partition(":")[0])
    with xn.device(device):
        model = nn.Linear(3, 2)
        xp = xn.namespace(model.weight.data)
        for parameter in model.parameters():
            parameter.data = xp.astype(parameter.data, xp.bfloat16)
        xn.save(model, path)
        there = xn.load(path).weight.data
        given = xn.load(path, model=nn.Linear(3, 2)).weight.data
    assert there.dtype == xp.bfloat16
    wide = to_numpy(xp.astype(model.weight.data, xp.float32))
    np.testing.assert_array_equal(to_numpy(xp.astype(there, xp.float32)), wide)
    np.testing.assert_array_equal(to_numpy(given), wide)
    np.testing.assert_array_equal(xn.load(path, device="cpu").weight.data, wide, strict=True)


def test_not_a_number_and_infinity_keep_their_bits(path):
    odd = np.asarray([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    write_file("test", path, {"odd": odd}, {})
    assert read_file(path).arrays["odd"].tobytes() == odd.tobytes()


def test_names_and_text_may_be_anything(path):
    names = ["", "a b", "ünï", "../../etc/passwd", '"', "\n", "__proto__"]
    text = {"clé": "värde", "": "", "json": json.dumps({"a": [1]})}
    write_file("test", path, {name: np.ones(2) for name in names}, text)
    contents = read_file(path)
    assert sorted(contents.arrays) == sorted(names)
    assert {k: v for k, v in contents.metadata.items() if k != "checksum"} == text


def test_the_same_arrays_give_the_same_bytes(path):
    made = {"b": np.ones(3), "a": np.zeros((2, 2), np.float32)}
    write_file("test", path, made, {"x": "1", "y": "2"})
    before = path.read_bytes()
    write_file("test", path, dict(reversed(made.items())), {"x": "1", "y": "2"})
    assert path.read_bytes() == before


# ---- beside the library of that name ----------------------------------------------------------


def test_safetensors_reads_what_is_written_here(path):
    made = {f"{dtype} {shape}": values(shape, dtype) for dtype in DTYPES for shape in SHAPES}
    write_file("test", path, made, {"by": "xpnet"})
    found = load_file(path)
    assert found.keys() == made.keys()
    for name, array in made.items():
        np.testing.assert_array_equal(found[name], array, strict=True)
    with safe_open(path, framework="numpy") as file:
        assert file.metadata()["by"] == "xpnet"


def test_what_safetensors_writes_is_read_here(path):
    made = {f"{dtype} {shape}": values(shape, dtype) for dtype in DTYPES for shape in SHAPES}
    save_file(made, path, metadata={"by": "safetensors"})
    contents = read_file(path)
    assert contents.metadata == {"by": "safetensors"}
    for name, array in made.items():
        np.testing.assert_array_equal(contents.arrays[name], array, strict=True)


def test_a_file_without_metadata_or_arrays_is_read(path):
    save_file({}, path)
    assert read_file(path) == ({}, {}, frozenset())


# ---- what can go wrong -------------------------------------------------------------------------


def layout(header, data=b"", length=None):
    encoded = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(encoded) if length is None else length).to_bytes(8, "little") + encoded + data


def one(**changes):
    return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}}


DAMAGED = {
    "nothing": b"",
    "seven bytes": b"\x01" * 7,
    "no header": layout(b""),
    "a header longer than the file": layout(one(), bytes(8), length=10_000),
    "a header of 2**64 - 1 bytes": layout(one(), bytes(8), length=2**64 - 1),
    "no JSON": layout(b"{]", bytes(8)),
    "a list": layout(b"[]", bytes(8)),
    "no UTF-8": layout(b'{"\xff": 1}', bytes(8)),
    "nested": layout(b"[" * 100_000),
    "a number of a million digits": layout(b"1" * 1_000_000),
    "twice the same": layout(b'{"a": 1, "a": 2}'),
    "metadata that are no text": layout({"__metadata__": {"a": 1}}),
    "metadata that are a list": layout({"__metadata__": []}),
    "an entry that is a number": layout({"a": 1}),
    "an unknown dtype": layout(one(dtype="F128"), bytes(8)),
    "a dtype that is a list": layout(one(dtype=[]), bytes(8)),
    "a negative size": layout(one(shape=[-2]), bytes(8)),
    "a size that is a fraction": layout(one(shape=[2.0]), bytes(8)),
    "a size that is true": layout(one(shape=[True, 2]), bytes(8)),
    "a huge size": layout(one(shape=[2**62, 2**62]), bytes(8)),
    "a huge size times 0": layout(one(shape=[0, 2**62, 2**62], data_offsets=[0, 0])),
    "65 axes": layout(one(shape=[1] * 65, data_offsets=[0, 4]), bytes(4)),
    "one offset": layout(one(data_offsets=[8]), bytes(8)),
    "offsets beyond the end": layout(one(), bytes(4)),
    "offsets in disorder": layout(one(data_offsets=[8, 0]), bytes(8)),
    "offsets with a gap": layout(one(data_offsets=[4, 12]), bytes(12)),
    "offsets that overlap": layout(
        {**one(), "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}, bytes(12)
    ),
    "bytes after the last array": layout(one(), bytes(9)),
    "a checksum that is none": layout({"__metadata__": {"checksum": "zzzz"}}),
    "an empty checksum": layout({"__metadata__": {"checksum": ""}}),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_an_error(path, damage):
    path.write_bytes(DAMAGED[damage])
    with pytest.raises(ModelFileError, match="must be a complete safetensors file"):
        read_file(path)


def test_a_header_that_takes_much_memory_is_an_error(path):
    path.write_bytes(layout(b"[" + b"[]," * (2**21) + b"[]]"))
    with pytest.raises(ModelFileError, match=r"a header of 6,291,460 bytes, where 4,194,304 are"):
        read_file(path)


@pytest.mark.parametrize("place", ["metadata", "name", "dtype", "arrays"])
def test_a_change_shows_in_the_checksum(path, place):
    write_file("test", path, {"weight": np.ones(4, np.float32)}, {"note": "hello"})
    change = {
        "metadata": (b"hello", b"hallo"),
        "name": (b"weight", b"weighs"),
        "dtype": (b"F32", b"I32"),
        "arrays": (b"\x00\x00\x80\x3f", b"\x00\x00\x81\x3f"),
    }
    content = path.read_bytes()
    changed = content.replace(*change[place], 1)
    assert changed != content
    path.write_bytes(changed)
    with pytest.raises(ModelFileError, match=r"changed: (it does|they do) not have (its|their)"):
        read_file(path)
    if place != "arrays":
        with pytest.raises(ModelFileError, match="a header that was changed"):
            read_file(path, arrays=False)


def test_a_dtype_without_a_name_in_the_format_is_an_error(path):
    with pytest.raises(ModelFileError, match=r"must have one of the dtypes.*got complex128 in 'z'"):
        write_file("save", path, {"z": np.ones(2, complex)}, {})
    assert not path.exists()


def test_more_text_than_a_header_may_have_is_an_error(path):
    with pytest.raises(ModelFileError, match="keep large notes in a file of their own"):
        write_file("save", path, {}, {"notes": "x" * tensor_file.MAX_HEADER})
    assert os.listdir(path.parent) == []


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit for the size of files")
def test_a_disk_that_is_full_is_an_error_and_the_old_file_stays(path):
    write_file("save", path, {"a": np.zeros(3)}, {})
    before = path.read_bytes()
    code = f"""
import resource, signal, numpy as np
from xpnet.io.tensor_file import write_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
write_file("save", {str(path)!r}, {{"a": np.zeros(100_000)}}, {{}})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ModelFileError: save: path must be where 800," in done.stderr
    assert "what was there is unchanged: make room" in done.stderr
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_reading_takes_no_more_memory_than_the_arrays(path):
    write_file("test", path, {"a": np.ones(2**22)}, {})  # 32 MiB
    tracemalloc.start()
    try:
        read_file(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 2**25 <= peak < 2**25 + 2**20


def test_the_library_refuses_what_is_refused_here(path):
    """None of the damaged files is one that other programs would read."""
    ours_alone = {"a checksum that is none", "an empty checksum", "twice the same"}
    ours_alone |= {"a huge size times 0", "65 axes"}  # which NumPy does not have
    read = []
    for damage in DAMAGED.keys() - ours_alone:
        path.write_bytes(DAMAGED[damage])
        try:
            with safe_open(path, framework="numpy"):
                read.append(damage)
        except (SafetensorError, OSError):
            pass
    assert not read
