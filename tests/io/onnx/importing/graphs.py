"""Small graphs for tests, and the tools to make them."""

from __future__ import annotations

import numpy as np


def graph(nodes, inputs, outputs, arrays=(), opset=18, ml=False):
    """A ModelProto of nodes (operator, inputs, outputs[, attributes]) in words."""
    from onnx import TensorProto, helper, numpy_helper

    made = []
    for op, into, out, *rest in nodes:
        attributes = dict(rest[0]) if rest else {}
        made.append(helper.make_node(op, into.split(" "), out.split(" "), **attributes))
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in inputs.items()
    ]
    results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs.split()]
    initial = [numpy_helper.from_array(np.asarray(a), n) for n, a in dict(arrays).items()]
    sets = [helper.make_opsetid("", opset)] + [helper.make_opsetid("ai.onnx.ml", 3)] * ml
    return helper.make_model(
        helper.make_graph(made, "graph", values, results, initial),
        opset_imports=sets,
        ir_version=8,
    )


def random(*shape, seed=0, scale=0.5):
    values = np.random.default_rng([seed, *shape]).normal(size=shape)
    return (scale * values).astype(np.float32)


def small_network(classes=3):
    """A convolution, batch normalisation and a dense layer."""
    arrays = {"conv": random(4, 3, 3, 3), "w": random(classes, 4), "b": random(classes)}
    arrays |= {n: 1 + np.abs(random(4, seed=i)) for i, n in enumerate(("s", "t", "mean", "var"))}
    nodes = [
        ("Conv", "x conv", "a", {"strides": [2, 2]}),
        ("BatchNormalization", "a s t mean var", "c"),
        ("Relu", "c", "d"),
        ("GlobalAveragePool", "d", "e"),
        ("Flatten", "e", "f"),
        ("Gemm", "f w b", "y", {"transB": 1}),
    ]
    return graph(nodes, {"x": ["N", 3, 10, 10]}, "y", arrays)


def residual_network(channels=4, classes=3):
    """Convolutions with batch normalisation, a shortcut, pooling, and a shape that is computed."""
    arrays = {
        "stem.weight": random(channels, 3, 3, 3),
        "layer1.0.conv1.weight": random(channels, channels, 3, 3, seed=1),
        "layer1.0.conv2.weight": random(channels, 1, 3, 3, seed=2),
        "fc.weight": random(classes, channels, seed=3),
        "fc.bias": random(classes, seed=4),
        "zero": np.asarray(0),
        "axes": np.asarray([0]),
        "rest": np.asarray([-1]),
    }
    for name in ("stem.bn", "layer1.0.bn1", "layer1.0.bn2"):
        arrays[f"{name}.weight"] = 1 + random(channels, seed=5)
        arrays[f"{name}.bias"] = random(channels, seed=6)
        arrays[f"{name}.running_mean"] = random(channels, seed=7)
        arrays[f"{name}.running_var"] = 1 + np.abs(random(channels, seed=8))

    def norm(name):
        return " ".join(f"{name}.{n}" for n in ("weight", "bias", "running_mean", "running_var"))

    padded = {"pads": [1, 1, 1, 1]}
    nodes = [
        ("Conv", "x stem.weight", "a", {**padded, "strides": [2, 2]}),
        ("BatchNormalization", f"a {norm('stem.bn')}", "b"),
        ("Clip", "b low high", "r"),
        ("Conv", "r layer1.0.conv1.weight", "c", padded),
        ("BatchNormalization", f"c {norm('layer1.0.bn1')}", "d"),
        ("HardSwish", "d", "e"),
        ("Conv", "e layer1.0.conv2.weight", "f", {**padded, "group": channels}),
        ("BatchNormalization", f"f {norm('layer1.0.bn2')}", "g"),
        ("Add", "g r", "h"),
        ("Relu", "h", "i"),
        ("GlobalAveragePool", "i", "j"),
        ("Shape", "j", "k"),
        ("Gather", "k zero", "n"),
        ("Unsqueeze", "n axes", "n1"),
        ("Concat", "n1 rest", "to", {"axis": 0}),
        ("Reshape", "j to", "l"),
        ("Dropout", "l", "m"),
        ("Gemm", "m fc.weight fc.bias", "y", {"transB": 1}),
    ]
    arrays["low"], arrays["high"] = np.float32(0), np.float32(6)
    return graph(nodes, {"x": ["N", 3, 10, 10]}, "y", arrays)
