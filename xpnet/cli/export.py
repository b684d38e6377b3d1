"""``xpnet export``: a model file as an ONNX file."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..serving.kinds import found_kind
from ..serving.opening import NOTES, is_onnx, opened
from ..serving.shapes import found_shape
from ..training.inputs import in_dtype_of
from .parsing import numbers, whole

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet export model.safetensors model.onnx
  xpnet export model.safetensors model.onnx --input-shape 1,28,28

The file takes any number of samples at a time. What the model file knows of its inputs and classes
goes with it: `xpnet predict model.onnx` and `xpnet serve model.onnx` answer as with the original.
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "export",
        help="write a model as an ONNX file, for other frameworks",
        description="Write a model as an ONNX file, for other frameworks and run-times.",
        epilog=EXAMPLES,
    )
    parser.add_argument("model", metavar="MODEL", help="the model file")
    parser.add_argument("output", metavar="FILE", help="the file to write, ending in .onnx")
    parser.add_argument(
        "--input-shape",
        type=numbers(1),
        metavar="SHAPE",
        help="of a sample, as in 1,28,28 (default: what the model file says)",
    )
    parser.add_argument(
        "--opset", type=whole(1), metavar="N", help="version of ONNX's operators (default: 20)"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="let onnxruntime compute random numbers from the file, and write it only if the model "
        "gives the same",
    )
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Write the file and say so."""
    from ..io.onnx import export

    if not is_onnx(options.output):
        raise ArgumentError(
            f"export: FILE must end in .onnx, got {options.output!r}; write "
            f"{os.path.splitext(options.output)[0] + '.onnx'!r}"
        )
    if os.path.realpath(options.output) == os.path.realpath(options.model):
        raise ArgumentError(
            f"export: FILE must be another file than MODEL, got {options.output!r} for both; "
            "choose another name"
        )
    model, notes = opened(options.model, device="cpu")
    shape = options.input_shape or notes.get("input_shape") or found_shape(model)
    if shape is None:
        raise ArgumentError(
            "export: --input-shape must be given for this file, which does not know it; write the "
            "shape of one sample, as in --input-shape 1,28,28"
        )
    notes = {"output_kind": found_kind(model), **notes, "input_shape": [int(n) for n in shape]}
    values = np.random.default_rng(0).random((1, *shape), np.float32)
    example = in_dtype_of(model, values)
    chosen = {} if options.opset is None else {"opset": options.opset}
    metadata = {NOTES: json.dumps(notes)}
    export(model, example, options.output, verify=options.verify, metadata=metadata, **chosen)
    told = ", which onnxruntime computes alike" if options.verify else ""
    print(f"wrote {options.output}, {os.path.getsize(options.output):,} bytes{told}")
    return 0
