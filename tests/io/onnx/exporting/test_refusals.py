"""What cannot be exported, and how that is said."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.exporting.table.running import Weighted, exported
from xpnet import nn
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.io.onnx.exporting import build

X = np.random.default_rng(0).standard_normal((2, 4)).astype(np.float32)


DEPENDS = r"^export: the graph must not depend on the numbers of the input, got {} of an array "

REFUSED = {
    "bool": (lambda xp, x, w: x if xp.sum(x) > 0 else -x, DEPENDS.format(r"bool\(\)")),
    "float": (lambda xp, x, w: x * float(xp.max(x)), DEPENDS.format(r"float\(\)")),
    "int": (lambda xp, x, w: x[: int(xp.argmax(x)), :], DEPENDS.format(r"int\(\)")),
    "index": (lambda xp, x, w: [1, 2][xp.argmax(x)] * x, DEPENDS.format("an index")),
    "item": (lambda xp, x, w: x * xp.max(x).item(), DEPENDS.format("the numbers")),
    "to_numpy": (lambda xp, x, w: xn.to_numpy(x), DEPENDS.format("the numbers")),
    "mask": (lambda xp, x, w: x[x > 0], DEPENDS.format("the places of a mask")),
    "number": (lambda xp, x, w: 3.0, "^export: the model must return arrays, got float; return"),
    "svd": (lambda xp, x, w: xp.linalg.svd(x)[1], r"got xp\.linalg\.svd; compute it outside"),
    "foreign": (
        lambda xp, x, w: x * np.ones(4, np.float32),
        r"^export: arrays that forward uses must belong to the model, .*register_buffer\(name",
    ),
    "scattered indices": (
        lambda xp, x, w: x[None, ...][np.asarray([0]), :, np.asarray([1])],
        "^export: index arrays must stand side by side, got other indices between them; pick",
    ),
    "a true index": (
        lambda xp, x, w: x[True],
        "^export: an index must be numbers, slices or arrays, got True; write xp.where",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_graph_cannot_hold_is_refused(name, tmp_path):
    function, message = REFUSED[name]
    with pytest.raises(ArgumentError, match=message):
        exported(Weighted(function), X, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_parameters_may_decide(tmp_path):
    model = Weighted(lambda xp, x, w: x * float(xp.sum(w)) if xp.max(w) > 0 else x)
    proto = exported(model, X, tmp_path)
    assert [one.name for one in proto.graph.initializer] == ["float32:4.0"]


def test_writing_to_what_is_picked_by_numbers_is_refused(tmp_path):
    def function(xp, x, w):
        y = xp.asarray(x, copy=True)
        y[:, np.asarray([0, 1])] = 0.0
        return y

    with pytest.raises(
        ArgumentError, match=r"^export: what is written to must be picked by numbers"
    ):
        exported(Weighted(function), X, tmp_path)


ARGUMENTS = [
    ({"opset": 17}, "opset must be an integer from 18 to 22, got 17; the default is 20"),
    ({"opset": True}, "opset must be an integer from 18 to 22, got True"),
    ({"dynamic_batch": "yes"}, "dynamic_batch must be True or False, got 'yes'"),
    ({"input_names": ["a", "b"]}, r"input_names must be 1 names, got \['a', 'b'\]; without it"),
    ({"output_names": []}, r"output_names must be 1 names, got \[\]; without it they are"),
    ({"output_names": [""]}, r"output_names must be 1 names, got \[''\]"),
    ({"input_names": ["output"]}, "names of inputs and outputs must differ, got 'output' twice"),
]


@pytest.mark.parametrize(("options", "message"), ARGUMENTS)
def test_arguments_that_make_no_sense_are_refused(options, message, tmp_path):
    with pytest.raises(ArgumentError, match=f"^export: {message}"):
        exported(nn.ReLU(), X, tmp_path, **options)


@pytest.mark.parametrize(
    ("model", "example", "error", "message"),
    [
        (np.sin, X, ArgumentError, "model must be an nn.Module, got ufunc; of an estimator take"),
        (nn.ReLU(), [1.0, 2.0], DTypeError, "example must be an array or a tuple of arrays, got f"),
        (nn.ReLU(), (), ArgumentError, r"example must be an array or a tuple of arrays, got \(\)"),
        (
            nn.ReLU(),
            X[:0],
            ShapeError,
            "example must have at least one row, got 0; any row will do",
        ),
        (
            nn.ReLU(),
            X.astype(complex),
            DTypeError,
            "arrays must hold float16, .* got complex128 in 'x'; convert",
        ),
    ],
    ids=["function", "list", "nothing", "no rows", "complex"],
)
def test_what_is_no_model_or_example_is_refused(model, example, error, message, tmp_path):
    with pytest.raises(error, match=f"^export: {message}"):
        exported(model, example, tmp_path)


def test_numbers_that_numpy_does_not_compute_with_are_refused(tmp_path):
    pytest.importorskip("torch")
    with xn.device("torch:cpu"):
        model = nn.Sequential(nn.Linear(4, 2)).to(dtype="bfloat16")
    with pytest.raises(DTypeError, match=r"got bfloat16 in '0.weight'; convert the model with mod"):
        exported(model, X, tmp_path)


def test_errors_of_the_model_itself_come_through(tmp_path):
    with pytest.raises(ShapeError, match=r"^linear: x must be \(N, 5\), got"):
        exported(nn.Linear(5, 2), X, tmp_path)


def test_more_than_two_gigabytes_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "LARGEST", 10)
    with pytest.raises(
        ArgumentError, match=r"^export: the parameters must be less than 2 GB .*got 0"
    ):
        exported(nn.Linear(4, 2), X, tmp_path)
