"""Rows of what is computed element by element."""

from __future__ import annotations

import numpy as np

from .row import Row, floats, ints, scalar

WHOLE = np.asarray([[-7, -6, 5], [7, 6, 4]], np.int64)
DIVISORS = np.asarray([[2, -4, 3], [-2, 4, -3]], np.int64)
TRUTHS = np.asarray([[True, False, True, False]])
OTHERS = np.asarray([[True], [False]])
SPECIAL = np.asarray([1.0, np.nan, np.inf, -np.inf, 0.0], np.float32)
x = floats(3, 4)
positive = floats(3, 4, low=0.2, high=3.0)
inner = floats(3, 4, low=-0.9, high=0.9)

UNARY = [
    *(Row(op, [x]) for op in ("Neg", "Abs", "Exp", "Floor", "Ceil", "Sign", "Sin", "Cos", "Tan")),
    *(Row(op, [x]) for op in ("Atan", "Sinh", "Cosh", "Asinh", "Tanh", "Erf", "Identity")),
    *(Row(op, [x]) for op in ("Relu", "Sigmoid", "Softplus", "Softsign")),
    *(Row(op, [positive]) for op in ("Log", "Sqrt", "Reciprocal")),
    *(Row(op, [inner]) for op in ("Asin", "Acos", "Atanh")),
    Row("Acosh", [1.0 + positive]),
    Row("Round", [np.asarray([-2.5, -1.5, 0.4, 0.5, 1.5, 2.6], np.float32)]),
    Row("Neg", [WHOLE]),
    Row("Abs", [WHOLE]),
    Row("Relu", [WHOLE.astype(np.int32)]),
    Row("Not", [TRUTHS]),
    Row("IsNaN", [SPECIAL], opset=13),
    Row("IsInf", [SPECIAL], opset=10),
    Row("IsInf", [SPECIAL], {"detect_negative": 0}, opset=10),
    Row("IsInf", [SPECIAL], {"detect_positive": 0}, opset=10),
    Row("Exp", [x], opset=7),
]

BITS = np.asarray([[1, 7, 200], [255, 0, 128]], np.uint8)
SHIFTS = np.asarray([[1, 0, 3]], np.uint8)

BITWISE = [
    Row("BitShift", [BITS, SHIFTS], {"direction": "LEFT"}, opset=11),
    Row("BitShift", [BITS, SHIFTS], {"direction": "RIGHT"}, given=(0, 1)),
    *(Row(op, [WHOLE, DIVISORS], given=(0, 1)) for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor")),
    Row("BitwiseNot", [WHOLE]),
]

CASTS = [
    Row("Cast", [x], {"to": 7}),
    Row("Cast", [x], {"to": 11}, opset=9),
    Row("Cast", [WHOLE], {"to": 1}),
    Row("Cast", [WHOLE], {"to": 9}),
    Row("CastLike", [WHOLE, x], opset=19),
]

ACTIVATIONS = [
    Row("LeakyRelu", [x]),
    Row("LeakyRelu", [x], {"alpha": 0.2}, opset=7),
    Row("PRelu", [x, floats(4, low=0.1, high=0.5)]),
    Row("PRelu", [floats(2, 3, 4, 4), floats(3, 1, 1)], opset=9),
    Row("Elu", [x], {"alpha": 0.7}),
    Row("Selu", [x]),
    Row("Selu", [x], {"alpha": 2.0, "gamma": 3.0}),
    Row("Celu", [x], {"alpha": 2.0}, opset=12),
    Row("ThresholdedRelu", [x], {"alpha": 0.5}),
    Row("HardSigmoid", [x], {"alpha": 0.4, "beta": 0.3}),
    Row("HardSigmoid", [3 * x]),
    Row("HardSwish", [3 * x], opset=14),
    Row("Gelu", [x], opset=20),
    Row("Gelu", [x], {"approximate": "tanh"}, opset=20),
    Row("Mish", [x]),
    Row("Swish", [x], opset=24),
    Row("Swish", [x], {"alpha": 1.7}, opset=24),
    Row("Shrink", [x], {"bias": 0.3, "lambd": 0.6}),
    *(Row(op, [floats(2, 3, 4)], opset=13) for op in ("Softmax", "LogSoftmax", "Hardmax")),
    *(Row(op, [floats(2, 3, 4)], opset=11) for op in ("Softmax", "LogSoftmax", "Hardmax")),
    *(Row(op, [floats(2, 3, 4)], {"axis": 1}) for op in ("Softmax", "LogSoftmax", "Hardmax")),
    Row("Softmax", [floats(2, 3, 4)], {"axis": 2}, opset=7),
    Row("Dropout", [x], opset=7),
    Row("Dropout", [x], {"ratio": 0.3}, opset=10),
    Row("Dropout", [x, scalar(0.4)], opset=13, outputs=2),
    Row("Clip", [x], opset=7),
    Row("Clip", [x], {"min": -0.5, "max": 0.5}, opset=10),
    Row("Clip", [x, scalar(-0.5)], opset=11),
    Row("Clip", [x, None, scalar(0.5)], opset=13),
    Row("Clip", [WHOLE, scalar(-3, np.int64), scalar(5, np.int64)], opset=12),
]

OPERANDS = [
    *(Row(op, [x, floats(4, seed=1)]) for op in ("Add", "Sub", "Mul")),
    *(Row(op, [x, scalar(0.7)]) for op in ("Add", "Sub", "Mul", "Div")),
    *(Row(op, [WHOLE, DIVISORS], given=(0, 1)) for op in ("Add", "Sub", "Mul", "Div")),
    Row("Add", [x, floats(3, 1)], opset=7, given=(0, 1)),
    Row("Div", [x, floats(4, low=0.5)]),
    Row("Pow", [positive, scalar(2.5)]),
    Row("Pow", [x, scalar(3.0)], opset=7),
    Row("Pow", [x, scalar(2, np.int64)], opset=12),
    Row("Pow", [WHOLE, scalar(2, np.int64)], opset=13),
    Row("Pow", [positive, floats(4)], given=(0, 1)),
    Row("Mod", [WHOLE, DIVISORS], given=(0, 1), opset=13),
    Row("Mod", [WHOLE, DIVISORS], {"fmod": 1}, given=(0, 1), opset=13),
    Row("Mod", [x, floats(4, low=0.5)], {"fmod": 1}, given=(0, 1), opset=13),
    *(Row(op, [x, floats(4), floats(3, 1)], given=(0, 1, 2), opset=13)
      for op in ("Sum", "Mean", "Min", "Max")),
    *(Row(op, [x]) for op in ("Sum", "Mean", "Min", "Max")),
    Row("Max", [x, scalar(0.0)], opset=8),
    *(Row(op, [TRUTHS, OTHERS], given=(0, 1)) for op in ("And", "Or", "Xor")),
    *(Row(op, [WHOLE, ints(-6, 6, 4)], opset=16)
      for op in ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")),
    Row("Greater", [x, scalar(0.1)], opset=9),
    Row("Equal", [TRUTHS, OTHERS], given=(0, 1), opset=11),
    Row("Where", [TRUTHS, floats(2, 4), floats(2, 1)], given=(0, 1)),
    Row("Where", [TRUTHS, floats(2, 4), scalar(-9.0)], given=(0, 1)),
]  # fmt: skip

ROWS = [*UNARY, *BITWISE, *CASTS, *ACTIVATIONS, *OPERANDS]
