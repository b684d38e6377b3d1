"""ONNX files, damaged: bytes anywhere, and forgeries that protobuf can read.

A forgery has absurd sizes, other operators, attributes, names, a cycle, subgraphs in subgraphs, or
weights in files that it has no business with. Importing must raise a ModelFileError, or, where a
file was made that is good, give a model. That must predict, or raise an error of xpnet.
``tests/io/onnx/importing/test_mutations.py`` does the same with few.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import numpy as np

from xpnet.errors import XpnetError
from xpnet.io.onnx import import_onnx

from . import damage
from .attempt import Outcome, attempt

SIZES = (-(2**63), -1, 0, 1, 3, 2**20, 2**31, 10**9, 10**12, 2**62)
NAMES = ("os.system", "../../x", "/etc/passwd", "__class__", "forward", "", "\0", "x", "h", "y")
PLACES = (
    "../good.onnx", "/etc/passwd", "/dev/zero", "link", "..", ".", "", "good.onnx/..", "C:\\x",
    "weights", "pipe", "\0", "a/../../b", "weights/../weights",
)  # fmt: skip
SHAPE = (2, 3, 8, 8)

MAKERS = ("ConstantOfShape", "Expand", "Tile", "Range", "Pad", "OneHot", "Resize", "Reshape")


def model() -> Any:
    """Return a small network in which every kind of thing occurs that can be damaged."""
    from onnx import TensorProto, helper

    def constant(name: str, values: Any, dtype: Any = np.int64) -> Any:
        return _array(name, np.asarray(values, dtype))

    rng = np.random.default_rng(0)
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "conv.weight", "conv.bias"], ["c"], name="conv", pads=[1, 1, 1, 1]),
        node("BatchNormalization", ["c", "scale", "shift", "mean", "var"], ["b"], epsilon=1e-3),
        node("Relu", ["b"], ["r"], name="relu"),
        node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Resize", ["p", "", "scales"], ["u"], mode="linear"),
        node("Pad", ["u", "pads"], ["q"]),
        node("GlobalAveragePool", ["q"], ["g"]),
        node("Shape", ["g"], ["s"]),
        node("Gather", ["s", "zero"], ["n"]),
        node("Unsqueeze", ["n", "zeros"], ["n1"]),
        node("Concat", ["n1", "minus"], ["to"], axis=0),
        node("Reshape", ["g", "to"], ["f"]),
        node("Gemm", ["f", "fc.weight", "fc.bias"], ["h"], transB=1),
        node("ConstantOfShape", ["size"], ["k"], value=constant("v", [1.5], np.float32)),
        node("Range", ["zero", "four", "one"], ["t"]),
        node("Cast", ["t"], ["t1"], to=1),
        node("Add", ["k", "t1"], ["k1"]),
        node("Tile", ["k1", "times"], ["k2"]),
        node("Expand", ["k2", "wide"], ["k3"]),
        node("OneHot", ["label", "four", "values"], ["o"]),
        node("MatMul", ["h", "k3"], ["m"]),
        node("Add", ["m", "o"], ["a"]),
        node("Softmax", ["a"], ["y"], name="probabilities", axis=1),
    ]
    arrays = [
        _array("conv.weight", rng.normal(size=(4, 3, 3, 3)).astype(np.float32)),
        _array("fc.weight", rng.normal(size=(4, 4)).astype(np.float32)),
        *(_array(name, np.ones(4, np.float32))
          for name in ("conv.bias", "scale", "shift", "mean", "var", "fc.bias")),
        constant("scales", [1, 1, 2, 1.5], np.float32),
        constant("pads", [0, 0, 1, 0, 0, 0, 0, 1]), constant("zero", 0), constant("zeros", [0]),
        constant("minus", [-1]), constant("size", [4, 4]), constant("four", 4), constant("one", 1),
        constant("times", [1, 1]), constant("wide", [4, 4]), constant("label", [2]),
        constant("values", [0, 1], np.float32),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "damaged",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *SHAPE[1:]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4])],
        arrays,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def _array(name: str, values: np.ndarray) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(values, name)


def _one_of(rng: np.random.Generator, things: Any) -> Any:
    return things[int(rng.integers(len(things)))]


# ---- forgeries: each changes a ModelProto --------------------------------------------------------


def of_absurd_dims(proto: Any, rng: np.random.Generator) -> None:
    tensor = _one_of(rng, proto.graph.initializer)
    if rng.random() < 0.5:
        tensor.dims.append(_one_of(rng, SIZES))
    elif tensor.dims:
        tensor.dims[int(rng.integers(len(tensor.dims)))] = _one_of(rng, SIZES)
    else:
        tensor.dims.extend(_one_of(rng, SIZES) for _ in range(rng.integers(1, 70)))


def of_absurd_constants(proto: Any, rng: np.random.Generator) -> None:
    """Ask for arrays that fill the memory, by numbers that are well-formed."""
    names = [t for t in proto.graph.initializer if t.data_type == 7]
    tensor = _one_of(rng, names)
    values = [_one_of(rng, SIZES) for _ in range(max(len(tensor.raw_data) // 8, 1))]
    tensor.raw_data = np.asarray(values, np.int64).tobytes()[: len(tensor.raw_data)]


def of_absurd_attributes(proto: Any, rng: np.random.Generator) -> None:
    node = _one_of(rng, [n for n in proto.graph.node if n.attribute])
    attribute = _one_of(rng, node.attribute)
    what = rng.random()
    if what < 0.3:
        attribute.name = _one_of(rng, (*NAMES, "group", "axis", "strides", "dilations"))
    elif what < 0.5:
        attribute.type = int(rng.integers(0, 15))
    else:
        attribute.i = _one_of(rng, SIZES)
        attribute.f = _one_of(rng, (0.0, -1.0, 1e38, float("nan"), float("inf")))
        for k in range(len(attribute.ints)):
            attribute.ints[k] = _one_of(rng, SIZES)
        if attribute.s:
            attribute.s = _one_of(rng, (b"", b"\xff", b"cubic", b"VALID"))


def rewired(proto: Any, rng: np.random.Generator) -> None:
    """Make cycles, names that occur twice, and inputs that nobody computes."""
    node = _one_of(rng, proto.graph.node)
    names = [name for n in proto.graph.node for name in n.output] + list(NAMES)
    if rng.random() < 0.5 and node.input:
        node.input[int(rng.integers(len(node.input)))] = _one_of(rng, names)
    elif rng.random() < 0.5:
        node.output[0] = _one_of(rng, names)
    else:
        other = _one_of(rng, proto.graph.node)
        node.input.append(other.output[0])


def of_another_operator(proto: Any, rng: np.random.Generator) -> None:
    from xpnet.io.onnx.importing import OPERATORS

    node = _one_of(rng, proto.graph.node)
    node.op_type = _one_of(rng, (*OPERATORS, *NAMES, *MAKERS, "Loop", "If", "Scan"))
    if rng.random() < 0.1:
        node.domain = _one_of(rng, NAMES)


def repeated(proto: Any, rng: np.random.Generator) -> None:
    """Take a node, initializer or version twice, or an array of twice its size 200 times."""
    what = rng.random()
    if what < 0.3:
        proto.graph.node.add().CopyFrom(_one_of(rng, proto.graph.node))
    elif what < 0.5:
        proto.graph.initializer.add().CopyFrom(_one_of(rng, proto.graph.initializer))
    elif what < 0.6:
        proto.opset_import.add(version=int(rng.integers(-1, 40)))
    else:
        name, op, extra = _one_of(rng, [("a", "Concat", {"axis": 0}), ("k3", "Concat", {"axis": 0}),
                                        ("k3", "MatMul", {}), ("k3", "Tile", {})])  # fmt: skip
        _grow(proto, name, op, extra)


def _grow(proto: Any, name: str, op: str, attributes: dict[str, Any]) -> None:
    from onnx import helper

    last = proto.graph.node[-1]
    del proto.graph.node[-1]
    for i in range(200):
        inputs = [name, name]
        if op == "Tile":
            inputs = [name, "doubled"]
        proto.graph.node.append(helper.make_node(op, inputs, [f"grown{i}"], **attributes))
        name = f"grown{i}"
    proto.graph.initializer.append(_array("doubled", np.asarray([2, 2])))
    proto.graph.node.append(last)
    del last.input[:]
    last.input.append(name)


def nested(depth: int) -> bytes:
    """Return what, behind a file, puts a node with graphs in graphs into its own graph."""

    def field(number: int, content: bytes) -> bytes:
        size, length = [], len(content)
        while length > 127:
            size.append(length & 127 | 128)
            length >>= 7
        return bytes([number << 3 | 2, *size, length]) + content

    graph = b""
    for _ in range(depth):
        branch = field(1, b"then_branch") + b"\xa0\x01\x05" + field(6, graph)
        graph = field(1, field(2, b"z") + field(4, b"If") + field(5, branch))
    return field(7, graph)


def external(proto: Any, rng: np.random.Generator) -> None:
    """Say that weights are in another file."""
    tensor = _one_of(rng, proto.graph.initializer)
    tensor.data_location = 1
    tensor.external_data.add(key="location", value=_one_of(rng, PLACES))
    if rng.random() < 0.7:
        value = _one_of(rng, ("0", "-1", "64", str(2**62), "x", "1e3", ""))
        tensor.external_data.add(key="offset", value=value)
    if rng.random() < 0.7:
        value = _one_of(rng, (str(len(tensor.raw_data)), "0", "-1", str(2**62), "x"))
        tensor.external_data.add(key="length", value=value)


def of_another_dtype(proto: Any, rng: np.random.Generator) -> None:
    if rng.random() < 0.7:
        _one_of(rng, proto.graph.initializer).data_type = int(rng.integers(-1, 30))
    else:
        proto.graph.input[0].type.tensor_type.elem_type = int(rng.integers(-1, 30))


def of_another_input(proto: Any, rng: np.random.Generator) -> None:
    dims = proto.graph.input[0].type.tensor_type.shape.dim
    what = rng.random()
    if what < 0.5:
        dims[int(rng.integers(len(dims)))].dim_value = _one_of(rng, SIZES)
    elif what < 0.7:
        proto.graph.input.add().CopyFrom(proto.graph.input[0])
    elif what < 0.8:
        proto.graph.input[0].name = _one_of(rng, NAMES)
    elif what < 0.9 and proto.graph.output:
        proto.graph.output[0].name = _one_of(rng, (*NAMES, "s", "k3"))
    else:
        del proto.graph.output[:]


LIMIT = 2**22
"""Elements of the largest array at prediction, where a quarter of the memory is the default."""

FORGERIES = (
    of_absurd_dims, of_absurd_constants, of_absurd_attributes, rewired, of_another_operator,
    repeated, external, of_another_dtype, of_another_input,
)  # fmt: skip


def forged(proto: Any, rng: np.random.Generator) -> bytes:
    other = copy.deepcopy(proto)
    for _ in range(rng.integers(1, 4)):
        _one_of(rng, FORGERIES)(other, rng)
    if rng.random() < 0.2:
        other.opset_import[0].version = _one_of(rng, (-1, 0, 1, 7, 9, 11, 13, 23, 99, 2**40))
    deep = nested(int(rng.choice((3, 20, 90, 1000)))) if rng.random() < 0.1 else b""
    return other.SerializeToString() + deep


# ---- reading ---------------------------------------------------------------------------------


def run(times: int, seed: int, folder: Path) -> list[Outcome]:
    """Damage a file in so many ways; any other error than those allowed is raised."""
    rng = np.random.default_rng(seed)
    proto = model()
    content = proto.SerializeToString()
    secret = folder / "secret"
    secret.write_bytes(bytes(10_000))
    inside = folder / "models"
    inside.mkdir()
    (inside / "weights").write_bytes(bytes(10_000))
    os.symlink(secret, inside / "link")
    if hasattr(os, "mkfifo"):
        os.mkfifo(inside / "pipe")  # whoever opens it waits for ever
    path = inside / "damaged.onnx"
    x = np.ones(SHAPE, np.float32)
    path.write_bytes(content)
    wanted = import_onnx(path).predict(x)  # and what it needs is imported
    outcomes = []
    for i in range(times):
        if i % 2:
            change = _one_of(rng, damage.BYTEWISE)
            path.write_bytes(change(content, rng))
            kind = change.__name__
        else:
            path.write_bytes(forged(proto, rng))
            kind = "forged"
        outcomes += _attempts(kind, path, x, wanted)
    return outcomes


def _attempts(kind: str, path: Path, x: np.ndarray, wanted: np.ndarray) -> list[Outcome]:
    """Import a file, and let the model predict, if it is one."""
    found: list[Any] = []
    outcomes = [attempt(kind, lambda: _read(path, found))]
    if found:
        outcomes.append(attempt("prediction", lambda: _predict(path, x, wanted), (XpnetError,)))
    return outcomes


def _read(path: Path, found: list[Any]) -> str:
    found.append(import_onnx(path))
    return "a model"


def _predict(path: Path, x: np.ndarray, wanted: np.ndarray) -> str:
    y = import_onnx(path, max_elements=LIMIT).predict(x)
    same = isinstance(y, np.ndarray) and y.shape == wanted.shape and np.allclose(y, wanted)
    return "the same numbers" if same else "other numbers"
