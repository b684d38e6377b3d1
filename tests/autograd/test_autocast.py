"""The block of autocast: where it holds, and what becomes of parameters and gradients."""

import threading

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.autograd.modes import MODE
from xpnet.backend import dtype_name
from xpnet.nn import functional as F
from xpnet.testing import BACKENDS


def numbers(*shape, seed=0):
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return xn.asarray(values)


def name_of(x):
    return dtype_name(x.dtype)


# ---- the block -----------------------------------------------------------------------------------


def layer_and_input():
    return nn.Linear(3, 2), numbers(4, 3)


def test_nothing_is_left_behind():
    layer, x = layer_and_input()
    before = layer(x).data
    with pytest.raises(ZeroDivisionError), xn.autocast("float16"):
        assert name_of(layer(x)) == "float16"
        1 / 0  # noqa: B018
    assert MODE.precision is None
    assert not MODE.special
    np.testing.assert_array_equal(layer(x).data, before)
    assert name_of(layer.weight) == "float32"


@pytest.mark.parametrize("off", [xn.autocast(None), xn.autocast("float16", enabled=False)])
def test_a_block_can_be_switched_off_inside_another(off):
    layer, x = layer_and_input()
    with xn.autocast("float16"):
        with off:
            assert name_of(layer(x)) == "float32"
            with xn.autocast("float16"):
                assert name_of(layer(x)) == "float16"
            assert name_of(layer(x)) == "float32"
        assert name_of(layer(x)) == "float16"


def test_the_inner_block_decides():
    with BACKENDS["torch"]:
        layer, x = layer_and_input()
        with xn.autocast("float16"), xn.autocast("bfloat16"):
            assert name_of(layer(x)) == "bfloat16"


def test_one_block_can_be_opened_again():
    layer, x = layer_and_input()
    block = xn.autocast("float16")
    for _ in range(2):
        with block, block:
            assert name_of(layer(x)) == "float16"
    assert MODE.precision is None


def test_as_a_decorator():
    layer, x = layer_and_input()

    @xn.autocast("float16")
    def forward(depth):
        return [layer(x)] if depth == 0 else [layer(x), *forward(depth - 1)]

    assert [name_of(y) for y in forward(2)] == ["float16"] * 3
    assert name_of(layer(x)) == "float32"


def test_a_dtype_object_is_as_good_as_its_name():
    layer, x = layer_and_input()
    with xn.autocast(np.float16):
        assert name_of(layer(x)) == "float16"


def test_threads_do_not_see_each_other():
    layer, x = layer_and_input()
    seen = []
    with xn.autocast("float16"):
        thread = threading.Thread(target=lambda: seen.append(name_of(layer(x))))
        thread.start()
        thread.join()
    assert seen == ["float32"]


def test_anomalies_are_found_inside():
    x = xn.Tensor(np.asarray([[1e30, 1.0]], np.float32), requires_grad=True)
    quiet = np.errstate(all="ignore")
    with quiet, pytest.raises(xn.errors.AnomalyError), xn.autocast("float16"), xn.detect_anomaly():
        (x @ np.asarray([[1.0], [1.0]], np.float32)) * 0.0


# ---- parameters, their casts and their gradients -------------------------------------------------


def test_a_parameter_is_rounded_once_as_long_as_it_is_the_same(monkeypatch):
    layer, x = nn.Linear(3, 3), numbers(4, 3)
    library = xn.device_of(x).library
    sizes = []
    rounded = library.rounded

    def counted(a, dtype):
        if dtype == np.float16:
            sizes.append(a.size)
        return rounded(a, dtype)

    monkeypatch.setattr(library, "rounded", counted)
    with xn.autocast("float16"):
        y = layer(layer(x))
        assert sizes.count(9) == 1
        before = y.data
        layer.weight.data = layer.weight.data * 2.0
        assert not np.array_equal(layer(layer(x)).data, before)
        assert sizes.count(9) == 2
        sizes.clear()
        y.sum().backward()  # forgets them; the gradients of two uses are rounded as well
        sizes.clear()
        layer(x)
        assert sizes.count(9) == 1


@pytest.mark.parametrize("name", ["SGD", "Adam", "Lion"])
def test_a_step_inside_the_block_is_seen_by_the_next_forward(name):
    layer, x = layer_and_input()
    optimizer = getattr(xn.optim, name)(layer.parameters(), lr=0.5)
    with xn.autocast("float16"):
        for _ in range(3):
            loss = (layer(x) ** 2).sum()
            optimizer.zero_grad()
            loss.backward()
            layer(x)  # rounds them again, between backward and step
            optimizer.step()
            inside = layer(x).data
            with xn.autocast(None):
                np.testing.assert_allclose(inside, layer(x).data, rtol=2e-2, atol=2e-2)


def test_gradients_of_several_uses_are_added_up_in_float32():
    w = nn.Parameter(np.asarray([[1.0]], np.float32))
    x = np.asarray([[1.0]], np.float32)
    with xn.autocast("float16"):
        y = F.linear(x, w) * 2048.0 + F.linear(x, w)
    y.sum().backward()
    assert float(w.grad[0, 0]) == 2049.0  # float16 has no such number


def test_sums_along_a_batch_are_not_made_in_float16():
    layer = nn.Linear(1, 1)
    with xn.autocast("float16"):
        loss = layer(np.ones((5000, 1), np.float32)).sum()
    loss.backward()
    assert float(layer.bias.grad[0]) == 5000.0  # a running sum in float16 ends at 2048
    assert float(layer.weight.grad[0, 0]) == 5000.0


def test_backward_runs_in_the_dtypes_of_forward_wherever_it_is_called(half):
    layer, x = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), numbers(5, 3)
    found = []
    for inside in (True, False):
        for p in layer.parameters():
            p.grad = None
        with xn.autocast(half):
            loss = F.softmax(layer(x))[:, 0].sum()
            if inside:
                loss.backward()
        if not inside:
            loss.backward()
        found.append([xn.to_numpy(p.grad) for p in layer.parameters()])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_gradients_are_those_of_float32_up_to_rounding(half):
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 4)
    )
    x, y = numbers(6, 1, 8, 8), xn.asarray(np.asarray([0, 1, 2, 3, 0, 1]))
    gradients = []
    for name in (None, half):
        for p in model.parameters():
            p.grad = None
        with xn.autocast(name):
            loss = F.cross_entropy(model(x), y)
        loss.backward()
        gradients.append([xn.to_numpy(p.grad) for p in model.parameters()])
    for one, other in zip(*gradients, strict=True):
        assert one.dtype == other.dtype == np.float32
        assert np.abs(one - other).max() <= 5e-2 * np.abs(one).max()


def test_gradients_can_be_differentiated_again(half):
    a, x = numbers(3, 3), numbers(4, 3, seed=1)

    def inner(v):
        with xn.autocast(half):
            y = F.linear(v, a)
        return (y * y).sum()

    def penalty(v):
        g = xn.grad(inner)(v)
        return (g * g).sum()

    value, gradient = xn.value_and_grad(penalty)(x)
    assert name_of(gradient) == "float32"
    w = xn.to_numpy(a).astype(np.float64)
    s = 2 * w.T @ w  # the gradient of v wᵀ w vᵀ is v s, and that of its square 2 v s sᵀ
    v = xn.to_numpy(x).astype(np.float64)
    np.testing.assert_allclose(float(value), np.sum((v @ s) ** 2), rtol=5e-2)
    expected = 2 * v @ s @ s.T
    np.testing.assert_allclose(xn.to_numpy(gradient), expected, atol=5e-2 * np.abs(expected).max())


def test_a_composition_of_primitives_can_be_differentiated_again():
    x = np.asarray([[0.5, -1.0]], np.float32)

    def f(v):
        with xn.autocast("float16"):
            return ((v @ v.T) ** 2).sum()

    np.testing.assert_allclose(
        xn.grad(lambda v: (xn.grad(f)(v) * x).sum())(x), 12 * 1.25 * x, rtol=1e-2
    )


def test_predict_computes_in_half_precision(half):
    layer, x = layer_and_input()
    with xn.autocast(half):
        y = layer.predict(x)
        assert name_of(y) == half
        assert name_of(layer.predict(x, batch_size=3)) == half
    assert name_of(layer.predict(x)) == "float32"


def test_predict_of_an_array_of_another_library_returns_float32_there():
    with BACKENDS["torch"]:
        layer = nn.Linear(3, 2)
    with xn.autocast("bfloat16"):
        y = layer.predict(np.ones((2, 3), np.float32))
    assert isinstance(y, np.ndarray)
    assert y.dtype == np.float32


def test_running_statistics_stay_in_float32(half):
    image = numbers(4, 3, 6, 6)
    for norm in (nn.BatchNorm2d(3), nn.InstanceNorm2d(3, track_running_stats=True)):
        with xn.autocast(half):
            y = norm(F.conv2d(image, numbers(3, 3, 3, 3)))
            norm.eval()
            z = norm(F.conv2d(image, numbers(3, 3, 3, 3)))
        assert [name_of(norm.running_mean), name_of(norm.running_var)] == ["float32"] * 2
        assert [name_of(y), name_of(z)] == [half] * 2
