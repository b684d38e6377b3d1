"""Files made, looked into and run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.nn.predict import bare, predicting

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


class Forward(nn.Module):
    """A module whose forward is a function."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def forward(self, *x: Any) -> Any:
        """Call it with the namespace of the inputs, and these."""
        return self.function(xn.namespace(*x), *x)


class Weighted(nn.Module):
    """A module with a weight, whose forward is a function of it and the input."""

    def __init__(self, function: Any) -> None:
        self.weight = nn.Parameter(np.ones(4, np.float32))
        self.function = function

    def forward(self, x: Any) -> Any:
        """Call it with the namespace of the input, this and the weight."""
        return self.function(xn.namespace(x), x, self.weight)


def numbers(*shape: int) -> np.ndarray:
    """The same normal numbers each time, float32."""
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def exported(model: Any, example: Any, folder: Path, **options: Any) -> Any:
    """Export, and return what is in the file."""
    path = folder / "model.onnx"
    xn.io.onnx.export(model, example, path, **options)
    return onnx.load(path)


def operators(proto: Any) -> list[str]:
    """The operators in order."""
    return [node.op_type for node in proto.graph.node]


def session(proto: Any, *, optimized: bool = True) -> Any:
    """The model in onnxruntime, which works in one thread and prints errors alone."""
    options = onnxruntime.SessionOptions()
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    data = proto.SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def in_onnxruntime(runner: Any, *inputs: np.ndarray) -> list[np.ndarray]:
    """What comes out there."""
    names = [one.name for one in runner.get_inputs()]
    return runner.run(None, dict(zip(names, inputs, strict=True)))


def in_xpnet(model: Any, *inputs: Any) -> list[np.ndarray]:
    """What comes out here, in a row."""
    with predicting(), xn.no_grad(), np.errstate(all="ignore"):
        out = model(*inputs)
    found: list[np.ndarray] = []

    def collect(part: Any) -> None:
        if isinstance(part, tuple | list):
            for one in part:
                collect(one)
        elif isinstance(part, dict):
            collect(list(part.values()))
        elif part is not None:
            found.append(xn.to_numpy(bare(part)))

    collect(out)
    return found


def require_equal(
    theirs: list[np.ndarray], ours: list[np.ndarray], tolerance: float = 1e-5
) -> None:
    """The same shapes and types, and numbers that differ by rounding; of the largest, if small."""
    assert len(theirs) == len(ours)
    for a, b in zip(theirs, ours, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        largest = max(1.0, float(np.abs(b).max(initial=0)))
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * largest)
