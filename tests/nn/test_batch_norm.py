"""Batch normalisation layers: as PyTorch's in training, and what belongs to the statistics."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, nn, optim
from xpnet.backend import device_of, dtype_name, is_tensor, to_numpy
from xpnet.errors import ArgumentError, DeviceError, DTypeError, ShapeError
from xpnet.testing import BACKENDS, assert_close, gradcheck

# name, constructor arguments, options, shape of the input
BATCH_NORMS = [
    ("BatchNorm1d", (3,), {}, (6, 3)),
    ("BatchNorm1d", (3,), {"momentum": 0.3}, (4, 3, 5)),
    ("BatchNorm2d", (3,), {}, (4, 3, 2, 5)),
    ("BatchNorm2d", (3, 1e-2, None), {}, (4, 3, 2, 5)),
    ("BatchNorm2d", (3,), {"affine": False, "momentum": 1.0}, (4, 3, 2, 5)),
    ("BatchNorm2d", (3,), {"track_running_stats": False}, (4, 3, 2, 5)),
    ("BatchNorm3d", (3,), {}, (2, 3, 2, 3, 2)),
]
every_batch_norm = pytest.mark.parametrize(
    ("name", "args", "options", "shape"),
    BATCH_NORMS,
    ids=[f"{n}{a}{o}{len(s)}" for n, a, o, s in BATCH_NORMS],
)


def batch(*shape, seed=0):
    """Numbers whose channels differ in mean and spread."""
    x = np.random.default_rng(seed).standard_normal(shape)
    scale = np.arange(1.0, shape[1] + 1).reshape((-1,) + (1,) * (len(shape) - 2))
    return (scale * x + scale**2).astype(np.float32)


def weights_of(layer):
    return {k: to_numpy(v) for k, v in layer.state_dict().items()}


# ---- against PyTorch ---------------------------------------------------------------------------


@every_batch_norm
def test_batch_norm_trains_as_pytorchs_does(name, args, options, shape, backend):
    """Outputs, gradients and statistics of several steps, then evaluation."""
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.nn, name)(*args, **options)
    layer = getattr(nn, name)(*args, **options)
    assert list(layer.state_dict()) == list(theirs.state_dict())
    for step in range(3):
        x = Tensor(backend.asarray(batch(*shape, seed=step)), requires_grad=True)
        their_x = torch.tensor(to_numpy(x), requires_grad=True)
        y, expected = layer(x), theirs(their_x)
        dy = np.cos(np.arange(y.size)).reshape(shape).astype(np.float32)
        y.backward(backend.asarray(dy))
        expected.backward(torch.tensor(dy))
        assert_close(to_numpy(y), expected.detach().numpy(), rtol=1e-4, atol=1e-5)
        assert_close(to_numpy(x.grad), their_x.grad.numpy(), rtol=1e-3, atol=1e-5)
        for p, their_p in zip(layer.parameters(), theirs.parameters(), strict=True):
            assert_close(to_numpy(p.grad), their_p.grad.numpy(), rtol=1e-4, atol=1e-4)
    for key, value in weights_of(layer).items():
        assert_close(value, theirs.state_dict()[key].numpy(), rtol=1e-5, atol=1e-6)
    x = batch(*shape, seed=9)
    expected = theirs.eval()(torch.tensor(x)).detach().numpy()
    assert_close(to_numpy(layer.predict(backend.asarray(x))), expected, rtol=1e-4, atol=1e-5)
    assert_close(to_numpy(layer.eval()(backend.asarray(x))), expected, rtol=1e-4, atol=1e-5)


@every_batch_norm
def test_batch_norm_survives_a_file_with_its_statistics(name, args, options, shape, tmp_path):
    model = nn.Sequential(getattr(nn, name)(*args, **options))
    model(batch(*shape))
    xn.save(model, tmp_path / "model.safetensors")
    again = xn.load(tmp_path / "model.safetensors")
    for key, value in weights_of(model).items():
        assert_close(weights_of(again)[key], value, rtol=0, atol=0)
    assert repr(again) == repr(model)
    assert_close(again.predict(batch(*shape)), model.predict(batch(*shape)), rtol=0, atol=0)


# ---- running statistics --------------------------------------------------------------------------


def test_statistics_stay_on_the_device_and_keep_their_dtype(backend):
    layer = nn.BatchNorm2d(3)
    layer(backend.asarray(batch(2, 3, 2, 2)))
    for name, buffer in layer.named_buffers():
        assert not is_tensor(buffer)
        assert device_of(buffer) == backend.device
        assert dtype_name(buffer.dtype) == ("int64" if name.startswith("num") else "float32")
        assert tuple(buffer.shape) == (() if name.startswith("num") else (3,))


def test_statistics_follow_a_change_of_dtype(backend):
    layer = nn.BatchNorm1d(3, momentum=None).to(dtype="float64")
    layer(backend.asarray(batch(4, 3).astype(np.float64)))
    assert dtype_name(layer.running_var.dtype) == "float64"
    assert_close(to_numpy(layer.running_mean), np.mean(batch(4, 3), axis=0, dtype=np.float64))


def test_statistics_change_in_training_alone(backend):
    layer = nn.BatchNorm2d(3)
    x = backend.asarray(batch(2, 3, 2, 2))
    before = weights_of(layer)
    layer.predict(x)
    layer.eval()(x)
    for key, value in weights_of(layer).items():
        np.testing.assert_array_equal(value, before[key])
    layer.train()
    with xn.no_grad():
        layer(x)
    assert int(to_numpy(layer.num_batches_tracked)) == 1


def test_higher_derivatives_do_not_count_a_batch_again(backend):
    layer = nn.BatchNorm2d(3)
    x = Tensor(backend.asarray(batch(2, 3, 2, 2)), requires_grad=True)
    y = layer(x)
    after = weights_of(layer)
    (y * y * y).sum().backward(create_graph=True)
    (x.grad * x.grad).sum().backward()
    for key, value in weights_of(layer).items():
        np.testing.assert_array_equal(value, after[key])


def test_a_batch_that_is_refused_leaves_no_trace():
    layer = nn.BatchNorm2d(3)
    with pytest.raises(ShapeError):
        layer(batch(1, 3, 1, 1))
    assert int(layer.num_batches_tracked) == 0
    np.testing.assert_array_equal(layer.running_mean, np.zeros(3))


def test_statistics_are_not_kept_in_the_callers_arrays():
    """A state that was taken before a step stays as it is: buffers are replaced, not written."""
    layer = nn.BatchNorm2d(3)
    before = layer.state_dict()
    layer(batch(2, 3, 2, 2))
    np.testing.assert_array_equal(before["running_mean"], np.zeros(3))


def test_the_gradient_of_a_layer_in_training_and_evaluation_is_right(backend):
    layer = nn.BatchNorm2d(3, dtype="float64")
    x = backend.asarray(batch(2, 3, 2, 2).astype(np.float64))
    gradcheck(lambda x: layer(x), x, order=2)
    gradcheck(lambda x: layer.eval()(x), x, order=2)


def test_a_large_mean_does_not_cost_the_digits_of_the_variance():
    x = batch(50, 3, 4, 4)
    layer, shifted = nn.BatchNorm2d(3, momentum=1.0), nn.BatchNorm2d(3, momentum=1.0)
    layer(x)
    shifted(x + np.float32(1000.0))
    assert_close(shifted.running_var, layer.running_var, rtol=1e-3)


def test_batch_norm_learns_in_a_network_and_predicts_one_sample(backend):
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
    opt = optim.SGD(model.parameters(), lr=0.1)
    x = backend.asarray(batch(16, 3))
    losses = []
    for _ in range(20):
        loss = nn.functional.mse_loss(model(x), x[:, :1])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(float(to_numpy(loss)))
    assert losses[-1] < 0.5 * losses[0]
    assert model.predict(x[:1, ...]).shape == (1, 1)


# ---- wrong calls ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape"), [(nn.BatchNorm1d, (1, 3)), (nn.BatchNorm2d, (1, 3, 1, 1))]
)
def test_one_value_per_channel_has_no_variance(layer, shape):
    with pytest.raises(ShapeError, match=r"more than one value per channel.*drop_last=True"):
        layer(3)(batch(*shape))
    assert layer(3).predict(batch(*shape)).shape == shape
    assert layer(3).predict(batch(*shape)[:0]).shape == (0, *shape[1:])


def test_an_empty_batch_is_refused_in_training():
    with pytest.raises(ShapeError, match="leave the empty batch out"):
        nn.BatchNorm2d(3)(batch(0, 3, 2, 2))


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (nn.BatchNorm2d(3), (3, 4, 4), "BatchNorm2d: x must be .N, C, H, W., got .3, 4, 4."),
        (nn.BatchNorm1d(3), (3,), "BatchNorm1d: x must be"),
        (nn.BatchNorm3d(3), (2, 3, 4, 4), "BatchNorm3d: x must be .N, C, D, H, W."),
        (nn.BatchNorm2d(4), (2, 3, 4, 4), "must have 4 channels .* num_features=3"),
    ],
)
def test_an_input_of_the_wrong_shape_is_refused_with_the_remedy(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        layer(np.ones(shape, dtype=np.float32))


@pytest.mark.parametrize("affine", [True, False])
def test_an_input_of_another_dtype_is_refused(affine):
    layer = nn.BatchNorm2d(3, affine=affine)
    with pytest.raises(DTypeError, match=r"BatchNorm2d: x must have the dtype .*float32"):
        layer(batch(2, 3, 2, 2).astype(np.float64))


def test_an_input_from_elsewhere_is_refused_with_the_remedy():
    strict = BACKENDS["strict"]
    if strict.unavailable():
        pytest.skip(strict.unavailable())
    layer = nn.BatchNorm2d(3, affine=False)
    with pytest.raises(DeviceError, match="BatchNorm2d: arrays must share one library"):
        layer(strict.asarray(batch(2, 3, 2, 2)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.BatchNorm2d(0), "BatchNorm2d: num_features must be a positive integer"),
        (lambda: nn.BatchNorm2d(2, eps=0.0), "BatchNorm2d: eps must be a positive number"),
        (lambda: nn.BatchNorm2d(2, momentum=1.5), "momentum must be from 0 to 1 or None"),
    ],
)
def test_wrong_arguments_are_refused_when_the_layer_is_made(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_operations_are_counted():
    x = batch(2, 3, 4, 4)
    layer = nn.BatchNorm2d(3)
    assert layer.flops((x,), x) == 2 * x.size
    assert nn.Sequential(layer).summary(x).flops == 2 * x.size
    assert nn.Sequential(layer).summary(x).parameters == 6
