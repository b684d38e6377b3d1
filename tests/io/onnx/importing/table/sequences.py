"""Rows of recurrent layers."""

from __future__ import annotations

import numpy as np

from .row import Row, floats

T, N, D, H = 5, 3, 4, 2
x = floats(T, N, D)
lengths = np.asarray([5, 3, 1], np.int32)


def weights(gates: int, directions: int = 1) -> list[np.ndarray]:
    return [
        floats(directions, gates * H, D, seed=1),
        floats(directions, gates * H, H, seed=2),
        floats(directions, 2 * gates * H, seed=3),
    ]


def states(directions: int, count: int = 1) -> list[np.ndarray]:
    return [floats(directions, N, H, seed=4 + i) for i in range(count)]


def rows(op: str, gates: int, carried: int, opset: int, **attributes: int) -> list[Row]:
    size = {"hidden_size": H, **attributes}
    both = {**size, "direction": "bidirectional"}
    outputs = 1 + carried
    return [
        Row(op, [x, *weights(gates)], size, opset=opset, outputs=outputs),
        Row(op, [x, *weights(gates)[:2]], size, opset=7, outputs=outputs),
        Row(op, [x, *weights(gates)], {**size, "direction": "reverse"}, opset, outputs=outputs),
        Row(op, [x, *weights(gates, 2), None, *states(2, carried)], both, opset, outputs=outputs),
    ]


SIZE = {"hidden_size": H}
ROWS = [
    *rows("LSTM", 4, 2, 14),
    *rows("RNN", 1, 1, 14),
    *rows("GRU", 3, 1, 14, linear_before_reset=1),
    *rows("GRU", 3, 1, 14),
    Row("LSTM", [x, *weights(4), lengths], SIZE, outputs=3),
    Row("LSTM", [x, *weights(4, 2), lengths], {**SIZE, "direction": "bidirectional"}, outputs=3),
    Row("GRU", [x, *weights(3), lengths], {**SIZE, "linear_before_reset": 1}, outputs=2),
    Row("RNN", [x, *weights(1)], {**SIZE, "activations": ["Relu"]}, outputs=2),
]
