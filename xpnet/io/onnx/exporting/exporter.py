"""``export``: what users call."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ....errors import ArgumentError, ModelFileError
from ...atomic import atomic_path
from .arguments import (
    DEFAULT_OPSET,
    example_arrays,
    require_names,
    require_opset,
    symbols_of,
)
from .planning import advice
from .verified import require_onnxruntime, require_same_results

__all__ = ["export"]


def export(
    model: Any,
    example: Any,
    path: str | os.PathLike[str],
    *,
    dynamic_batch: bool = True,
    dynamic: Mapping[str, Mapping[int, str]] | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset: int = DEFAULT_OPSET,
    verify: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a model as an ONNX file, as it computes in evaluation (``model.eval()``).

    The model is run on the example, and what it computes is written down: layers as the operators
    that ONNX has for them, everything else as several operators. Any forward written in the array
    API can be exported, on whichever library and device the model is. What depends on parameters
    alone is computed beforehand, and the file is checked before it is written.

    Parameters
    ----------
    model : Module
        Of any library and device; it is not changed.
    example : array, or tuple of arrays
        The input, or the inputs of ``model(*example)``. Its numbers do not matter, its shape and
        data type do.
    path : path-like
        The file to write or replace, usually ``"*.onnx"``.
    dynamic_batch : bool
        Whether the model can be run with any number of rows: the first axis of the first input,
        and of the inputs that are as long. It has no effect where `dynamic` names the first axis
        of an input, or calls another axis ``"batch"``, as layers with time first have it.
    dynamic : dict of str to dict of int to str, optional
        Besides that, for each input by name the axes of any length, with a name for the length:
        ``{"x": {1: "time"}}``. All other axes have the length of the example.
    input_names : sequence of str, optional
        Default: the names of forward's arguments.
    output_names : sequence of str, optional
        Default: ``"output"``; of several ``"output_0"``, ``"output_1"`` ...; of a dict its keys;
        of layers such as LSTM those of its documentation. Results in nested tuples are counted
        from left to right.
    opset : int
        The version of ONNX's operators, from 18 to 22.
    verify : bool
        Whether onnxruntime, which must be installed, is to compute the example from the file, and
        the results are to be those of the model: in float32 to 1e-4 of the largest number. Give an
        example with real numbers then.
    metadata : dict of str to str, optional
        Text to keep in the file, as the names of classes.

    Raises
    ------
    ArgumentError
        If the package onnx is missing, an argument makes no sense, the model decides by the numbers
        of its input (``if x.sum() > 0:``) or by its size what it computes, uses what ONNX cannot
        express, or has 2 GB of parameters; or if `verify` finds other results.
    ModelFileError
        If the file cannot be written there.

    Notes
    -----
    To follow sizes, the model is run several times: on the example as it is, with 1, 2, 3, 5 rows,
    and with 101 where that is cheap; with L, 2 L, 3 L, L + 1, 7 and 101 on another axis of length
    L. An integer that differs is explained by these sizes, ``a * size + b``; where none such gives
    it, as for ``n // 2`` or ``-n % 16``, or where the operators differ, there is an error. What is
    decided by other sizes (``if n > 1000:``) is not seen. A size at which the model itself raises
    an error is left out, unless it is one that the formulas are found from.

    Examples
    --------
    >>> import tempfile, numpy as np, onnx, xpnet as xn
    >>> path = tempfile.mkdtemp() + "/model.onnx"
    >>> model = xn.nn.Sequential(xn.nn.Linear(4, 8), xn.nn.ReLU(), xn.nn.Linear(8, 3))
    >>> xn.io.onnx.export(model, np.zeros((1, 4), np.float32), path)
    >>> [node.op_type for node in onnx.load(path).graph.node]
    ['Gemm', 'Relu', 'Gemm']
    """
    if importlib.util.find_spec("onnx") is None:
        raise ArgumentError(
            "export: the package onnx must be installed, got none; pip install 'xpnet[onnx]'"
        )
    require_opset(opset)
    if verify:
        require_onnxruntime()
    arrays = example_arrays(model, example, input_names)
    symbols = symbols_of(arrays, dynamic_batch, dynamic)

    from .build import build  # these import onnx
    from .checked import add_metadata, bytes_of, require_valid
    from .exported import reconciled

    hint = partial(advice, arrays, dynamic)
    graph = reconciled(model, arrays, symbols, opset, hint)
    names = require_names("output_names", output_names, graph.output_names)
    require_distinct(list(arrays), names)
    proto = build(
        graph.nodes,
        dict(zip(arrays, graph.inputs, strict=True)),
        dict(zip(names, graph.outputs, strict=True)),
        follows=graph.follows,
        origins={symbol: places[0] for symbol, places in symbols.items()},
        sizes=graph.sizes,
        opset=opset,
        name=type(model).__name__,
    )
    add_metadata(proto, metadata or {})
    require_valid(proto)
    file = bytes_of(proto)
    if verify:
        require_same_results(model, arrays, names, file)
    with atomic_path(path, "export", ModelFileError) as temporary:
        temporary.write_bytes(file)


def require_distinct(inputs: Sequence[str], outputs: Sequence[str]) -> None:
    """Raise unless each input and output has a name of its own."""
    names = [*inputs, *outputs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(
            f"export: names of inputs and outputs must differ, got {twice[0]!r} twice; give "
            "input_names and output_names"
        )
