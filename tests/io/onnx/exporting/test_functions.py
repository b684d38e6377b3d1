"""Each function of the array API standard, in onnxruntime; or a clear refusal."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.exporting.table.functions import BESIDES, ROWS
from tests.io.onnx.exporting.table.running import (
    exported,
    in_onnxruntime,
    in_xpnet,
    require_equal,
    session,
)
from xpnet import nn
from xpnet.autograd.composed import COMPOSED
from xpnet.autograd.standard import SIGNATURES
from xpnet.errors import ArgumentError
from xpnet.io.onnx.exporting.exported import functions  # registers them
from xpnet.io.onnx.exporting.namespace import FACTS, STANDARD

assert functions


class Function(nn.Module):
    """A forward that is a function of the namespace and the inputs."""

    def __init__(self, function):
        self.function = function

    def forward(self, *inputs):
        return self.function(xn.namespace(*inputs), *inputs)


def inputs_for(function, n, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 3, 4)).astype(np.float32)
    known = {
        "x": x,
        "p": rng.uniform(0.1, 0.9, (n, 3, 4)).astype(np.float32),
        "i": rng.integers(0, 3, (n, 3)),
        "b": rng.random((n, 3)) > 0.5,
    }
    names = [name for name in inspect.signature(function).parameters if name in known]
    return tuple(known[name] for name in names)


def require_same(function, folder):
    model = Function(function)
    runner = session(exported(model, inputs_for(function, 2), folder))
    for n in (1, 4):
        inputs = inputs_for(function, n, seed=n)
        require_equal(in_onnxruntime(runner, *inputs), in_xpnet(model, *inputs))


@pytest.mark.parametrize("name", ROWS)
def test_a_function_computes_the_same_in_onnxruntime(name, tmp_path):
    require_same(ROWS[name], tmp_path)


@pytest.mark.parametrize("function", BESIDES)
def test_what_arrays_do_is_the_same_in_onnxruntime(function, tmp_path):
    require_same(function, tmp_path)


def test_every_function_of_the_standard_has_a_row_or_is_refused():
    there = (set(STANDARD) | set(COMPOSED)) & set(SIGNATURES)
    assert there == set(ROWS), there ^ set(ROWS)


@pytest.mark.parametrize(
    "name", sorted(set(SIGNATURES) - set(STANDARD) - set(COMPOSED) - set(FACTS))
)
def test_a_function_without_an_operator_is_refused_by_its_name(name, tmp_path):
    folder, _, last = name.rpartition(".")

    def refused(xp, x):
        return getattr(getattr(xp, folder) if folder else xp, last)(x)

    with pytest.raises(ArgumentError, match=rf"^export: the model must use .* got xp\.{name};"):
        exported(Function(refused), np.ones((2, 3, 4), np.float32), tmp_path)
