"""The file's bytes, once the package onnx has nothing to say against them."""

from __future__ import annotations

from typing import Any

import onnx

from ....errors import ArgumentError

__all__ = ["bytes_of", "require_valid"]


def bytes_of(model: Any) -> bytes:
    """Return the file's bytes, the same for the same model."""
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def require_valid(model: Any) -> None:
    """Raise unless the package onnx accepts the model, with all of its shapes."""
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as problem:
        raise ArgumentError(
            f"export: the graph must pass the checker of ONNX, got: {problem}; please report it "
            "with the model"
        ) from problem
