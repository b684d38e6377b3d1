"""What is refused, and how it is said; and weights in files beside the model's."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.importing.graphs import graph, random
from xpnet.errors import ArgumentError, ModelFileError, ShapeError
from xpnet.io.onnx import OnnxModel, import_onnx

onnx = pytest.importorskip("onnx")

X = {"x": ["N", 3]}


def test_importing_xpnet_imports_no_onnx():
    code = "import sys, xpnet, xpnet.io.onnx; assert 'onnx' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ArgumentError, match=r"onnx must be installed, .*pip install 'xpnet\[onnx"):
        import_onnx(tmp_path / "model.onnx")


@pytest.mark.parametrize(("name", "what"), [("no.onnx", "no file"), ("", "a folder")])
def test_there_must_be_a_file(tmp_path, name, what):
    with pytest.raises(ModelFileError, match=f"path must be an ONNX file, got {what} at"):
        import_onnx(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"PK\3\4 no model", b"\x08\x08", b"\xff" * 100])
def test_it_must_be_an_onnx_file(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="must be a complete ONNX file, got one"):
        import_onnx(path)


def one(op, inputs="x", attributes=None, outputs="y", arrays=(), opset=18):
    attributes = {"name": "block3", **(attributes or {})}
    return graph([(op, inputs, outputs, attributes)], X, outputs, arrays, opset)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (one("NonMaxSuppression"), r"got 'NonMaxSuppression' in node 'block3' \(N.*docs/onnx"),
        (one("Relu", attributes={"domain": "com.acme"}), r"got 'com.acme.Relu' in node 'block3'"),
        (one("LSTM", "x w w", {"clip": 1.0}, arrays={"w": random(1, 4, 1)}),
         r"node 'block3' \(LSTM\): attributes must be supported, got 'clip' = 1.0; docs/onnx"),
        (one("LSTM", "x w w b n h c p", arrays={n: random(1, 4, 1) for n in "wbnhcp"}),
         "must have 3 to 7 inputs, got 8;"),
        (one("GRU", "x w w", {"activations": ["Relu", "Tanh"]}, arrays={"w": random(1, 3, 1)}),
         r"node 'block3' \(GRU\): activations must be Sigmoid, Tanh, got Relu, Tanh; docs/onnx"),
        (one("RNN", "x w w", {"activations": ["Affine"]}, arrays={"w": random(1, 1, 1)}),
         "activations must be Tanh or Relu, got Affine"),
        (one("Einsum", attributes={"equation": "...ii->...i"}),
         "equation must name an axis once, got '...ii->...i', a diagonal; docs/onnx"),
        (one("Softmax", attributes={"axis": 1.5}), "axis must be of the type int, got 1.5"),
        (one("Gelu", attributes={"approximate": "sharp"}, opset=20),
         "approximate must be one of 'none', 'tanh', got 'sharp'"),
        (one("Concat"), r"must have the attribute 'axis', got \[\]"),
        (one("Gemm"), r"node 'block3' \(Gemm\) must have 2 to 3 inputs, got 1, of which number 2"),
        (one("Relu", "x x"), "must have 1 inputs, got 2;"),
        (one("MaxPool", outputs="y z", attributes={"kernel_shape": [2]}),
         "must have at most 1 output that is used, got 2; xpnet does not compute"),
        (one("Relu", "z"), "must be computed before, got 'z' in node 'block3'"),
        (one("Relu", outputs="x"), "names must be given once, got 'x' again in node 'block3'"),
        (one("Relu", opset=6), "must have a version from 7 to 28, got 6; export the model with"),
        (one("Relu", opset=99), "must have a version from 7 to 28, got 99"),
        (one("Constant", "", {"value_string": b"text"}), "must have one of value, value_float"),
        (one("Cast", attributes={"to": 8}),
         "to must be one of float32, float16, float64, bfloat16, .* got string; docs"),
        (one("EyeLike", attributes={"dtype": 9}), "dtype must be one of float32, int32, .* bool;"),
    ],
    ids=lambda value: "" if isinstance(value, str) else value.graph.node[0].op_type,
)  # fmt: skip
def test_what_is_not_supported_is_named(imported, model, message):
    with pytest.raises(ModelFileError, match=message):
        imported(model)


def test_a_node_that_cannot_be_computed_is_named(imported):
    model = imported(one("Gather", "w i", arrays={"w": random(3), "i": np.asarray([7])}))
    with pytest.raises(
        ShapeError, match=r"node 'block3' \(Gather\) cannot .* be from -3 to 2, got 7"
    ):
        model.predict(random(1, 3))


def test_a_cycle_is_refused(imported):
    model = graph([("Add", "x b", "a"), ("Relu", "a", "b")], X, "b")
    with pytest.raises(ModelFileError, match=r"got 'b' in the node of 'a' .* form a cycle"):
        imported(model)


def test_the_first_of_several_unsupported_operators_is_named(imported):
    model = graph([("Relu", "x", "a"), ("Det", "a", "b"), ("Loop", "b", "c")], X, "c")
    with pytest.raises(ModelFileError, match="got 'Det' in the node of 'b'"):
        imported(model)


@pytest.mark.parametrize("kind", [8, 14, 17, 22])
def test_a_data_type_that_is_not_supported_is_named(imported, kind):
    model = one("Add", "x w", arrays={"w": random(3)})
    model.graph.initializer[0].data_type = kind
    names = {8: "string", 14: "complex64", 17: "float8e4m3fn", 22: "int4"}
    with pytest.raises(ModelFileError, match=f"initializer 'w' must have one.*got {names[kind]}"):
        imported(model)
    model = one("Relu")
    model.graph.input[0].type.tensor_type.elem_type = kind
    with pytest.raises(ModelFileError, match=f"input 'x' must be an array.*got {names[kind]}"):
        imported(model)


def test_constants_must_not_ask_for_absurd_arrays(imported):
    nodes = [("ConstantOfShape", "n", "c"), ("Add", "x c", "y")]
    with pytest.raises(
        ModelFileError, match=r"\(ConstantOfShape\).*at most 268,435,456 elements, got"
    ):
        imported(graph(nodes, X, "y", {"n": np.asarray([10**6, 10**6])}))
    large = imported(graph(nodes, X, "y", {"n": np.asarray([10**7, 3])}))
    with pytest.raises(ShapeError, match=r"\(ConstantOfShape\).*at most .* elements.*constants al"):
        large.predict(random(2, 3))


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool", "LpPool"])
def test_windows_must_not_have_absurdly_many_places(imported, op):
    attributes = {"kernel_shape": [1001], "pads": [500, 500], "dilations": [1]}
    proto = graph([(op, "x", "y", attributes)], {"x": ["N", 1, 2]}, "y")
    assert imported(proto).predict(random(1, 1, 2)).shape == (1, 1, 2)
    attributes = {"kernel_shape": [10001], "pads": [5000, 5000]}
    proto = graph([(op, "x", "y", attributes)], {"x": ["N", 1, 2]}, "y")
    with pytest.raises(ShapeError, match="windows must have at most 8,192 places, got kernel_sha"):
        imported(proto).predict(random(1, 1, 2))


def test_inputs_must_fit(imported):
    model = imported(one("Relu"))
    with pytest.raises(ArgumentError, match=r"inputs must be 1 \(x: float32 \(N, 3\)\), got 2"):
        model(random(2, 3), random(2, 3))
    with pytest.raises(ArgumentError, match="inputs must be arrays, got list for 'x'"):
        model([1.0])
    for shape in ((2, 4), (3,), (2, 3, 1)):
        with pytest.raises(ShapeError, match=r"the input must be x: float32 \(N, 3\), got \("):
            model(random(*shape))


def test_a_batch_size_that_is_built_into_the_graph_is_named(imported):
    model = imported(graph([("Reshape", "x to", "y")], {"x": [1, 4]}, "y", {"to": [2, 2]}))
    with pytest.raises(ShapeError, match=r"of 'y' \(Reshape\).*export the model with a dynamic b"):
        model.predict(random(3, 4))


def test_a_forged_description_is_refused():
    for broken in ({}, {"nodes": []}, []):
        with pytest.raises(ModelFileError, match="graph must be what import_onnx makes"):
            OnnxModel(broken)


# ---- bfloat16, float16 --------------------------------------------------------------------------


def test_bfloat16_becomes_float32(imported):
    model = one("Mul", "x w", arrays={"w": random(3)})
    tensor = model.graph.initializer[0]
    tensor.data_type = onnx.TensorProto.BFLOAT16
    bits = np.frombuffer(tensor.raw_data, np.uint32)
    tensor.raw_data = (bits >> 16).astype("<u2").tobytes()
    w = imported(model).state_dict()["w"]
    assert w.dtype == np.float32
    np.testing.assert_allclose(w, random(3), rtol=0.01)


def test_numbers_one_by_one_are_read_as_bytes_are(imported):
    for dtype in ("float16", "float32", "float64", "int8", "uint16", "int32", "int64", "bool"):
        values = np.asarray([[1, 0, 3]]).astype(dtype)
        kind = onnx.helper.np_dtype_to_tensor_dtype(values.dtype)
        nodes = [("Constant", "", "y", {"value": onnx.helper.make_tensor(
            "v", kind, values.shape, values.reshape(-1).tolist())})]  # fmt: skip
        model = imported(graph([*nodes, ("Relu", "x", "z")], X, "y z"))
        found = xn.to_numpy(model(random(1, 3))[0])
        np.testing.assert_array_equal(found, values)
        assert found.dtype == values.dtype


# ---- weights beside the file --------------------------------------------------------------------


@pytest.fixture
def beside(tmp_path):
    """A model whose weight is in a file beside it, and how to say where."""
    folder = tmp_path / "models"
    folder.mkdir()
    w = random(3)
    (folder / "model.onnx.data").write_bytes(b"1234" + w.tobytes() + b"5678")
    (tmp_path / "secret").write_bytes(bytes(1000))

    def made(location="model.onnx.data", offset="4", length="12"):
        model = one("Mul", "x w", arrays={"w": w})
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        entries = {"location": location, "offset": offset, "length": length}
        for key, value in entries.items():
            if value is not None:
                tensor.external_data.add(key=key, value=value)
        path = folder / "model.onnx"
        path.write_bytes(model.SerializeToString())
        return path

    return made


def test_weights_beside_the_file_are_read(beside, monkeypatch):
    for path in (beside(), beside(length=None)):
        np.testing.assert_array_equal(import_onnx(path).state_dict()["w"], random(3))
    monkeypatch.chdir(path.parent)
    np.testing.assert_array_equal(import_onnx("model.onnx").state_dict()["w"], random(3))


@pytest.mark.parametrize(
    "location", ["../secret", "/etc/passwd", "", ".", "no", "link", "a/../../secret", "C:\\x", "\0"]
)
def test_weights_from_elsewhere_are_refused(beside, location):
    path = beside(location)
    os.symlink(path.parent.parent / "secret", path.parent / "link")
    with pytest.raises(ModelFileError, match="'w' must be in a file inside the folder of the mod"):
        import_onnx(path)


@pytest.mark.parametrize(
    ("offset", "length"), [("-4", "12"), ("16", "12"), ("4", "8"), ("x", "12"), (str(2**70), "12")]
)
def test_weights_must_be_inside_the_file_beside(beside, offset, length):
    with pytest.raises(ModelFileError, match="'w' must have the numbers that its shape tells of"):
        import_onnx(beside(offset=offset, length=length))
