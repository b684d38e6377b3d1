"""Operators of the domain ai.onnx.ml for rows of numbers: what scikit-learn's linear models become.

Coefficients that are attributes in the file become weights, see ``upgrade.py``: an imported
``LogisticRegression`` can be trained on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .....backend import asarray, device_of, is_floating, namespace, unwrap
from .....errors import ArgumentError
from .....nn import functional as F
from ..room import require_room
from .shapes import ints
from .table import Call, Floats, Ints, operator

TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO")


def _rows(x: Any) -> Any:
    """Return (N, D) floating-point numbers."""
    xp = namespace(x)
    x = x if is_floating(x) else xp.astype(x, xp.float32)
    return xp.expand_dims(x, axis=0) if len(x.shape) == 1 else x


def _transformed(scores: Any, kind: str) -> Any:
    if kind == "LOGISTIC":
        return F.sigmoid(scores)
    return F.softmax(scores, axis=-1) if kind == "SOFTMAX" else scores


@operator("ai.onnx.ml.LinearRegressor", choices={"post_transform": TRANSFORMS[:3]})
def linear_regressor(
    x: Any,
    coefficients: Any,
    intercepts: Any = None,
    *,
    targets: int = 1,
    post_transform: str = "NONE",
) -> Any:
    """Return X Wᵀ + b: (N, D) -> (N, targets)."""
    x = _rows(x)
    xp = namespace(x, coefficients)
    weight = xp.reshape(coefficients, (targets, -1))
    return _transformed(F.linear(x, weight, intercepts), post_transform)


@operator(
    "ai.onnx.ml.LinearClassifier",
    outputs=2,
    choices={"post_transform": TRANSFORMS[:3], "multi_class": (0, 1)},
)
def linear_classifier(
    x: Any,
    coefficients: Any,
    intercepts: Any = None,
    *,
    classlabels_ints: Ints,
    multi_class: int = 0,
    post_transform: str = "NONE",
) -> Any:
    """Return labels (N,) and scores (N, K); a single row of coefficients is the second class's."""
    x = _rows(x)
    xp = namespace(x, coefficients)
    columns = x.shape[1]
    weight = xp.reshape(coefficients, (-1, columns))
    scores = F.linear(x, weight, intercepts)
    binary = weight.shape[0] == 1 and len(classlabels_ints) == 2
    if binary:
        against = 1.0 - F.sigmoid(scores) if post_transform == "LOGISTIC" else -scores
        both = [against, _transformed(scores, "LOGISTIC" if post_transform == "LOGISTIC" else "")]
        scores = xp.concat(both, axis=1)
        place = xp.astype(scores[:, 1] > scores[:, 0], xp.int64)
        probable = scores if post_transform == "LOGISTIC" else _transformed(scores, post_transform)
    else:
        place = xp.astype(xp.argmax(scores, axis=1), xp.int64)
        probable = _transformed(scores, post_transform)
    labels = asarray(np.asarray(classlabels_ints, np.int64), device=device_of(unwrap(x)))
    if len(classlabels_ints) != probable.shape[1]:
        raise ArgumentError(
            f"class labels must be {probable.shape[1]}, got {len(classlabels_ints)}; export the "
            "model again"
        )
    return xp.take(labels, place, axis=0), probable


@operator("ai.onnx.ml.Scaler")
def scaler(x: Any, *, offset: Floats = (0.0,), scale: Floats = (1.0,)) -> Any:
    """Return (x - offset) scale."""
    x = _rows(x)
    where = device_of(unwrap(x))
    shift = asarray(np.asarray(offset), x.dtype, device=where)
    factor = asarray(np.asarray(scale), x.dtype, device=where)
    return (x - shift) * factor


@operator("ai.onnx.ml.Normalizer", choices={"norm": ("MAX", "L1", "L2")})
def normalizer(x: Any, *, norm: str = "MAX") -> Any:
    """Divide each row by its largest element, or its 1- or 2-norm; zeros stay zeros."""
    x = _rows(x)
    xp = namespace(x)
    if norm == "MAX":
        total = xp.max(xp.abs(x), axis=-1, keepdims=True)
    elif norm == "L1":
        total = xp.sum(xp.abs(x), axis=-1, keepdims=True)
    else:
        squares = xp.sum(x * x, axis=-1, keepdims=True)
        total = xp.sqrt(xp.where(squares == 0.0, 1.0, squares))
    return x / xp.where(total == 0.0, 1.0, total)


@operator("ai.onnx.ml.Binarizer")
def binarizer(x: Any, *, threshold: float = 0.0) -> Any:
    """Return 1 where x is above the threshold, else 0."""
    return namespace(x).astype(x > threshold, x.dtype)


@operator("ai.onnx.ml.Imputer")
def imputer(
    x: Any,
    *,
    imputed_value_floats: Floats | None = None,
    imputed_value_int64s: Ints | None = None,
    replaced_value_float: float = 0.0,
    replaced_value_int64: int = 0,
) -> Any:
    """Replace numbers that stand for missing ones, column by column."""
    xp = namespace(x)
    floating = is_floating(x)
    given = imputed_value_floats if floating else imputed_value_int64s
    if given is None:
        raise ArgumentError(
            "the imputed values must be of the data type of the input, got none of it; export the "
            "model again"
        )
    values = asarray(np.asarray(given), x.dtype, device=device_of(unwrap(x)))
    old = replaced_value_float if floating else replaced_value_int64
    missing = xp.isnan(x) if old != old else x == old
    return xp.where(missing, values, x)


@operator("ai.onnx.ml.ArrayFeatureExtractor", fixed=(0,), host=(1,))
def array_feature_extractor(x: Any, places: Any) -> Any:
    """Take columns by their number."""
    x = namespace(x).expand_dims(x, axis=0) if len(x.shape) == 1 else x
    wanted = ints(places)
    require_room([*x.shape[:-1], len(wanted)])
    if not wanted or not 0 <= min(wanted) <= max(wanted) < x.shape[-1]:
        raise ArgumentError(
            f"columns must be from 0 to {x.shape[-1] - 1}, got {wanted[:8]}; check the shape of "
            "the input"
        )
    where = device_of(unwrap(x))
    return namespace(x).take(x, asarray(np.asarray(wanted, np.int64), device=where), axis=-1)


@operator("ai.onnx.ml.FeatureVectorizer")
def feature_vectorizer(call: Call, *arrays: Any, inputdimensions: Ints | None = None) -> Any:
    """Join columns, as floating-point numbers."""
    xp = namespace(*arrays)
    floating = [x.dtype for x in arrays if is_floating(x)]
    kind = floating[0] if floating else getattr(xp, call.dtype(1))
    return xp.concat([xp.astype(_rows(x), kind, copy=False) for x in arrays], axis=1)
