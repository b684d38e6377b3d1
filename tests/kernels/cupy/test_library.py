"""What the library's own class makes of CuPy, on the stand-in for it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.kernels.cupy.standin.arrays import array
from xpnet.backend.extra import erf


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
