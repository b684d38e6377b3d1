from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from xpnet.backend import device_of, dtype_name
from xpnet.training.metrics import wide
from xpnet.training.metrics.wide import widened


def test_numbers_become_float64_on_their_device(backend):
    for dtype in ("float32", "int64", "bool"):
        x = widened(backend.asarray(np.ones(3), dtype))
        assert dtype_name(x.dtype) == "float64"
        assert device_of(x) == backend.device


def test_a_device_without_float64_takes_float32():
    class Small:
        float32 = np.float32

        def __array_namespace_info__(self):
            return SimpleNamespace(dtypes=lambda device, kind: {"float32": np.float32})

    assert wide._widest(Small(), "a small device") is np.float32
