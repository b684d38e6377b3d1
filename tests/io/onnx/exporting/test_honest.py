"""No file computes something else than its model: at any size, for random numbers, for ties."""

from __future__ import annotations

import re

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
from xpnet.errors import ArgumentError
from xpnet.io.onnx import import_onnx


class Padded(nn.Module):
    """Pads images to a multiple, as networks for segmentation do."""

    def __init__(self, multiple):
        self.c = nn.Conv2d(1, 2, 3, padding=1)
        self.multiple = multiple

    def forward(self, x):
        h, w = x.shape[2:]
        wider = nn.ReflectionPad2d((0, -w % self.multiple, 0, -h % self.multiple))
        return self.c(wider(x))[:, :, :h, :w]


IMAGES = {"x": {0: "batch", 2: "h", 3: "w"}}


@pytest.mark.parametrize(("multiple", "length"), [(16, 64), (2, 8), (4, 12)])
def test_padding_to_a_multiple_is_refused(multiple, length, tmp_path):
    with pytest.raises(ArgumentError, match=r"size of 'h', got .* leave 'h' out of dynamic$"):
        exported(Padded(multiple), numbers(1, 1, length, length), tmp_path, dynamic=IMAGES)
    assert not list(tmp_path.iterdir())


def test_padding_is_exported_for_one_size(tmp_path):
    model, x = Padded(16), numbers(3, 1, 50, 70)
    runner = session(exported(model, x[:1], tmp_path))
    require_equal(in_onnxruntime(runner, x), in_xpnet(model, x))


def windows(xp, x):
    b, c, h, w = x.shape
    return xp.reshape(x, (b, c, h // 2, 2, w // 2, 2))


PARTS = {
    "another factor for one row": (lambda xp, x: x * (3 if x.shape[0] == 1 else 2), 1),
    "that, with two rows": (lambda xp, x: x * (3 if x.shape[0] == 1 else 2), 2),
    "squeezed if there is one": (
        lambda xp, x: xp.squeeze(x, axis=0) if x.shape[0] == 1 else x * 1.0,
        1,
    ),
    "the example's own": (lambda xp, x: x * (3 if x.shape[0] == 64 else 2), 64),
    "at least": (lambda xp, x: x * max(x.shape[0], 20), 64),
    "at most": (lambda xp, x: x * min(x.shape[0], 100), 3),
    "a part": (lambda xp, x: x * (x.shape[0] // 32), 64),
    "less, at least": (lambda xp, x: x * max(1, x.shape[0] - 10), 4),
    "many": (lambda xp, x: x * 2.0 if x.shape[0] > 100 else x, 4),
}


@pytest.mark.parametrize("name", PARTS)
def test_what_is_decided_by_the_number_of_rows_is_refused(name, tmp_path):
    function, rows = PARTS[name]
    with pytest.raises(ArgumentError, match=r"^export: .* size of 'batch', got .*=False$"):
        exported(Forward(function), numbers(rows, 6), tmp_path)


LENGTHS = {
    "half": lambda xp, x: x * (x.shape[1] // 2),
    "odd or even": lambda xp, x: x * (2 if x.shape[1] % 2 else 3),
    "at least": lambda xp, x: x * max(x.shape[1], 20),
    "at most": lambda xp, x: x * min(x.shape[1], 100),
}


@pytest.mark.parametrize("name", LENGTHS)
@pytest.mark.parametrize("symbol", ["time", "batch"])
def test_what_is_decided_by_another_length_is_refused(name, symbol, tmp_path):
    with pytest.raises(ArgumentError, match=rf" size of '{symbol}', got .*leave '{symbol}' out"):
        exported(Forward(LENGTHS[name]), numbers(2, 32), tmp_path, dynamic={"x_0": {1: symbol}})


def test_the_first_refusal_is_told(tmp_path):
    axes = {"x_0": IMAGES["x"]}
    with pytest.raises(ArgumentError, match=r"the numbers 4 and 8 .*parts of a size, as n // 2"):
        exported(Forward(windows), numbers(1, 2, 8, 8), tmp_path, dynamic=axes)


def test_a_model_that_needs_some_rows_is_exported_for_them(tmp_path):
    model = Forward(lambda xp, x: x[3, :] + x)
    runner = session(exported(model, numbers(4, 2), tmp_path))
    require_equal(in_onnxruntime(runner, numbers(6, 2)), in_xpnet(model, numbers(6, 2)))


def test_the_batch_stays_open_beside_another_axis(tmp_path):
    model = nn.Linear(3, 2)
    proto = exported(model, numbers(1, 4, 3), tmp_path, dynamic={"x": {1: "time"}})
    shape = proto.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in shape] == ["batch", "time", 3]
    proto = exported(
        model, numbers(1, 4, 3), tmp_path, dynamic={"x": {1: "time"}}, dynamic_batch=False
    )
    shape = proto.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in shape] == [1, "time", 3]


def test_how_to_close_the_batch_is_told_where_another_axis_is_named(tmp_path):
    with pytest.raises(ArgumentError, match=r"sizes, or give dynamic_batch=False$"):
        exported(
            Forward(lambda xp, x: x * (x.shape[0] // 2)),
            numbers(2, 4),
            tmp_path,
            dynamic={"x_0": {1: "time"}},
        )


ERRORS = {
    "index": (lambda xp, x: [1.0][x.shape[1]] * x, "run on the example, got IndexError: list"),
    "value": (lambda xp, x: xp.squeeze(x, axis=1), "run on the example, got ValueError: cannot"),
    "rows": (lambda xp, x: x @ x, "other sizes than the example's, got ValueError: .*batch = 2;"),
    "nothing": (lambda xp, x: None, "must return arrays, got None; return"),
    "nothing in a tuple": (lambda xp, x: (x, None), "must return arrays, got None; return"),
    "random": (lambda xp, x: nn.functional.dropout(x, 0.5), "one that draws random numbers; draw"),
    "a number of NumPy": (lambda xp, x: x * np.float32(2), r"as one of Python \(2\.0\) \(multiply"),
    "complex": (lambda xp, x: x * 1j, "run on the example, got TypeError: unsupported operand"),
}


@pytest.mark.parametrize(
    ("name", "dynamic_batch"),
    [(n, True) for n in ERRORS] + [(n, False) for n in ERRORS if n != "rows"],
)
def test_what_goes_wrong_in_the_model_is_told(name, dynamic_batch, tmp_path):
    function, message = ERRORS[name]
    with pytest.raises(ArgumentError, match=f"^export: .*{message}") as caught:
        exported(Forward(function), numbers(6, 6), tmp_path, dynamic_batch=dynamic_batch)
    assert "move them first" not in str(caught.value)
    if " got " in message and "Error:" in message:
        assert type(caught.value.__cause__).__name__ == re.search(r"(\w+Error):", message)[1]


def test_random_numbers_of_the_program_stay_as_they_were(tmp_path):
    before = xn.backend.random.get_state()
    with pytest.raises(ArgumentError, match="draws random numbers"):
        exported(Forward(ERRORS["random"][0]), numbers(2, 3), tmp_path)
    assert xn.backend.random.get_state() == before


def test_an_operator_that_is_not_there_for_a_data_type_is_named(tmp_path):
    with pytest.raises(ArgumentError, match="which has no Neg for uint8, got one in 'the model'"):
        exported(Forward(lambda xp, x: -x), np.ones((2, 3), np.uint8), tmp_path)


def test_a_row_is_written_to(tmp_path):
    def function(xp, x):
        y = xp.asarray(x, copy=True)
        y[0, :] = 1.0
        y[-1, 1] = 2.0
        return y

    model = Forward(function)
    runner = session(exported(model, numbers(3, 4), tmp_path))
    for n in (1, 5):
        require_equal(in_onnxruntime(runner, numbers(n, 4)), in_xpnet(model, numbers(n, 4)))


@pytest.mark.parametrize("count", [1, 2])
def test_tied_weights_stay_one(count, tmp_path):
    table = nn.Embedding(11, 4)
    heads = [nn.Linear(4, 11, bias=False) for _ in range(count)]
    for head in heads:
        head.weight = table.weight

    class Tied(nn.Module):
        def __init__(self):
            self.table, self.heads = table, nn.ModuleList(heads)

        def forward(self, x):
            y = self.table(x)
            return tuple(head(y) for head in self.heads)

    x = np.arange(6).reshape(2, 3)
    proto = exported(Tied(), x, tmp_path)
    assert [one.name for one in proto.graph.initializer] == ["table.weight"]
    assert operators(proto).count("Transpose") == 1
    require_equal(in_onnxruntime(session(proto), x), in_xpnet(Tied(), x))
    model = import_onnx(tmp_path / "model.onnx")
    assert [p.shape for p in model.parameters()] == [(11, 4)]
    require_equal(in_xpnet(model, x), in_xpnet(Tied(), x))
