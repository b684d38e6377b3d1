"""What the tests of ONNX import share."""

from __future__ import annotations

import pytest

import xpnet as xn
from xpnet.backend import unwrap
from xpnet.io.onnx import import_onnx


@pytest.fixture
def imported(tmp_path):
    """Write a ModelProto to a file, and import it."""

    def write_and_import(model, device=None):
        path = tmp_path / "model.onnx"
        path.write_bytes(model.SerializeToString())
        return import_onnx(path, device=device)

    return write_and_import


@pytest.fixture
def outputs_of():
    """Compute a model without a tape, and give all its outputs as a list of bare arrays."""

    def compute(model, *inputs):
        with xn.no_grad():
            found = model.eval()(*inputs)
        return [unwrap(y) for y in (found if isinstance(found, tuple) else (found,))]

    return compute
