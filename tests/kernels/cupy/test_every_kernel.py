"""Every kernel gives what the generic op gives, for each row of the ops' table that it accepts."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from tests.kernels.cupy import emulated
from tests.kernels.cupy.compare import (
    DTYPES,
    agree,
    errors_like,
    kernel_of,
    moved,
    narrowed,
    of_numpy,
    run,
)
from tests.ops.table import ROWS
from xpnet import kernels, ops
from xpnet.kernels.cupy import gpu as launching

NAMES = [kernel.name for kernel in kernels.registered("cupy") if kernel.name in ops.OPS]
ACCEPTED = [
    row
    for row in ROWS
    if row.op in NAMES and kernel_of(row.op).accepts(*row.make("float32"), **row.options)
]
every_row = pytest.mark.parametrize("row", ACCEPTED, ids=str)


NUMBER = re.compile(r"\b(float|int|bool)\b")
OF_NO_KERNEL = {"axis"}
"""Options that only decide whether the kernel is taken."""


@pytest.mark.parametrize("name", NAMES)
def test_every_kernel_accepts_a_row(name):
    assert any(row.op == name for row in ACCEPTED)


@every_row
def test_it_is_found_for_arrays_of_the_library(gpu, row, monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    arrays = moved(row.make("float32"))
    assert kernels.find(row.op, *arrays, **row.options) is kernel_of(row.op)


@every_row
@pytest.mark.parametrize("dtype", DTYPES)
def test_it_gives_what_the_generic_op_gives(gpu, row, dtype):
    agree(row.op, row.make(), row.wrt, dtype, **row.options)


@every_row
def test_it_gives_the_same_when_elements_are_counted_in_64_bits(gpu, row, monkeypatch):
    monkeypatch.setattr(launching, "MAX_SMALL", 0)
    agree(row.op, row.make(), row.wrt, **row.options)


@every_row
def test_it_gives_the_same_when_each_thread_takes_several_elements(gpu, row, monkeypatch):
    monkeypatch.setattr(launching, "MAX_BLOCKS", 1)
    monkeypatch.setattr(launching, "THREADS", 32)
    agree(row.op, row.make(), row.wrt, **row.options)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@every_row
def test_options_may_be_numbers_of_numpy(gpu, row, kind):
    plain = {name: narrowed(value, kind) for name, value in row.options.items()}
    options = {name: of_numpy(value, kind) for name, value in plain.items()}
    wanted = agree(row.op, row.make(), row.wrt, "float32", **plain)
    results = run(row.op, moved(row.make("float32")), row.wrt, **options)
    for actual, truth in zip(results, wanted, strict=True):
        np.testing.assert_array_equal(actual, truth)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_that_is_a_number_is_in_a_row(name):
    """So that the test before this one sees them all."""
    options = inspect.signature(ops.OPS[name].forward).parameters.values()
    numbers = {o.name for o in options if o.kind is o.KEYWORD_ONLY and NUMBER.search(o.annotation)}
    given = [(key, v) for row in ACCEPTED if row.op == name for key, v in row.options.items()]
    assert numbers - OF_NO_KERNEL <= {key for key, v in given if of_numpy(v, np.float64) is not v}


@every_row
def test_it_computes_only_the_gradients_that_are_needed(gpu, row):
    for i in row.wrt:
        agree(row.op, row.make(), (i,), **row.options)


@every_row
def test_an_error_of_another_dtype_is_converted(gpu, row):
    arrays = moved(row.make("float32"))
    narrow = run(row.op, arrays, row.wrt, **row.options)
    y, *others = narrow[: len(narrow) - len(arrays)]
    errors = errors_like((y, *others) if others else y, "float64")
    wide = run(row.op, arrays, row.wrt, errors, **row.options)
    for actual, wanted in zip(wide, narrow, strict=True):
        if wanted is not None:
            np.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=1e-5)


@every_row
def test_it_takes_arrays_that_are_not_contiguous(gpu, row, monkeypatch):
    strided = [
        np.repeat(x, 2, axis=-1)[..., ::2] if x is not None and x.ndim else x for x in row.make()
    ]

    contiguous = emulated.array

    def apart(values):
        x = contiguous(np.repeat(values, 2, axis=-1) if np.ndim(values) else values)
        return x[..., ::2] if x.ndim else x

    plain = agree(row.op, strided, row.wrt, **row.options)
    monkeypatch.setattr(emulated, "array", apart)
    (example,) = moved([np.ones((2, 3))])
    assert not example.flags.c_contiguous
    for x, y in zip(agree(row.op, strided, row.wrt, **row.options), plain, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_batch_is_left_to_the_generic_op_or_works(gpu, name):
    for row in ROWS:
        if row.op != name or not row.batch:
            continue
        hosts = [x[:0] if i in row.batch else x for i, x in enumerate(row.make())]
        if kernel_of(name).accepts(*moved(hosts), **row.options):
            agree(name, hosts, row.wrt, **row.options)
