"""What the library's own class makes of CuPy, on the stand-in for it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.kernels.cupy.standin.arrays import array
from tests.kernels.cupy.standin.device import Device
from xpnet.backend import namespace
from xpnet.backend.extra import erf
from xpnet.backend.library import library


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("float16", "float16"), ("float32", "float32"), ("float64", "float64"), ("int64", "float64")],
)
def test_the_error_function_keeps_the_dtype(gpu, dtype, expected):
    y = erf(array(np.array([-1, 0, 2], dtype)))
    assert y.dtype == expected
    wanted = [math.erf(x) for x in (-1, 0, 2)]
    tolerance = 4 * np.finfo(expected).eps
    np.testing.assert_allclose(np.asarray(y, "float64"), wanted, rtol=tolerance)


JOINS = {
    "stack": lambda xp, parts: xp.stack(parts),
    "stack at the end": lambda xp, parts: xp.stack(parts, axis=-1),
    "stack in the middle": lambda xp, parts: xp.stack(parts, axis=1),
    "concat": lambda xp, parts: xp.concat(parts),
    "concat at the end": lambda xp, parts: xp.concat(parts, axis=-1),
    "concat of all": lambda xp, parts: xp.concat(parts, axis=None),
}


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("n", [2, 8, 9, 17, 70])
def test_many_arrays_can_be_joined_while_a_step_is_recorded(gpu, join, n):
    hosts = [np.arange(6.0).reshape(2, 3) + 10 * i for i in range(n)]
    parts, joined = [array(x) for x in hosts], []
    xp = namespace(*parts)
    with library("cupy").recorder(Device(0)) as recorder:
        graph = recorder.record(lambda begun: joined.append(JOINS[join](xp, parts)))
        graph.replay()
    wanted = JOINS[join](namespace(*hosts), hosts)
    for found in (*joined, JOINS[join](xp, parts)):
        np.testing.assert_array_equal(np.asarray(found), wanted)
