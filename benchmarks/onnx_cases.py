"""Import the test cases of the package onnx: ``python -m benchmarks.onnx_cases``.

Each is one node (or a function of several) with inputs and the outputs that the specification
gives. Those whose operators xpnet has are imported and computed on NumPy; what differs is printed.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

import xpnet as xn
from xpnet.errors import XpnetError
from xpnet.io.onnx import import_onnx
from xpnet.io.onnx.importing import OPERATORS
from xpnet.io.onnx.importing.upgrade import REPLACED


def array(value: Any) -> np.ndarray:
    from onnx import TensorProto, numpy_helper

    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)


def difference(case: Any, path: Path) -> str:
    """Return what is wrong with a case; empty if nothing is."""
    path.write_bytes(case.model.SerializeToString())
    try:
        model = import_onnx(path).eval()
        for inputs, outputs in case.data_sets:
            with xn.no_grad():
                found = model(*map(array, inputs))
            found = found if isinstance(found, tuple) else (found,)
            for y, wanted in zip(map(xn.to_numpy, found), map(array, outputs), strict=True):
                if (y.dtype, y.shape) != (wanted.dtype, wanted.shape):
                    return f"{y.dtype} {y.shape} instead of {wanted.dtype} {wanted.shape}"
                np.testing.assert_allclose(y, wanted, rtol=max(case.rtol, 1e-5), atol=1e-6)
    except XpnetError as error:
        return str(error).partition(": ")[2].removeprefix(f"'{path}': ")
    except (AssertionError, AttributeError, TypeError) as error:
        return " ".join(str(error).split())
    return ""


def main() -> None:
    from onnx.backend.test.loader import load_model_tests

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quiet", action="store_true", help="print numbers alone")
    options = parser.parse_args()
    known = {*OPERATORS, *REPLACED}
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in load_model_tests(kind="node"):
            nodes = case.model.graph.node
            if not {f"{n.domain}.{n.op_type}".removeprefix(".") for n in nodes} <= known:
                counts["other operators"] += 1
                continue
            wrong = difference(case, Path(folder) / "case.onnx")
            counts["differs" if wrong else "passes"] += 1
            if wrong and not options.quiet:
                print(f"{case.name}: {wrong[:200]}")
    print(dict(counts))


if __name__ == "__main__":
    main()
