"""Each operator gives what onnxruntime gives, on every backend; one table drives it all."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.importing.table import ROWS
from xpnet import nn
from xpnet.backend import shares_home
from xpnet.io.onnx.importing import OPERATORS
from xpnet.testing import gradcheck

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

NUMBERS = {op: [i for i, row in enumerate(ROWS) if row.op == op] for op in OPERATORS}

# elsewhere, where the same arithmetic runs, the first row of an operator is enough
EVERY_ROW = ("numpy", "strict-device1", "torch", "cupy")


@contextmanager
def named(row):
    """Say which row it was that failed."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in the row {row}")
        raise


@cache
def expected(number):
    row = ROWS[number]
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    session = runtime.InferenceSession(row.model().SerializeToString(), options)
    names = [value.name for value in session.get_inputs()]
    return session.run(None, dict(zip(names, row.arrays(), strict=True)))


def test_every_operator_has_a_row():
    missing = set(OPERATORS) - {row.op for row in ROWS}
    assert not missing, f"add rows to tests/io/onnx/importing/table: {sorted(missing)}"


@pytest.mark.parametrize("op", NUMBERS)
def test_an_operator_gives_what_onnxruntime_gives(op, backend, imported, outputs_of):
    numbers = NUMBERS[op] if backend.name in EVERY_ROW else NUMBERS[op][:1]
    for number in numbers:
        row = ROWS[number]
        with named(row):
            given = [backend.asarray(x) for x in row.arrays()]
            found = outputs_of(imported(row.model()), *given)
            assert len(found) == row.outputs
            for y, wanted in zip(found, expected(number), strict=True):
                assert shares_home(y, given[0])
                y = xn.to_numpy(y)
                assert y.dtype == wanted.dtype
                assert y.shape == wanted.shape
                np.testing.assert_allclose(y, wanted, rtol=1e-5, atol=1e-5)
            for x, unchanged in zip(given, row.arrays(), strict=True):
                np.testing.assert_array_equal(xn.to_numpy(x), unchanged)


@pytest.mark.parametrize("op", NUMBERS)
def test_a_model_in_float64_computes_in_float64(op, imported, outputs_of):
    for number in NUMBERS[op]:
        row = ROWS[number]
        if not all(x.dtype == np.float32 for x in row.arrays()):
            continue
        with named(row):
            model = imported(row.model()).to(dtype="float64")
            found = outputs_of(model, *(x.astype(np.float64) for x in row.arrays()))
            for y, wanted in zip(map(xn.to_numpy, found), expected(number), strict=True):
                if wanted.dtype == np.float32 and row.op not in ("Range", "EyeLike"):
                    assert y.dtype == np.float64
                np.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-4)


DIFFERENTIABLE = [
    "Conv", "ConvTranspose", "AveragePool", "BatchNormalization", "LayerNormalization", "LSTM",
    "GRU", "RNN", "Gemm", "MatMul", "Einsum", "Resize", "Gather", "GatherND", "Pad", "Slice",
    "ReduceLogSumExp", "LRN", "PRelu", "Gelu", "ai.onnx.ml.LinearRegressor", "DepthToSpace",
    "LpPool", "Split", "ScatterND", "ScatterElements", "DequantizeLinear",
]  # fmt: skip


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_gradients_are_right(op, imported):
    rows = [r for r in ROWS if r.op == op and all(r.inputs[i].dtype.kind == "f" for i in r.given)]
    for row in rows[:3]:
        model = imported(row.model()).eval().to(dtype="float64")
        inputs = [x.astype(np.float64) for x in row.arrays()]
        parameters = [p.data for p in model.parameters()]

        def loss(*values, model=model, inputs=inputs):
            given, weights = values[: len(inputs)], values[len(inputs) :]
            for (owner, name), weight in zip(_places(model), weights, strict=True):
                setattr(owner, name, weight)
            found = model(*given)
            first = found[0] if isinstance(found, tuple) else found
            return xn.namespace(first).sum(first * first)

        gradcheck(loss, *inputs, *parameters)


def _places(model):
    """The owners and names of the parameters, in their order, found once."""
    if not hasattr(model, "places_in_order"):
        places = [
            (module, name)
            for module in model.modules()
            for name, value in module.__dict__.items()
            if isinstance(value, nn.Parameter)
        ]
        model.places_in_order = lambda: places
    return model.places_in_order()
