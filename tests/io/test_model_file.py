from __future__ import annotations

import errno
import json
import os

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import xpnet as xn
from xpnet import nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ArgumentError, ModelFileError
from xpnet.io import load, read_notes, registry, save, tensor_file
from xpnet.io.tensor_file import write_file
from xpnet.testing import assert_close


@pytest.fixture(autouse=True)
def _own_registrations(monkeypatch):
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry._REGISTERED))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def small():
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def metadata_of(path):
    with safe_open(path, framework="numpy") as file:
        return file.metadata()


class Holder(nn.Module):
    """Whatever array is given, as a buffer; and nothing in the architecture."""

    def __init__(self, shape, dtype="float32"):
        self.register_buffer("array", np.zeros(shape, dtype))

    def forward(self, x):
        return x


# ---- values ---------------------------------------------------------------------------------


def test_a_model_saved_on_any_backend_loads_on_numpy(backend, path):
    model = small()
    save(model, path)
    again = load(path, device="cpu")
    for name, array in model.state_dict().items():
        assert isinstance(again.state_dict()[name], np.ndarray)
        assert_close(again.state_dict()[name], to_numpy(array), rtol=0, atol=0)


def test_a_model_saved_on_numpy_loads_on_any_backend(backend, path):
    model = small().to("cpu")
    save(model, path)
    again = load(path)
    x = np.ones((5, 3), np.float32)
    for array in again.state_dict().values():
        assert device_of(array) == backend.device
    assert_close(to_numpy(again.predict(backend.asarray(x))), model.predict(x))


def test_a_device_by_name_wins_over_the_current_one(backend, path):
    save(small(), path)
    with xn.device("cpu"):
        assert device_of(load(path, device=backend.device_name)[0].weight) == backend.device


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_is_that_of_the_saved_model(path, dtype):
    save(small().to(dtype=dtype), path)
    assert {dtype_name(x.dtype) for x in load(path).state_dict().values()} == {dtype}


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int32", "int64", "uint16", "float64"])
def test_buffers_of_any_dtype_are_saved(path, dtype):
    model = Holder((3,), dtype)
    model.array = np.asarray([0, 1, 1]).astype(dtype)
    save(model, path)
    again = load(path, model=Holder((3,), dtype)).array
    assert again.dtype == dtype
    assert again.tolist() == model.array.tolist()


BASE = np.arange(24, dtype=np.float32).reshape(4, 6)
LAYOUTS = {
    "transposed": BASE.T,
    "fortran": np.asfortranarray(BASE),
    "strided": BASE[::2, ::3],
    "reversed": BASE[::-1, ::-1],
    "broadcast": np.broadcast_to(np.float32(3.0), (2, 3)),
    "permuted": np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(1, 2, 0),
    "scalar": np.asarray(2.5, np.float32),
    "numpy scalar": np.float32(2.5),
    "empty": np.zeros((0, 3), np.float32),
    "big endian": BASE.astype(">f4"),
    "read-only": np.frombuffer(BASE.tobytes(), np.float32),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_memory_layout_does_not_matter(path, layout):
    array = LAYOUTS[layout]
    model = Holder(array.shape)
    model.array = array
    save(model, path)
    stored = load_file(path)["array"]
    assert stored.shape == array.shape
    np.testing.assert_array_equal(stored, array)
    np.testing.assert_array_equal(load(path, model=Holder(array.shape)).array, array)


def test_a_transposed_weight_is_saved_right_on_any_backend(backend, path):
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    model = nn.Linear(2, 3)
    model.weight.data = backend.xp.matrix_transpose(backend.asarray(values))
    save(model, path)
    np.testing.assert_array_equal(load(path, device="cpu").weight.data, values.T)


def test_loading_gives_arrays_of_its_own(path):
    save(small(), path)
    first, second = load(path), load(path)
    first[0].weight.data[0, 0] = 99.0
    assert second[0].weight.data[0, 0] != 99.0


# ---- architecture ---------------------------------------------------------------------------


def test_layers_appended_after_construction_are_saved(path):
    model = small()
    model.append(nn.Linear(2, 7))
    save(model, path)
    assert load(path)[3].weight.shape == (7, 2)


def test_tied_parameters_are_stored_once_and_tied_again(path):
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    save(model, path)
    assert "2.weight" not in load_file(path)
    again = load(path)
    assert again[2].weight is again[0].weight
    assert again[2].bias is not again[0].bias


def test_a_parameter_that_was_frozen_still_is(path):
    model = small()
    model[0].weight.requires_grad = False
    save(model, path)
    again = load(path)
    assert not again[0].weight.requires_grad
    assert again[0].bias.requires_grad


class Custom(nn.Module):
    def __init__(self, width=2, function=None):
        self.layer = nn.Linear(width, width)

    def forward(self, x):
        return self.layer(x)


def test_a_registered_class_loads_by_itself(path):
    save(Custom(3), path)
    xn.io.register_module(Custom)
    assert isinstance(load(path), Custom)


def test_an_unregistered_class_is_an_error_with_two_remedies(path):
    save(Custom(3), path)
    with pytest.raises(ModelFileError, match=r"got '.*Custom'; register yours .*model="):
        load(path)


def test_an_unregistered_class_loads_into_a_given_model(path):
    model = Custom(3)
    save(model, path)
    given = Custom(3)
    assert load(path, model=given) is given
    assert_close(given.layer.weight.data, model.layer.weight.data)


def test_a_given_model_keeps_its_device_and_dtype(backend, path):
    save(small(), path)
    given = small().to(dtype="float64")
    with xn.device("cpu"):
        load(path, model=given)
    assert device_of(given[0].weight) == backend.device
    assert dtype_name(given[0].weight.dtype) == "float64"


def test_a_given_model_moves_if_a_device_is_given_too(backend, path):
    model = small()
    save(model, path)
    assert device_of(load(path, device="cpu", model=model)[0].weight).name == "cpu"


def test_what_cannot_be_described_is_saved_with_a_warning_and_needs_a_model(path):
    with pytest.warns(UserWarning, match=r"got function as function of Custom.*are saved"):
        save(Custom(2, function=lambda x: x), path)
    with pytest.raises(ModelFileError, match=r"parameters alone.*function of Custom.*model="):
        load(path)
    assert isinstance(load(path, model=Custom(2)), Custom)


def test_the_file_names_its_format_and_the_version_that_wrote_it(path):
    save(small(), path)
    metadata = metadata_of(path)
    assert metadata["xpnet_format"] == "2"
    assert metadata["xpnet_version"] == xn.__version__


def test_notes_come_back(path):
    notes = {"class_names": ["nought", "one"], "input_shape": [1, 8, 8], "seed": 0}
    save(small(), path, notes)
    assert read_notes(path) == notes
    save(small(), path)
    assert read_notes(path) == {}


def test_notes_that_json_cannot_hold_are_an_error(path):
    with pytest.raises(ModelFileError, match="notes must be what JSON can hold"):
        save(small(), path, notes={"names": {1, 2}})
    assert not path.exists()


# ---- what can go wrong ------------------------------------------------------------------------


def test_saving_something_else_than_a_module_is_an_error(path):
    with pytest.raises(ArgumentError, match=r"must be an nn\.Module, got dict"):
        save({"w": np.ones(3)}, path)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(ModelFileError, match="create the folder"):
        save(small(), tmp_path / "missing" / "model.safetensors")


def test_a_failure_while_writing_leaves_the_old_file(path, monkeypatch):
    save(small(), path)
    before = path.read_bytes()

    def full(host):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tensor_file, "CODES", {**tensor_file.CODES})
    original = tensor_file._bytes
    calls = []

    def bytes_of(host):
        calls.append(1)
        return original(host) if len(calls) < 6 else full(host)

    monkeypatch.setattr(tensor_file, "_bytes", bytes_of)
    with pytest.raises(ModelFileError, match=r"No space left.*is unchanged: make room"):
        save(small(), path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(ModelFileError, match=r"got no file at .*check the name"):
        load(tmp_path / "missing.safetensors")
    with pytest.raises(ModelFileError, match="got a folder"):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a pickle in a zip", b"\x80\x04." * 50])
def test_a_file_of_another_kind_is_an_error(path, content):
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"must be a (complete )?safetensors file, got"):
        load(path)


@pytest.mark.parametrize("left", [7, 100, -4])
def test_a_truncated_file_is_an_error(path, left):
    save(small(), path)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(ModelFileError, match="must be a complete safetensors file"):
        load(path)


def test_a_file_without_architecture_needs_a_model(path):
    model = small()
    save_file({name: np.ascontiguousarray(x) for name, x in model.state_dict().items()}, path)
    with pytest.raises(ModelFileError, match=r"must hold an architecture.*pass it as model="):
        load(path)
    assert_close(load(path, model=small())[0].weight.data, model[0].weight.data)


def rewrite(path, **changes):
    """Write the file again with other metadata, and the checksum that belongs to them."""
    metadata = {k: v for k, v in {**metadata_of(path), **changes}.items() if v is not None}
    write_file("rewrite", path, load_file(path), metadata)


def test_a_newer_format_is_an_error(path):
    save(small(), path)
    rewrite(path, xpnet_format="3", xpnet_version="99.0")
    with pytest.raises(ModelFileError, match=r"format 1 to 2, got 3, written by xpnet 99\.0"):
        load(path)


@pytest.mark.parametrize(
    "architecture",
    ["", "{", "[]", "{}", '{"class": "Linear"}', '{"class": "Linear", "args": 3, "kwargs": {}}',
     '{"shared": 5}', '{"class": "Sequential", "children": {"0": 1}}', '{"class": 3}',
     '{"class": "Linear", "args": [{"module": {}}], "kwargs": {}}', "[" * 100_000],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_a_damaged_architecture_is_an_error(path, architecture):
    save(small(), path)
    rewrite(path, architecture=architecture)
    with pytest.raises(ModelFileError):
        load(path)


def test_a_file_cannot_name_a_class_to_be_imported(path):
    save(small(), path)
    rewrite(path, architecture=json.dumps({"class": "os.system", "args": ["true"], "kwargs": {}}))
    with pytest.raises(ModelFileError, match=r"got 'os\.system'"):
        load(path)


@pytest.mark.parametrize("tied", ['{"0.weight": "9.weight"}', '{"0.weight": ["2.weight"]}'])
def test_damaged_ties_are_an_error(path, tied):
    save(small(), path)
    rewrite(path, tied=tied)
    with pytest.raises(ModelFileError, match="must tie parameters of its architecture"):
        load(path)


def test_names_and_shapes_that_do_not_fit_are_all_listed(path):
    save(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5)), path)
    with pytest.raises(ModelFileError) as caught:
        load(path, model=nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)))
    message = str(caught.value)
    assert path.name in message
    assert "missing: 2.weight, 2.bias" in message
    assert "unexpected: 1.bias, 1.weight" in message
    with pytest.raises(ModelFileError, match=r"mismatched: 1\.weight must be \(2, 4\), got \(5, 4"):
        load(path, model=nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)))


def test_arrays_that_do_not_fit_the_architecture_in_the_file_are_an_error(path):
    save(small(), path)
    rewrite(path, architecture=json.dumps({"class": "Linear", "args": [3, 4], "kwargs": {}}))
    with pytest.raises(ModelFileError, match=r"must fit its own architecture.*missing: weight"):
        load(path)


@pytest.mark.parametrize("change", ["renamed", "left out"])
def test_an_array_that_only_files_of_others_may_lack_must_be_in_ours(path, change):
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    save(model, path)
    arrays = load_file(path)
    if change == "renamed":
        arrays["2.weight"] = arrays.pop("0.weight")
    else:
        del arrays["1.num_batches_tracked"]
    write_file("rewrite", path, arrays, metadata_of(path))
    with pytest.raises(ModelFileError, match="must have all arrays of its own architecture, got n"):
        load(path)
    assert load(path, model=model) is model
