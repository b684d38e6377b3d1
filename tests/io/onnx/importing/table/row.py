"""A row: one node, its inputs, and the version of ONNX that it is written in."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Row:
    """One node; `given` are the inputs of the graph, the others are initializers."""

    op: str
    inputs: list[np.ndarray | None]
    attributes: dict[str, Any] = field(default_factory=dict)
    opset: int = 18
    given: tuple[int, ...] = (0,)
    outputs: int = 1

    @property
    def domain(self) -> str:
        return self.op.rpartition(".")[0]

    def __str__(self) -> str:
        said = "-".join(f"{key}={value}" for key, value in self.attributes.items())
        text = "".join(c if c.isalnum() or c in "=-_." else "" for c in said)[:60]
        shapes = "x".join("" if i is None else "".join(map(str, i.shape)) for i in self.inputs)
        # shapes, because two rows may differ in nothing else
        return f"{self.op}-{self.opset}-{text}-{shapes[:24]}"

    def model(self) -> Any:
        from onnx import TensorProto, helper, numpy_helper

        names = ["" if x is None else f"input{i}" for i, x in enumerate(self.inputs)]
        outputs = [f"output{i}" for i in range(self.outputs)]
        node = helper.make_node(
            self.op.rpartition(".")[2], names, outputs, name="the_node", domain=self.domain,
            **self.attributes,
        )  # fmt: skip
        arrays = dict(zip(names, self.inputs, strict=True))
        graph = helper.make_graph(
            [node],
            "row",
            [_value(names[i], self.inputs[i]) for i in self.given],
            [helper.make_tensor_value_info(n, TensorProto.UNDEFINED, None) for n in outputs],
            [
                numpy_helper.from_array(x, name)
                for i, (name, x) in enumerate(arrays.items())
                if x is not None and i not in self.given
            ],
        )
        for value in graph.output:
            value.ClearField("type")
        sets = [helper.make_opsetid("", self.opset)]
        if self.domain:
            sets.append(helper.make_opsetid(self.domain, 3))
        return helper.make_model(graph, opset_imports=sets, ir_version=8)

    def arrays(self) -> list[np.ndarray]:
        return [self.inputs[i] for i in self.given]


def _value(name: str, x: np.ndarray) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(x.dtype), list(x.shape)
    )


def floats(*shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> np.ndarray:
    """Random numbers, the same for the same arguments, none of them near an integer's half."""
    rng = np.random.default_rng([zlib.crc32(repr((shape, low, high)).encode()), seed])
    return rng.uniform(low, high, shape).astype(np.float32)


def ints(*values: Any) -> np.ndarray:
    return np.asarray(values, np.int64)


def scalar(value: float, dtype: Any = np.float32) -> np.ndarray:
    return np.asarray(value, dtype)
