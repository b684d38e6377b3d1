"""``export`` itself: what it takes, what it refuses and how it says so, what it leaves behind."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.exporting.table.running import (
    exported,
    in_onnxruntime,
    in_xpnet,
    onnx,
    operators,
    require_equal,
    session,
)
from xpnet import models, nn
from xpnet.errors import ArgumentError, DTypeError, ModelFileError, ShapeError
from xpnet.io.onnx.exporting import build

X = np.random.default_rng(0).standard_normal((2, 4)).astype(np.float32)


class Forward(nn.Module):
    """A module with a weight, whose forward is a function of it and the input."""

    def __init__(self, function):
        self.weight = nn.Parameter(np.ones(4, np.float32))
        self.function = function

    def forward(self, x):
        return self.function(xn.namespace(x), x, self.weight)


class Block(nn.Module):
    """A module of a user's own, with all sorts of attributes."""

    def __init__(self):
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
        self.scales = {"first": xn.asarray([2.0]), "others": [xn.asarray([0.5]), 3]}
        self.register_buffer("shift", xn.asarray([0.25] * 4))
        self.shape = (1, 4)

    def forward(self, x):
        xp = xn.namespace(x)
        for layer in self.layers:
            x = xp.tanh(layer(x)) * self.scales["first"] + self.scales["others"][0]
        gate = 1.0 / (1.0 + xp.exp(-x @ self.layers[0].weight))
        top = xp.max(xp.abs(x), axis=-1, keepdims=True)
        normed = x / xp.where(top == 0, 1.0, top) - self.shift
        return xp.concat([normed * gate, xp.broadcast_to(xp.mean(x, axis=0), x.shape)], axis=1)


def test_a_module_written_in_the_array_api_is_exported(tmp_path, backend):
    model = Block()
    with xn.device("cpu"):
        reference = Block()
        for mine, theirs in zip(reference.parameters(), model.parameters(), strict=True):
            mine.data = np.array(xn.to_numpy(theirs.data))
    runner = session(exported(model, xn.asarray(X), tmp_path))
    for x in (X, X[:1], np.concatenate([X, X + 1])):
        require_equal(in_onnxruntime(runner, x), in_xpnet(reference, x))


@pytest.mark.parametrize("kind", [models.LeNet5, lambda: nn.LSTM(28, 8, 2, bidirectional=True)])
def test_a_model_gives_the_same_file_wherever_it_is(kind, tmp_path, backend):
    xn.manual_seed(0)
    model = kind()
    shape = (1, 1, 28, 28) if isinstance(model, models.LeNet5) else (3, 2, 28)
    example = np.zeros(shape, np.float32)
    found = exported(model, xn.asarray(example), tmp_path)
    expected = exported(model.to("cpu"), example, tmp_path)
    assert found.SerializeToString() == expected.SerializeToString()


def test_the_model_and_the_libraries_stay_as_they_were(tmp_path):
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    seen = []
    model.register_forward_hook(lambda *given: seen.append(given))
    nn.functional.mse_loss(model(X), np.zeros((2, 3), np.float32)).backward()
    before = {k: (v, v.copy()) for k, v in model.state_dict().items()}
    gradient, calls = model[0].weight.grad, len(seen)
    names = [info.name for info in xn.devices()]
    exported(model, X, tmp_path)
    assert model.training
    assert model[0].weight.grad is gradient
    assert len(seen) == calls
    for name, array in model.state_dict().items():
        kept, copied = before[name]
        assert array is kept
        np.testing.assert_array_equal(array, copied)
    assert [info.name for info in xn.devices()] == names
    assert "forward" not in model.__dict__


def test_dropout_and_batch_norm_are_those_of_evaluation(tmp_path):
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2)).train()
    assert operators(exported(model, X, tmp_path)) == ["BatchNormalization", "Gemm"]


FLOAT64 = {
    "MLP": (lambda: models.MLP(4, (5,), 3), (2, 4)),
    "attention": (lambda: nn.MultiheadAttention(4, 2, batch_first=True), (2, 3, 4)),
    "unrolled LSTM": (lambda: nn.LSTM(4, 3, batch_first=True), (2, 3, 4)),
    "unrolled GRU": (lambda: nn.GRU(4, 3, batch_first=True), (2, 3, 4)),
    "layer_norm": (lambda: nn.LayerNorm(4), (2, 4)),
    "softplus": (lambda: nn.Sequential(nn.Softplus(), nn.Linear(4, 4), nn.Sigmoid()), (2, 4)),
    "max_pool": (lambda: nn.MaxPool2d(3, 2, 1), (2, 3, 8, 8)),
    "upsample": (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (2, 3, 4, 4)),
}


@pytest.mark.parametrize("name", FLOAT64)
def test_double_precision_is_kept(name, tmp_path):
    make, shape = FLOAT64[name]
    model = make().to(dtype="float64")
    rng = np.random.default_rng(0)
    # optimized, it scales products by a number in single precision
    runner = session(exported(model, rng.standard_normal(shape), tmp_path), optimized=False)
    x = rng.standard_normal((5, *shape[1:]))
    found, expected = in_onnxruntime(runner, x), in_xpnet(model, x)
    assert {array.dtype for array in found} == {np.dtype("float64")}
    require_equal(found, expected, 1e-12)


def test_models_are_exported_by_several_threads_at_once(tmp_path):
    found = {}

    def work(i):
        folder = tmp_path / str(i)
        folder.mkdir()
        found[i] = operators(exported(nn.Sequential(*[nn.ReLU()] * (i + 1)), X, folder))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: ["Relu"] * (i + 1) for i in range(4)}


# ---- what is refused -----------------------------------------------------------------------------

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
        exported(Forward(function), X, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_parameters_may_decide(tmp_path):
    model = Forward(lambda xp, x, w: x * float(xp.sum(w)) if xp.max(w) > 0 else x)
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
        exported(Forward(function), X, tmp_path)


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
        (nn.ReLU(), X.astype(complex), DTypeError, "example must hold real numbers or truth v"),
    ],
    ids=["function", "list", "nothing", "no rows", "complex"],
)
def test_what_is_no_model_or_example_is_refused(model, example, error, message, tmp_path):
    with pytest.raises(error, match=f"^export: {message}"):
        exported(model, example, tmp_path)


def test_errors_of_the_model_itself_come_through(tmp_path):
    with pytest.raises(ShapeError, match=r"^linear: x must be \(N, 5\), got"):
        exported(nn.Linear(5, 2), X, tmp_path)


def test_more_than_two_gigabytes_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "LARGEST", 10)
    with pytest.raises(
        ArgumentError, match=r"^export: the parameters must be less than 2 GB .*got 0"
    ):
        exported(nn.Linear(4, 2), X, tmp_path)


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "onnx" else found(name, *a)
    )
    with pytest.raises(ArgumentError, match=r"got none; pip install 'xpnet\[onnx\]'$"):
        exported(nn.ReLU(), X, tmp_path)


def test_a_file_that_fails_its_check_is_not_written(monkeypatch, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"before")

    def fails(*args, **kwargs):
        raise onnx.checker.ValidationError("no such thing")

    monkeypatch.setattr(onnx.checker, "check_model", fails)
    with pytest.raises(ArgumentError, match="must pass the checker of ONNX, got: no such thing"):
        xn.io.onnx.export(nn.ReLU(), X, path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"before"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"^export: path must be in an existing folder"):
        xn.io.onnx.export(nn.ReLU(), X, tmp_path / "nowhere" / "model.onnx")


def test_a_symbol_that_was_kept_is_of_no_use_afterwards(tmp_path):
    kept = []
    exported(Forward(lambda xp, x, w: kept.append(xn.backend.unwrap(x)) or x * 2.0), X, tmp_path)
    with pytest.raises(ArgumentError, match=r"^export: arrays of a model that is being exported"):
        kept[0] + 1.0


def test_importing_xpnet_does_not_import_onnx():
    code = "import sys, xpnet; xpnet.io.onnx.export; print('onnx' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
