"""Rows of shapes, pieces, indices, reductions and products."""

from __future__ import annotations

import numpy as np

from .row import Row, floats, ints, scalar

x = floats(2, 3, 4)
whole = np.arange(24).reshape(2, 3, 4)
matrix = floats(4, 5)

SHAPES = [
    Row("Shape", [x]),
    Row("Shape", [x], {"start": 1, "end": -1}, opset=15),
    Row("Size", [x]),
    Row("ConstantOfShape", [ints(2, 3)], given=(0,)),
    Row("Range", [scalar(2, np.int64), scalar(11, np.int64), scalar(3, np.int64)], given=(1,)),
    Row("Range", [scalar(2.5), scalar(-1.0), scalar(-0.5)], given=(1,)),
    Row("EyeLike", [matrix]),
    Row("EyeLike", [matrix], {"k": 1, "dtype": 7}),
    Row("Flatten", [x]),
    Row("Flatten", [x], {"axis": 2}, opset=7),
    Row("Flatten", [x], {"axis": 0}),
    Row("Flatten", [x], {"axis": -1}),
    Row("Reshape", [x, ints(4, -1)], opset=7),
    Row("Reshape", [x, ints(0, -1)]),
    Row("Reshape", [x, ints(2, 2, 0 + 2, 3)], given=(0, 1)),
    Row("Reshape", [floats(0, 3, 4), ints(3, 4, 0)], {"allowzero": 1}),
    Row("Squeeze", [floats(1, 3, 1)]),
    Row("Squeeze", [floats(1, 3, 1)], {"axes": [0]}, opset=11),
    Row("Squeeze", [floats(1, 3, 1), ints(-1)], opset=13),
    Row("Unsqueeze", [x], {"axes": [0, 2]}, opset=7),
    Row("Unsqueeze", [x, ints(-1, 0)], opset=13),
    Row("Transpose", [x]),
    Row("Transpose", [x], {"perm": [1, 0, 2]}),
    Row("Expand", [floats(3, 1), ints(2, 1, 4)]),
    Row("Tile", [matrix, ints(2, 3)]),
    Row("Concat", [x, floats(2, 1, 4), floats(2, 2, 4)], {"axis": 1}, given=(0, 1)),
    Row("Concat", [x, floats(2, 3, 4, seed=1)], {"axis": -1}),
    Row("Split", [floats(6, 2)], outputs=3, opset=13),
    Row("Split", [floats(6, 2)], {"split": [1, 2, 3]}, outputs=3, opset=7),
    Row("Split", [x, ints(1, 2)], {"axis": 1}, outputs=2, opset=13),
    Row("Split", [floats(7, 2)], {"num_outputs": 3}, outputs=3, opset=18),
    Row("Pad", [x], {"pads": [0, 1, 2, 1, 0, 0]}, opset=7),
    Row("Pad", [x], {"pads": [0, 1, 2, 1, 0, 0], "value": 1.5}, opset=10),
    Row("Pad", [x, ints(0, 1, 2, 1, 0, 0), scalar(-2.0)], opset=11),
    Row("Pad", [x, ints(0, -1, 2, 0, 0, -1)], opset=13),
    Row("Pad", [x, ints(0, 1, 2, 0, 2, 1)], {"mode": "reflect"}, opset=13),
    Row("Pad", [x, ints(0, 1, 2, 0, 0, 1)], {"mode": "edge"}, opset=13),
    Row("Pad", [x, ints(0, 1, 2, 0, 0, 1)], {"mode": "wrap"}, opset=19),
    Row("Pad", [x, ints(1, 2), None, ints(-1)], opset=18),
    Row("Pad", [whole, ints(1, 0, 0, 0, 0, 1), scalar(7, np.int64)], opset=13),
    Row("Trilu", [matrix], opset=14),
    Row("Trilu", [matrix, scalar(-1, np.int64)], {"upper": 0}, opset=14),
]

INDICES = [
    Row("Slice", [x], {"starts": [0, 1], "ends": [1, 9], "axes": [0, 2]}, opset=7),
    Row("Slice", [x, ints(1), ints(3), ints(-1)], opset=10),
    Row("Slice", [x, ints(-1, 0), ints(-9, 3), ints(2, 1), ints(-1, 2)], opset=13),
    Row("Slice", [x, ints(3), ints(0), ints(2), ints(-2)]),
    Row("Slice", [x, ints(2), ints(1), ints(2)]),
    Row("Gather", [matrix, ints(2, 0, -1)], given=(1,)),
    Row("Gather", [x, np.asarray([[0, 2], [1, 1]])], {"axis": 1}),
    Row("Gather", [x, scalar(1, np.int64)], {"axis": 2}, opset=7),
    Row("Gather", [x, np.asarray([1, 0], np.int32)], opset=11, given=(0, 1)),
    Row("GatherElements", [x, whole % 3], {"axis": 1}, given=(0, 1)),
    Row("GatherElements", [matrix, np.asarray([[-1, 0], [1, 2]])], {"axis": 0}),
    Row("GatherND", [x, np.asarray([[0, 2], [1, -1]])]),
    Row("GatherND", [x, np.asarray([[1], [2]])], {"batch_dims": 1}),
    Row("OneHot", [ints(2, 0, -1), scalar(4, np.int64), floats(2)]),
    Row("OneHot", [ints(2, 0), scalar(3, np.int64), ints(0, 1)], {"axis": 0}, opset=11),
    Row("TopK", [floats(3, 6), ints(2)], outputs=2, opset=11),
    Row("TopK", [floats(3, 6), ints(2)], {"axis": 0, "largest": 0}, outputs=2, opset=11),
    Row("TopK", [floats(3, 6)], {"k": 3}, outputs=2, opset=9),
]

PLACES = np.asarray([[[0, 2], [1, -1]], [[0, 0], [1, 1]]])  # into two axes, (2, 2, 2)

SCATTERED = [
    Row("ScatterND", [x, PLACES, floats(2, 2, 4, seed=1)]),
    Row("ScatterND", [x, ints([1], [0]), floats(2, 3, 4, seed=1)], opset=11, given=(0, 2)),
    Row("ScatterND", [x, ints([1], [1], [-2]), floats(3, 3, 4)], {"reduction": "add"}, opset=16),
    Row("ScatterND", [whole, ints([0, 0, 0], [1, 2, 3]), ints(5, 6)], opset=13, given=(0, 1, 2)),
    Row("ScatterND", [x > 0, ints([0, 0, 0], [1, 2, 3]), np.asarray([True, False])], opset=13),
    Row("ScatterElements", [matrix, np.asarray([[1, -1, 0]]), floats(1, 3)], {"axis": 1}),
    Row("ScatterElements", [x, whole % 2, floats(2, 3, 4, seed=1)], given=(0, 2), opset=11),
    Row("ScatterElements", [matrix, np.asarray([[1, 1]]), floats(1, 2)],
        {"axis": -1, "reduction": "add"}, opset=16),
    Row("ScatterElements", [matrix, np.asarray([[1, 1, 3]]), floats(1, 3)], {"axis": 1}, opset=13),
    Row("NonZero", [np.where(x > 0, x, 0).astype(np.float32)], opset=13),
    Row("NonZero", [whole % 3], opset=9),
]  # fmt: skip

QUANTISED = [
    Row("QuantizeLinear", [x, scalar(0.01)], opset=10),
    Row("QuantizeLinear", [x, scalar(0.02), np.asarray(3, np.int8)], opset=13),
    Row("QuantizeLinear", [x, np.asarray([0.5, 0.01, 0.02], np.float32),
                           np.asarray([100, 128, 0], np.uint8)], {"axis": -2}, opset=13),
    Row("DequantizeLinear", [(10 * x).astype(np.int8), scalar(0.02)], opset=10),
    Row("DequantizeLinear", [whole.astype(np.uint8), scalar(0.02), np.asarray(7, np.uint8)],
        opset=13),
    Row("DequantizeLinear", [whole.astype(np.int8), np.asarray([0.5, 0.01], np.float32),
                             np.asarray([3, -7], np.int8)], {"axis": 0}, opset=13),
    Row("DequantizeLinear", [whole.astype(np.int32), scalar(0.5)], opset=13),
]  # fmt: skip

REDUCTIONS = [
    *(Row(op, [np.abs(x)], {"axes": [1]}, opset=opset)
      for op in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
                 "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp") for opset in (7, 13)),
    *(Row(op, [np.abs(x), ints(0, -1)], {"keepdims": 0}, opset=18)
      for op in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
                 "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp")),
    Row("ReduceSum", [x], {"axes": [0, 2], "keepdims": 0}, opset=11),
    Row("ReduceSum", [x, ints(1)], opset=13),
    Row("ReduceSum", [x], opset=13),
    Row("ReduceSum", [x], {"noop_with_empty_axes": 1}, opset=13),
    Row("ReduceSum", [whole, ints(1)], opset=13),
    Row("ReduceMean", [x]),
    Row("ReduceMax", [whole, ints(2)], opset=18),
    Row("ReduceL2", [x]),
    Row("ArgMax", [x]),
    Row("ArgMax", [x], {"axis": -1, "keepdims": 0}, opset=7),
    Row("ArgMin", [x], {"axis": 1}),
    Row("ArgMax", [whole % 2], {"axis": 1, "select_last_index": 1}, opset=12),
    Row("CumSum", [x, scalar(1, np.int64)], opset=11),
    Row("CumSum", [x, scalar(-1, np.int64)], {"exclusive": 1, "reverse": 1}, opset=14),
]  # fmt: skip

PRODUCTS = [
    Row("MatMul", [matrix, floats(5, 3)]),
    Row("MatMul", [floats(2, 1, 3, 4), floats(5, 4, 2)], given=(0, 1)),
    Row("MatMul", [floats(5), floats(5, 3)], opset=9),
    Row("Gemm", [matrix, floats(3, 5), floats(3)], {"transB": 1}),
    Row("Gemm", [matrix, floats(5, 3)], opset=11),
    Row("Gemm", [floats(5, 4), floats(5, 3), floats(4, 1)],
        {"transA": 1, "alpha": 0.5, "beta": 2.0}, opset=7),
    Row("Gemm", [matrix, floats(3, 5), floats(1, 3)], {"transB": 1}, opset=13),
    Row("Einsum", [matrix, floats(5, 3)], {"equation": "ij,jk->ik"}),
    Row("Einsum", [x, floats(2, 5, 4)], {"equation": "bik,bjk->bij"}, given=(0, 1)),
    Row("Einsum", [x, floats(4, 2)], {"equation": "...i,ij->...j"}),
    Row("Einsum", [x], {"equation": "ijk->ki"}),
    Row("Einsum", [matrix, floats(5)], {"equation": "ij,j"}),
]  # fmt: skip

ROWS = [*SHAPES, *INDICES, *SCATTERED, *QUANTISED, *REDUCTIONS, *PRODUCTS]
