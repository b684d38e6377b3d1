"""Every kernel of an op gives what the generic op gives, for each row of the ops' table."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ops.table import ROWS
from tests.ops.test_every_op import run
from xpnet import kernels, ops
from xpnet.backend import device_of
from xpnet.testing import BACKENDS, assert_close

# one backend for each library that works here, by the name under which kernels are registered
HOMES = {
    backend.device.library.name: backend
    for backend in map(BACKENDS.get, ("numpy", "torch", "jax", "strict", "cupy"))
    if backend.unavailable() is None
}
KERNELS = [
    (kernel, home)
    for library, home in HOMES.items()
    for kernel in kernels.registered(library)
    if kernel.name in ops.OPS
]
every_kernel = pytest.mark.parametrize(
    ("kernel", "home"), KERNELS, ids=[f"{k.library}-{k.name}" for k, _ in KERNELS]
)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    """These tests are about kernels, also in a run that leaves them off."""
    monkeypatch.setattr(kernels.registry, "_enabled", True)


def rows_of(kernel):
    return [row for row in ROWS if row.op == kernel.name]


def arrays_for(row, home, dtype):
    return [None if x is None else home.asarray(x) for x in row.make(dtype)]


@every_kernel
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_kernel_gives_what_the_generic_op_gives(kernel, home, dtype):
    for row in rows_of(kernel):
        arrays = arrays_for(row, home, dtype)
        if not kernel.accepts(*arrays, **row.options):
            continue
        with kernels.disabled():
            expected, expected_gradients = run(row, arrays)
        y, gradients = run(row, arrays)
        for actual, wanted in zip([y, *gradients], [expected, *expected_gradients], strict=True):
            assert_close(actual, wanted)
            assert device_of(actual) == home.device


@every_kernel
def test_a_kernel_accepts_at_least_one_row(kernel, home):
    assert any(
        kernel.accepts(*arrays_for(r, home, "float32"), **r.options) for r in rows_of(kernel)
    )


@every_kernel
def test_a_kernel_works_for_an_empty_batch_and_for_views_or_leaves_them_alone(kernel, home):
    for row in rows_of(kernel):
        empty = [x[:0] if i in row.batch else x for i, x in enumerate(row.make("float32"))]
        strided = [
            np.repeat(x, 2, axis=-1)[..., ::2] if x is not None and x.ndim else x
            for x in row.make("float32")
        ]
        for hosts in (empty, strided) if row.batch else (strided,):
            arrays = [None if x is None else home.asarray(x) for x in hosts]
            with kernels.disabled():
                expected, expected_gradients = run(row, arrays)
            y, gradients = run(row, arrays)
            for actual, wanted in zip(
                [y, *gradients], [expected, *expected_gradients], strict=True
            ):
                assert_close(actual, wanted)


@every_kernel
def test_a_kernel_leaves_its_inputs_unmodified(kernel, home):
    for row in rows_of(kernel):
        hosts = row.make("float32")
        arrays = arrays_for(row, home, "float32")
        run(row, arrays)
        for x, before in zip(arrays, hosts, strict=True):
            if x is not None:
                assert_close(x, before, rtol=0, atol=0)


@every_kernel
def test_a_kernel_is_found_when_it_accepts_and_not_when_it_is_disabled(kernel, home):
    for row in rows_of(kernel):
        arrays = arrays_for(row, home, "float32")
        accepted = kernel.accepts(*arrays, **row.options)
        found = kernels.find(kernel.name, *arrays, **row.options)
        assert (found is kernel) == bool(accepted)
        with kernels.disabled():
            assert kernels.find(kernel.name, *arrays, **row.options) is None


@every_kernel
def test_half_precision_is_handled_or_left_to_the_generic_op(kernel, home):
    if home.name != "numpy":
        pytest.skip("NumPy has float16 on every machine")
    for row in rows_of(kernel):
        y, gradients = run(row, row.make("float16"))
        for result in (y, *gradients):
            assert result.dtype == np.float16
