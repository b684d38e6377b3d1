"""Arguments become what the source of a kernel declares, or an error."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.errors import BackendError
from xpnet.kernels.cupy import gpu as launching
from xpnet.kernels.cupy.arguments import Arguments, parameters

CODE = """
KERNEL mixed(const REAL* x, WIDE*  sums, const int64* labels,
             Window w, INDEX n, WIDE eps, int flag, int64 word) {
"""
MACROS = {"REAL": "__half", "WIDE": "float", "INDEX": "int32"}
WINDOW = np.zeros(1, [("a", np.int32)])


class OnGPU:
    """Stands for an array of CuPy."""

    def __init__(self, dtype):
        self.dtype, self.ndim = np.dtype(dtype), 1


X, SUMS, LABELS = OnGPU(np.float16), OnGPU(np.float32), OnGPU(np.int64)


def packed(macros=MACROS, **others):
    given = {"x": X, "sums": SUMS, "labels": LABELS, "w": WINDOW, "n": 3, "eps": 0.5}
    given |= {"flag": True, "word": -1} | others
    arguments = Arguments("some/mixed", parameters(CODE, "mixed"), macros, OnGPU)
    return dict(zip(given, arguments.packed(list(given.values())), strict=True))


@pytest.mark.parametrize("one", [1, True, np.int8(1), np.uint64(1), np.bool_(True), np.array(1)])
def test_whole_numbers_become_what_is_declared(one):
    found = packed(n=one, flag=one, word=one)
    assert [found[name] for name in ("n", "flag", "word")] == [1, 1, 1]
    kinds = [type(found[name]) for name in ("n", "flag", "word")]
    assert kinds == [np.int32, np.int32, np.int64]
    found = packed({**MACROS, "INDEX": "int64"}, n=one, flag=one)
    assert [type(found[name]) for name in ("n", "flag")] == [np.int64, np.int32]


@pytest.mark.parametrize(
    "half", [0.5, np.float16(0.5), np.float32(0.5), np.float64(0.5), np.array(0.5)]
)
@pytest.mark.parametrize(("wide", "kind"), [("float", np.float32), ("double", np.float64)])
def test_numbers_become_what_is_declared(half, wide, kind):
    sums = OnGPU(kind)
    eps = packed({**MACROS, "WIDE": wide}, eps=half, sums=sums)["eps"]
    assert eps == 0.5
    assert type(eps) is kind
    assert type(packed(eps=2)["eps"]) is np.float32


def test_none_is_a_null_pointer_and_arrays_and_structs_stay():
    found = packed(sums=None)
    assert type(found["sums"]) is np.uintp
    assert found["sums"] == 0
    assert found["x"] is X
    assert found["w"] is WINDOW


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 0.5}, r"some/mixed: n must be INDEX, got float 0\.5; "),
        ({"n": np.float64(2)}, r"n must be INDEX, got float64 np\.float64\(2\.0\); "),
        ({"n": 1 << 31}, "n must be INDEX, got int 2147483648; "),
        ({"word": 1 << 63}, "word must be int64, got int 9223372036854775808; "),
        ({"flag": None}, "flag must be int, got NoneType; "),
        ({"eps": None}, "eps must be WIDE, got NoneType; "),
        ({"eps": X}, "eps must be WIDE, got OnGPU of float16; "),
        ({"x": SUMS}, r"x must be REAL\*, got OnGPU of float32; a pointer is an array of float16"),
        ({"x": np.zeros(3, np.float16)}, r"x must be REAL\*, got ndarray of float16; a pointer"),
        ({"labels": 7}, r"labels must be int64\*, got int 7; a pointer is an array of int64 on"),
        ({"w": (1, 2)}, r"w must be Window, got tuple \(1, 2\); a struct is an array of NumPy"),
        ({"w": np.zeros(2)}, "w must be Window, got ndarray of float64; a struct is an array"),
        ({"w": None}, "w must be Window, got NoneType; a struct is an array of NumPy with one"),
    ],
    ids=range(13),
)
def test_what_cannot_become_it_is_an_error(wrong, message):
    with pytest.raises(BackendError, match=message):
        packed(**wrong)


def test_as_many_arguments_as_parameters_are_needed(gpu):
    expected = r"relu/relu: arguments must be 3 \(x, y, size\), got 2; give one for each parameter"
    with pytest.raises(BackendError, match=expected):
        launching.launch("relu/relu", np.dtype("float32"), 3, None, None)


def test_a_grid_may_be_counted_by_numpy(gpu):
    x, y = gpu.zeros(5, "float32"), gpu.empty(5, "float32")
    launching.launch("relu/relu", x.dtype, np.int64(5), x, y, np.int64(5))
    assert y.tolist() == [0.0] * 5
