"""What holds for every op, tested for each row of the table."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ops.table import ROWS, is_float
from xpnet import Tensor, kernels, ops
from xpnet.backend import asarray, device_of, dtype_name, namespace, to_numpy
from xpnet.errors import AutogradError
from xpnet.testing import BACKENDS, assert_close, gradcheck

every_row = pytest.mark.parametrize("row", ROWS, ids=str)
LEARNING = [row for row in ROWS if row.wrt]


def cotangent(y):
    """Some numbers of both signs in the shape, dtype and place of `y`."""
    host = np.cos(np.arange(max(y.size, 1))[: y.size]).reshape(tuple(y.shape))
    return asarray(host.astype(dtype_name(y.dtype)), device=device_of(y))


def joined(y):
    """Return several results as one array, flattened one after the other; a single one as it is."""
    if not isinstance(y, tuple):
        return y
    xp = namespace(*y)
    return xp.concat([xp.reshape(part, (-1,)) for part in y])


def run(row, arrays):
    """Return the result and the gradients with respect to `row.wrt`, as bare arrays."""
    tensors = [Tensor(x, requires_grad=True) if i in row.wrt else x for i, x in enumerate(arrays)]
    y = joined(ops.OPS[row.op](*tensors, **row.options))
    if not row.wrt:
        return y, []
    y.backward(cotangent(y))
    return y.data, [tensors[i].grad for i in row.wrt]


def moved(backend, arrays):
    return [None if x is None else backend.asarray(x) for x in arrays]


def test_every_op_has_a_row():
    assert {row.op for row in ROWS} == set(ops.OPS), "give each op a row in tests/ops/table/"


def test_every_op_is_public():
    assert set(ops.OPS) <= set(ops.__all__)


@pytest.mark.parametrize("row", LEARNING, ids=str)
@pytest.mark.parametrize("name", ["numpy", "strict-device1"])
def test_the_gradient_agrees_with_finite_differences(row, name):
    backend = BACKENDS[name]
    if backend.unavailable():
        pytest.skip(backend.unavailable())
    arrays = moved(backend, row.make())

    def f(*varied):
        inputs = list(arrays)
        for i, x in zip(row.wrt, varied, strict=True):
            inputs[i] = x
        return ops.OPS[row.op](*inputs, **row.options)

    with backend:
        gradcheck(f, *[arrays[i] for i in row.wrt], order=2 if row.smooth else 1)


@every_row
def test_values_and_gradients_agree_with_pytorch(row):
    torch = pytest.importorskip("torch")
    if row.torch is None:
        pytest.skip("PyTorch has no such function")
    arrays = row.make()
    y, gradients = run(row, arrays)
    theirs = [
        None if x is None else torch.tensor(x, requires_grad=i in row.wrt)
        for i, x in enumerate(arrays)
    ]
    expected = row.torch(torch.nn.functional, *theirs, **row.options)
    assert_close(y, expected.detach().numpy(), check_home=False)
    if row.wrt:
        expected.backward(torch.asarray(np.asarray(cotangent(y))))
    for i, dx in zip(row.wrt, gradients, strict=True):
        assert_close(dx, theirs[i].grad.numpy())


@every_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_library_gives_what_numpy_gives_and_keeps_dtype_and_device(row, dtype, backend):
    arrays = row.make(dtype)
    y, gradients = run(row, moved(backend, arrays))
    with kernels.disabled():
        expected, expected_gradients = run(row, row.make("float64"))
    for actual, wanted in zip([y, *gradients], [expected, *expected_gradients], strict=True):
        wanted = np.asarray(wanted).astype(dtype)
        assert_close(actual, backend.asarray(wanted))
        assert device_of(actual) == backend.device


@every_row
def test_inputs_are_left_unmodified(row, backend):
    arrays = row.make()
    inputs = moved(backend, arrays)
    run(row, inputs)
    for x, before in zip(inputs, arrays, strict=True):
        if x is not None:
            np.testing.assert_array_equal(to_numpy(x), before)


@every_row
def test_inputs_may_be_strided_views(row, backend):
    arrays = row.make()
    expected, expected_gradients = run(row, arrays)
    views = []
    for x in arrays:
        if x is None or x.ndim == 0:
            views.append(x if x is None else backend.asarray(x))
        elif x.ndim == 1:
            views.append(backend.asarray(np.repeat(x, 2))[::2])
        else:
            wide = backend.asarray(np.repeat(np.swapaxes(x, -1, -2), 2, axis=0))
            views.append(backend.xp.matrix_transpose(wide[::2, ...]))
    y, gradients = run(row, views)
    for actual, wanted in zip([y, *gradients], [expected, *expected_gradients], strict=True):
        assert_close(actual, np.asarray(wanted))


@pytest.mark.parametrize("row", [row for row in ROWS if row.batch], ids=str)
def test_a_batch_may_be_empty(row, backend):
    arrays = [x[:0] if i in row.batch else x for i, x in enumerate(row.make("float32"))]
    y, gradients = run(row, moved(backend, arrays))
    assert dtype_name(y.dtype) == "float32"
    if y.shape:
        assert 0 in y.shape
    else:
        assert float(to_numpy(y)) == 0.0
    for i, dx in zip(row.wrt, gradients, strict=True):
        assert tuple(dx.shape) == arrays[i].shape
        assert not np.any(to_numpy(dx))


@every_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_extreme_values_give_finite_results_and_gradients(row, dtype, backend):
    arrays = row.make(dtype)
    arrays[0] = np.resize(np.asarray(row.extremes, dtype=dtype), arrays[0].shape)
    y, gradients = run(row, moved(backend, arrays))
    for result in (y, *gradients):
        assert np.all(np.isfinite(to_numpy(result)))


@pytest.mark.parametrize("row", [row for row in ROWS if not row.wrt], ids=str)
def test_thresholds_refuse_to_pass_a_gradient(row):
    x = Tensor(row.make()[0], requires_grad=True)
    y = ops.OPS[row.op](x, **row.options)
    with pytest.raises(AutogradError, match="perceptron_loss or hinge_loss"):
        y.sum().backward()


@pytest.mark.parametrize("row", LEARNING, ids=str)
def test_gradients_that_nobody_asks_for_are_not_needed(row):
    """Each input alone may require a gradient; the result is the same as with all of them."""
    arrays = row.make()
    _, expected = run(row, arrays)
    for i, wanted in zip(row.wrt, expected, strict=True):
        x = Tensor(arrays[i], requires_grad=True)
        y = joined(ops.OPS[row.op](*arrays[:i], x, *arrays[i + 1 :], **row.options))
        y.backward(cotangent(y))
        assert_close(x.grad, wanted)


def test_rows_have_different_names():
    assert len({str(row) for row in ROWS}) == len(ROWS)
    assert all(any(is_float(x) for x in row.make()) for row in ROWS)
