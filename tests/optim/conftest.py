from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest

from xpnet import kernels
from xpnet.nn import Parameter


@pytest.fixture(params=[True, False], ids=["kernels", "generic"])
def with_and_without_kernels(request):
    with nullcontext() if request.param else kernels.disabled():
        yield


@pytest.fixture
def parameter():
    """A function that makes a NumPy float64 Parameter, with a gradient if that is given."""

    def make(values, grad=None):
        p = Parameter(np.array(values, dtype=np.float64))
        if grad is not None:
            p.grad = np.array(grad, dtype=np.float64)
        return p

    return make
