"""The file's results held against the model's: ``export(..., verify=True)``."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ....autograd import no_grad
from ....backend import asarray, current_device, device_of, is_array, to_numpy, unwrap
from ....errors import ArgumentError
from ....nn import Module
from ....nn.predict import predicting

__all__ = ["require_onnxruntime", "require_same_results"]

TOLERANCES = {"float16": 1e-2, "float32": 1e-4, "float64": 1e-6}
"""How far results may lie apart, as a share of the largest number of a result, or of 1."""


def require_onnxruntime() -> None:
    """Raise an ArgumentError if onnxruntime is not installed."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise ArgumentError(
            "export: the package onnxruntime must be installed for verify=True, got none; "
            "pip install onnxruntime"
        )


def require_same_results(
    model: Module, arrays: Mapping[str, np.ndarray], names: Sequence[str], file: bytes
) -> None:
    """Raise an ArgumentError unless onnxruntime gets from the file what the model computes."""
    theirs = _by_onnxruntime(file, arrays)
    for name, mine, other in zip(names, _by_the_model(model, arrays), theirs, strict=True):
        if mine.shape != other.shape or mine.dtype != other.dtype:
            got = f"{other.dtype} {other.shape} for {mine.dtype} {mine.shape}"
        elif mine.dtype.kind == "f":
            largest = max(1.0, float(np.max(np.abs(mine[np.isfinite(mine)]), initial=0.0)))
            allowed = TOLERANCES[mine.dtype.name] * largest
            if np.allclose(mine, other, rtol=0.0, atol=allowed, equal_nan=True):
                continue
            got = f"a difference of {np.nanmax(np.abs(mine - other)):.3g} (allowed {allowed:.1g})"
        elif np.array_equal(mine, other):
            continue
        else:
            got = f"{np.count_nonzero(mine != other)} other numbers"
        raise ArgumentError(
            f"export: the file must compute what the model computes, got {got} in {name!r} by "
            "onnxruntime; nothing was written. Please report it with the model"
        )


def _by_the_model(model: Module, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    weights = next(model.parameters(), None)
    home = current_device() if weights is None else device_of(weights)
    with predicting(), no_grad():
        returned = model(*(asarray(x, device=home) for x in arrays.values()))
    return [to_numpy(x) for x in _flat(returned)]


def _flat(returned: Any) -> Iterator[Any]:
    """Iterate over the arrays among what a model returned, from left to right."""
    bare = unwrap(returned)
    if is_array(bare):
        yield bare
    elif isinstance(bare, tuple | list):
        for part in bare:
            yield from _flat(part)
    elif isinstance(bare, dict):
        for part in bare.values():
            yield from _flat(part)


def _by_onnxruntime(file: bytes, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 3  # errors come as exceptions
    try:
        session = runtime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        results = session.run(None, {name: np.ascontiguousarray(x) for name, x in arrays.items()})
    except Exception as problem:  # of many kinds, which share no base
        raise ArgumentError(
            f"export: onnxruntime must run the file, got {type(problem).__name__}: {problem}; "
            "nothing was written. It has no operators of some data types, float64 among them: "
            "leave verify out for those"
        ) from problem
    return [np.asarray(result) for result in results]
