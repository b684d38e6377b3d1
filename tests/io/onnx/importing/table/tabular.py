"""Rows of the domain ai.onnx.ml."""

from __future__ import annotations

import numpy as np

from .row import Row, floats, ints

x = floats(5, 3)
three = {"coefficients": floats(9, seed=1).tolist(), "intercepts": [0.1, 0.2, -0.3]}
one = {"coefficients": [0.5, -1.0, 2.0], "intercepts": [0.1]}


def ml(op: str, inputs: list, attributes: dict, outputs: int = 1) -> Row:
    return Row(f"ai.onnx.ml.{op}", inputs, attributes, outputs=outputs)


ROWS = [
    ml("LinearRegressor", [x], {**one, "targets": 1}),
    ml("LinearRegressor", [x], {**three, "targets": 3}),
    *(ml("LinearClassifier", [x],
         {**three, "classlabels_ints": [5, 7, 9], "post_transform": transform}, 2)
      for transform in ("NONE", "SOFTMAX", "LOGISTIC")),
    ml("LinearClassifier", [x],
       {"coefficients": [*one["coefficients"], *(-c for c in one["coefficients"])][::-1],
        "intercepts": [0.1, -0.1], "classlabels_ints": [0, 1], "multi_class": 1,
        "post_transform": "SOFTMAX"}, 2),
    ml("Scaler", [x], {"offset": [0.1, 0.2, 0.3], "scale": [2.0, 1.0, 0.5]}),
    ml("Scaler", [ints(1, 2, 3).reshape(1, 3)], {"offset": [1.0], "scale": [2.0]}),
    *(ml("Normalizer", [x], {"norm": norm}) for norm in ("L1", "L2")),
    ml("Normalizer", [np.abs(x)], {"norm": "MAX"}),
    ml("Binarizer", [x], {"threshold": 0.3}),
    ml("Imputer", [np.where(x > 1, np.nan, x).astype(np.float32)],
       {"imputed_value_floats": [1.0, 2.0, 3.0], "replaced_value_float": float("nan")}),
    ml("Imputer", [np.asarray([[1, -1, 3]])],
       {"imputed_value_int64s": [9], "replaced_value_int64": -1}),
    ml("ArrayFeatureExtractor", [x, ints(2, 0)], {}),
    Row("ai.onnx.ml.FeatureVectorizer", [x, floats(5, 2)], {"inputdimensions": [3, 2]},
        given=(0, 1)),
]  # fmt: skip
