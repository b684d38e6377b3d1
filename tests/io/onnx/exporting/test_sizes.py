"""Graphs for inputs of any size: what follows it, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.exporting.table.running import (
    Forward,
    exported,
    in_onnxruntime,
    in_xpnet,
    numbers,
    operators,
    require_equal,
    session,
)
from xpnet import nn
from xpnet.errors import ArgumentError, ShapeError
from xpnet.io.onnx.exporting.sizes import Formula, explain


def require_any_size(function, folder, shapes, dynamic=None, sizes=((1, 4), (6, 7))):
    """Export with one shape, and run with others: N and T stand in `shapes`."""
    model = Forward(function)

    def inputs(n, t):
        return [numbers(*({"N": n, "T": t}.get(k, k) for k in shape)) for shape in shapes]

    proto = exported(model, tuple(inputs(3, 5)), folder, dynamic=dynamic)
    runner = session(proto)
    for n, t in sizes:
        given = inputs(n, t)
        require_equal(in_onnxruntime(runner, *given), in_xpnet(model, *given))
    return proto


ROWS = {
    "rows joined": lambda xp, x: xp.reshape(x, (-1,)),
    "rows and columns joined": lambda xp, x: xp.reshape(x, (x.shape[0] * 2, 6)),
    "two lengths from the batch": lambda xp, x: xp.reshape(xp.concat([x, x]), (2, x.shape[0], 12)),
    "rows last": lambda xp, x: xp.reshape(xp.permute_dims(x, (1, 2, 0)), (12, x.shape[0])),
    "rows by rows": lambda xp, x: xp.reshape(x[:, 0, :] @ x[:, 0, :].mT, (1, x.shape[0], -1, 1)),
    "two new lengths": lambda xp, x: (
        xp.reshape(x, (2 * x.shape[0], 2, -1)) * xp.ones((2 * x.shape[0], 1, 3))
    ),
    "zeros": lambda xp, x: xp.concat([xp.zeros((x.shape[0], 1)), x[:, 0, :]], axis=1),
    "numbers": lambda xp, x: xp.arange(x.shape[0]) + xp.astype(x[:, 0, 0], xp.int64),
    "numbers in steps": lambda xp, x: xp.arange(1.0, 2.0 * x.shape[0], 2.0) * x[:, 0, 0],
    "eye": lambda xp, x: xp.matmul(xp.eye(x.shape[0]), x[:, 0, :]),
    "spread": lambda xp, x: xp.broadcast_to(x[0, 0, :], (x.shape[0], 3, 4)),
    "last row": lambda xp, x: x[x.shape[0] - 1, ...],
    "all but the last row": lambda xp, x: x[: x.shape[0] - 1, ...],
    "half": lambda xp, x: xp.concat([x, x])[x.shape[0] :, ...],
    "repeated": lambda xp, x: xp.tile(x, (x.shape[0], 1, 1)),
    "sorted rows": lambda xp, x: xp.sort(x, axis=0),
    "divided by the rows": lambda xp, x: xp.sum(x, axis=0) / x.shape[0],
    "deviations": lambda xp, x: xp.std(xp.concat([x, x + 1]), axis=0, correction=1),
    "a table of the host": lambda xp, x: x[:, 0, :] + xn.asarray(np.ones((x.shape[0], 4)) * 2.5),
    "only zeros": lambda xp, x: xp.zeros((2, x.shape[0])),
    "its shape": lambda xp, x: xp.asarray(x.shape),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_depends_on_the_number_of_rows_follows_it(name, tmp_path):
    require_any_size(ROWS[name], tmp_path, [("N", 3, 4)])


BOTH = {
    "all joined": lambda xp, x: xp.reshape(x, (-1, 4)),
    "both kept": lambda xp, x: xp.reshape(x, (*x.shape[:2], 2, 2)),
    "exchanged": lambda xp, x: xp.reshape(xp.permute_dims(x, (1, 0, 2)), (x.shape[1], -1)),
    "heads": lambda xp, x: xp.reshape(x[:, :, None, :] * xp.ones((2, 1)), (x.shape[0], -1, 8)),
    "positions": lambda xp, x: x + xp.arange(x.shape[1], dtype=x.dtype)[:, None],
    "later": lambda xp, x: xp.where(
        xp.arange(x.shape[1])[:, None] > xp.arange(x.shape[1]), xp.matmul(x, x.mT), 0.0
    ),
    "last step": lambda xp, x: x[:, x.shape[1] - 1, :],
    "differences": lambda xp, x: xp.diff(x, axis=1),
    "backwards": lambda xp, x: xp.flip(x, axis=1),
    "states": lambda xp, x: xp.zeros((1, x.shape[0], 4)) + x[:, -1, :],
    "all numbers": lambda xp, x: xp.arange(x.shape[0] * x.shape[1]) + 0,
}


@pytest.mark.parametrize("name", BOTH)
def test_rows_and_steps_are_followed_together(name, tmp_path):
    open_axes = {"x_0": {0: "batch", 1: "time"}}
    proto = require_any_size(BOTH[name], tmp_path, [("N", "T", 4)], open_axes)
    dims = proto.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param for d in dims] == ["batch", "time", ""]


def test_inputs_share_the_batch_and_others_keep_their_size(tmp_path):
    def function(xp, x, table, y):
        return xp.matmul(x, table) + y

    proto = require_any_size(function, tmp_path, [("N", 4), (4, 2), ("N", 2)])
    first = [one.type.tensor_type.shape.dim[0] for one in proto.graph.input]
    assert [d.dim_param or d.dim_value for d in first] == ["batch", 4, "batch"]


def test_other_lengths_are_told_by_formulas_in_the_output(tmp_path):
    proto = exported(Forward(lambda xp, x: xp.reshape(x, (-1,))[1:]), numbers(2, 3), tmp_path)
    assert proto.graph.output[0].type.tensor_type.shape.dim[0].dim_param == "3*batch-1"


def test_without_a_dynamic_batch_the_shape_is_that_of_the_example(tmp_path):
    model = Forward(lambda xp, x: xp.concat([x[i : i + 1, :] * i for i in range(x.shape[0])]))
    proto = exported(model, numbers(3, 2), tmp_path, dynamic_batch=False)
    dims = proto.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_value for d in dims] == [3, 2]
    x = numbers(3, 2)
    require_equal(in_onnxruntime(session(proto), x), in_xpnet(model, x))


def test_an_input_without_axes_is_no_batch(tmp_path):
    model = Forward(lambda xp, x: x * 2.0)
    proto = exported(model, np.asarray(1.5, np.float32), tmp_path)
    assert operators(proto) == ["Mul"]


LOOP = r"must not depend on the size of 'batch', got .*dynamic_batch=False$"


def test_a_loop_over_the_rows_is_refused(tmp_path):
    model = Forward(lambda xp, x: xp.concat([x[i : i + 1, :] * 2.0 for i in range(x.shape[0])]))
    with pytest.raises(ArgumentError, match=LOOP):
        exported(model, numbers(3, 2), tmp_path)


def test_a_layer_with_time_first_is_told_where_the_rows_are(tmp_path):
    lstm = nn.LSTM(3, 4, proj_size=2)
    with pytest.raises(
        ArgumentError, match=r"\(dynamic=\{'x': \{1: 'batch'\}\}\), or fix the size"
    ):
        exported(lstm, numbers(5, 2, 3), tmp_path)


def test_more_operators_for_more_rows_are_refused(tmp_path):
    def function(xp, x):
        for _ in range(x.shape[0]):
            x = x * 2.0
        return x

    with pytest.raises(ArgumentError, match=LOOP):
        exported(Forward(function), numbers(3, 2), tmp_path)


def test_results_that_depend_on_the_rows_are_refused(tmp_path):
    with pytest.raises(
        ArgumentError, match=r"got another number of results at .*dynamic_batch=False"
    ):
        exported(Forward(lambda xp, x: (x,) * x.shape[0]), numbers(3, 2), tmp_path)


def test_another_axis_for_other_sizes_is_refused(tmp_path):
    model = Forward(lambda xp, x: xp.concat([x, x], axis=x.shape[0] % 2))
    with pytest.raises(ArgumentError, match=r"got Concat in 'the model' with other attributes"):
        exported(model, numbers(3, 2), tmp_path)


def test_numbers_without_a_formula_are_refused(tmp_path):
    squares = Forward(lambda xp, x: x * float(x.shape[0] ** 2))
    with pytest.raises(
        ArgumentError, match=r"got the numbers 4.0 and 9.0 \(and .*follow no formula"
    ):
        exported(squares, numbers(3, 2), tmp_path)
    host = Forward(lambda xp, x: x + xn.asarray(np.sin(np.arange(x.shape[0]))[:, None]))
    with pytest.raises(
        ArgumentError, match=r"constants \(2, 1\) and \(3, 1\) whose numbers follow"
    ):
        exported(host, numbers(3, 2), tmp_path)


def test_positions_that_are_computed_on_the_host_keep_their_length(tmp_path):
    with pytest.raises(ArgumentError, match=r"whose numbers follow no formula for Add in"):
        axes = {"x": {0: "batch", 1: "time"}}
        exported(nn.SinusoidalPositions(4), numbers(2, 5, 4), tmp_path, dynamic=axes)


@pytest.mark.parametrize(
    ("dynamic", "error", "match"),
    [
        (
            {"y": {0: "batch"}},
            ArgumentError,
            r"dynamic must name inputs, got 'y'; they are \['x'\]",
        ),
        ({"x": ["batch"]}, ArgumentError, r"dynamic must give names to axes of inputs, got"),
        ({"x": {0: ""}}, ArgumentError, r"write dynamic=\{'x': \{0: 'batch', 1: 'time'\}\}"),
        (
            {"x": {2: "time"}},
            ShapeError,
            r"dynamic must name axes of 'x', got 2 for shape \(3, 2\)",
        ),
        (
            {"x": {0: "n", 1: "n"}},
            ShapeError,
            r"axes called 'n' must have one length .* got \[2, 3\]",
        ),
    ],
)
def test_axes_that_are_not_there_are_refused(dynamic, error, match, tmp_path):
    with pytest.raises(error, match=match):
        exported(nn.ReLU(), numbers(3, 2), tmp_path, dynamic=dynamic)


def test_formulas_are_found_for_several_sizes():
    runs = [{"n": 2, "t": 5}, {"n": 3, "t": 5}, {"n": 2, "t": 10}, {"n": 5, "t": 15}]
    for formula in (
        Formula(4),
        Formula(3, ("n",)),
        Formula(1, ("t",), -1),
        Formula(2, ("n", "t")),
        Formula(2, ("n",), 3),
    ):
        assert explain([formula.at(run) for run in runs], runs) == formula
    assert explain([run["n"] + run["t"] for run in runs], runs) is None
    assert explain([run["t"] // 2 for run in runs], runs) is None
