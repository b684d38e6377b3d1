"""The file's bytes, once the package onnx has nothing to say against them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import onnx

from ....errors import ArgumentError
from .graph import Node

__all__ = ["add_metadata", "bytes_of", "require_types", "require_valid"]


def add_metadata(model: Any, metadata: Mapping[str, str]) -> None:
    """Keep texts in the file, by name."""
    for name, text in metadata.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise ArgumentError(
                f"export: metadata must be texts by name, got {text!r} for {name!r}; write other "
                "things as text, with json.dumps"
            )
    onnx.helper.set_model_props(model, dict(metadata))


def bytes_of(model: Any) -> bytes:
    """Return the file's bytes, the same for the same model."""
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def require_types(node: Node, opset: int) -> None:
    """Raise unless the operator is there for the data types of the node's inputs."""
    schema = onnx.defs.get_schema(node.op, opset)
    slots = list(schema.inputs)
    for i, value in enumerate(node.inputs):
        if value is None:
            continue
        dtype = value.array.dtype
        number = int(onnx.helper.np_dtype_to_tensor_dtype(dtype))
        name = onnx.TensorProto.DataType.Name(number).lower()
        if f"tensor({name})" not in slots[min(i, len(slots) - 1)].types:
            raise ArgumentError(
                f"export: operators must be those of ONNX, which has no {node.op} for {dtype}, "
                f"got one in {node.scope or 'the model'!r}; convert with xp.astype before it"
            )


def require_valid(model: Any) -> None:
    """Raise unless the package onnx accepts the model, with all of its shapes."""
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as problem:
        raise ArgumentError(
            f"export: the graph must pass the checker of ONNX, got: {problem}; please report it "
            "with the model"
        ) from problem
