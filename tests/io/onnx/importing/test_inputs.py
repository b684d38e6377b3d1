"""What an imported model may be given: data types, and files in several forms."""

from __future__ import annotations

import io

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.importing.graphs import graph, random, small_network
from xpnet.errors import ArgumentError, DTypeError, ModelFileError, ShapeError
from xpnet.io.onnx import import_onnx
from xpnet.io.onnx.importing import memory, room

onnx = pytest.importorskip("onnx")


def scaled():
    """(x / 255) - 0.5, as preparing an image is often part of a file."""
    nodes = [("Div", "x whole", "a"), ("Sub", "a half", "y")]
    arrays = {"whole": np.float32(255), "half": np.float32(0.5)}
    return graph(nodes, {"x": ["N", 2]}, "y", arrays)


def declared_as(kind):
    model = graph([("Mul", "x x", "y")], {"x": ["N", 2]}, "y")
    model.graph.input[0].type.tensor_type.elem_type = getattr(onnx.TensorProto, kind)
    return model


# ---- data types --------------------------------------------------------------------------------

PIXELS = [[10, 200]]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_numbers_of_another_precision_are_cast(backend, imported, outputs_of, dtype):
    if dtype == "float16" and not hasattr(backend.xp, "float16"):
        dtype = "float32"  # array-api-strict knows none
    (y,) = outputs_of(imported(scaled()), backend.asarray(PIXELS, dtype=dtype))
    assert xn.to_numpy(y).dtype == np.float32
    np.testing.assert_allclose(xn.to_numpy(y), [[10 / 255 - 0.5, 200 / 255 - 0.5]], atol=1e-6)


def test_a_model_that_was_moved_to_float64_takes_float32_too(imported):
    model = imported(scaled()).to(dtype="float64")
    assert model.predict(np.asarray(PIXELS, np.float32)).dtype == np.float64


def test_the_gradient_of_a_cast_input_has_its_own_precision(imported):
    x = xn.Tensor(np.asarray(PIXELS, np.float64), requires_grad=True)
    y = imported(scaled())(x)
    xn.namespace(y).sum(y).backward()
    assert x.grad.dtype == np.float64
    np.testing.assert_allclose(x.grad, 1 / 255, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "complex64"])
def test_what_is_no_floating_point_number_is_refused_with_the_remedy(imported, dtype):
    model = imported(scaled())
    x = np.asarray(PIXELS).astype(dtype)
    remedy = rf"x: float32 \(N, 2\), got {dtype}; .* or by xn.asarray\(x, 'float32'\)"
    with pytest.raises(DTypeError, match=remedy):
        model.predict(x)
    if dtype != "complex64":
        assert model.predict(xn.asarray(x, "float32")).dtype == np.float32


def test_whole_numbers_are_cast_to_a_wider_type_and_never_to_a_narrower(imported):
    model = imported(declared_as("INT32"))
    x = np.asarray([[20, 30]])
    for dtype, result in (("uint8", "int32"), ("int16", "int32"), ("int64", "int64")):
        y = model.predict(x.astype(dtype))
        assert y.dtype == result
        np.testing.assert_array_equal(y, [[400, 900]])
    for dtype in ("float32", "bool"):
        with pytest.raises(DTypeError, match=rf"x: int32 \(N, 2\), got {dtype}; convert it"):
            model.predict(x.astype(dtype))


def test_truth_values_must_be_truth_values(imported):
    model = graph([("Not", "x", "y")], {"x": ["N"]}, "y")
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.BOOL
    model = imported(model)
    np.testing.assert_array_equal(model.predict(np.asarray([True, False])), [False, True])
    with pytest.raises(DTypeError, match=r"x: bool \(N,\), got int64"):
        model.predict(np.asarray([1, 0]))


# ---- large arrays ------------------------------------------------------------------------------


def generator():
    """The outer product of an input with itself, several times as large as the old limits."""
    nodes = [("Reshape", "x column", "c"), ("Mul", "c x", "m"), ("ReduceMax", "m", "y")]
    return graph(nodes, {"x": ["N", 2500]}, "y", {"column": np.asarray([-1, 2500, 1])})


def test_a_model_may_make_a_large_array_of_a_small_input(imported):
    assert imported(generator()).predict(np.ones((1, 2500), np.float32)).item() == 1


def test_what_does_not_fit_into_the_memory_is_refused_before(imported, monkeypatch):
    monkeypatch.setattr(room, "free_memory", lambda: 16 * 5_000_000)
    x = np.ones((1, 2500), np.float32)
    with pytest.raises(
        ShapeError, match=r"\(Mul\) .* at most 5,000,000 .* got 6,250,000 .* smaller"
    ):
        imported(generator()).predict(x)


def test_the_limit_can_be_set_and_travels_with_the_saved_model(tmp_path):
    content = generator().SerializeToString()
    x = np.ones((1, 2500), np.float32)
    model = import_onnx(content, max_elements=6_000_000)
    path = tmp_path / "model.safetensors"
    xn.save(model, path)
    for limited in (model, xn.load(path)):
        with pytest.raises(ShapeError, match=r"at most 6,000,000 .*, or import .* larger max_elem"):
            limited.predict(x)
    xn.save(import_onnx(content, max_elements=7_000_000), path)
    assert xn.load(path).predict(x).item() == 1


def test_the_limit_holds_for_what_constants_ask_for_too():
    nodes = [("ConstantOfShape", "n", "c"), ("ReduceMax", "c", "d"), ("Add", "x d", "y")]
    proto = graph(nodes, {"x": ["N", 3]}, "y", {"n": np.asarray([5000, 1000])})
    with pytest.raises(ShapeError, match=r"got 5,000,000 .* constants alone .* larger max_"):
        import_onnx(proto).predict(random(2, 3))
    found = import_onnx(proto, max_elements=5_000_000).predict(random(2, 3))
    np.testing.assert_array_equal(found, random(2, 3))


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "1000"])
def test_the_limit_is_a_positive_whole_number(value):
    with pytest.raises(ArgumentError, match="max_elements must be a positive whole number or None"):
        import_onnx(scaled(), max_elements=value)


def test_the_memory_of_a_container_counts(tmp_path, monkeypatch):
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    3000 kB\n")
    monkeypatch.setattr(memory, "SYSTEM", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    assert memory.free_memory() == 3000 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_memory() == 3000 * 1024
    (tmp_path / "memory.max").write_text("2000000\n")
    (tmp_path / "memory.current").write_text("1500000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 200000\n")
    assert memory.free_memory() == 700_000
    monkeypatch.setattr(memory, "SYSTEM", tmp_path / "none")
    (tmp_path / "memory.max").unlink()
    assert memory.free_memory() == memory.UNKNOWN


# ---- what is imported ---------------------------------------------------------------------------


def forms(tmp_path):
    proto = small_network()
    path = tmp_path / "model.onnx"
    path.write_bytes(proto.SerializeToString())
    return {
        "path": path,
        "text": str(path),
        "bytes": path.read_bytes(),
        "view": memoryview(path.read_bytes()),
        "memory": io.BytesIO(path.read_bytes()),
        "model": proto,
    }


def test_a_path_bytes_a_file_and_a_model_are_imported_alike(tmp_path):
    x = random(2, 3, 10, 10)
    given = forms(tmp_path)
    wanted = import_onnx(given.pop("path")).predict(x)
    for source in given.values():
        np.testing.assert_array_equal(import_onnx(source).predict(x), wanted)
    with open(given["text"], "rb") as file:
        np.testing.assert_array_equal(import_onnx(file).predict(x), wanted)


def test_a_model_that_was_given_is_not_changed():
    proto = small_network()
    before = proto.SerializeToString()
    import_onnx(proto).predict(random(2, 3, 10, 10))
    assert proto.SerializeToString() == before


def test_messages_do_not_repeat_the_bytes():
    for source in (b"PK\3\4 no model", io.BytesIO(b"PK\3\4 no model")):
        with pytest.raises(ModelFileError, match="must be a complete ONNX file") as caught:
            import_onnx(source)
        assert "PK" not in str(caught.value)


def test_what_was_downloaded_instead_of_a_file_is_named():
    with pytest.raises(ModelFileError, match=r"ONNX file, got a pointer of Git LFS.*git lfs pull"):
        import_onnx(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n")
    with pytest.raises(ModelFileError, match=r"ONNX file, got a web page.*in a browser"):
        import_onnx(b"<!doctype html><html>Sign in")


@pytest.mark.parametrize("source", [None, 3, ["model.onnx"]])
def test_anything_else_is_no_file(source):
    with pytest.raises(ArgumentError, match="an open file, bytes or a ModelProto, got"):
        import_onnx(source)


def test_a_file_of_text_says_how_to_open_it(tmp_path):
    with pytest.raises(ArgumentError, match=r"open for bytes, got str; .*open\(path, 'rb'\)"):
        import_onnx(io.StringIO("text"))


def test_weights_beside_something_without_a_folder_are_refused():
    proto = scaled()
    tensor = proto.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights")
    with pytest.raises(ModelFileError, match="no folder, got 'weights'; give import_onnx the path"):
        import_onnx(proto)
