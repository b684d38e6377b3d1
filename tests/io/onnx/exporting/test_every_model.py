"""What is exported computes in onnxruntime what it computes here: every layer and every model."""

from __future__ import annotations

import inspect

import pytest

from tests.io.onnx.exporting.table import ROWS
from tests.io.onnx.exporting.table.running import (
    exported,
    in_onnxruntime,
    in_xpnet,
    require_equal,
    session,
)
from xpnet import models, nn

#: What is not a layer by itself.
NO_LAYERS = {nn.Module, nn.ModuleList, nn.ModuleDict}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_onnxruntime_computes_the_same_for_any_number_of_rows(row, tmp_path):
    model = row.model()
    runner = session(exported(model, row.inputs(2), tmp_path, dynamic=row.dynamic))
    for n, seed in ((1, 1), (4, 2)):
        inputs = row.inputs(n, seed)
        require_equal(in_onnxruntime(runner, *inputs), in_xpnet(model, *inputs))


def test_every_layer_has_a_row():
    public = (getattr(nn, name) for name in nn.__all__)
    layers = {x for x in public if inspect.isclass(x) and issubclass(x, nn.Module)}
    tested = {type(row.make()) for row in ROWS}
    missing = layers - tested - NO_LAYERS
    assert not missing, f"add rows to tests/io/onnx/exporting/table: {missing}"


def test_every_model_has_a_row():
    public = (getattr(models, name) for name in models.__all__)
    found = {x for x in public if inspect.isclass(x) and issubclass(x, nn.Module)}
    missing = found - {type(row.make()) for row in ROWS}
    assert not missing, f"add rows to tests/io/onnx/exporting/table: {missing}"
