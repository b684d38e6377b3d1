"""Loss scaling: small gradients survive, overflow costs a step and nothing else."""

import inspect

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, optim
from xpnet.errors import AnomalyError, ArgumentError, DTypeError
from xpnet.optim import GradScaler

torch = pytest.importorskip("torch")


def parameter(*values):
    return nn.Parameter(xn.asarray([float(value) for value in values]))


def given(p, *values):
    """Set a gradient that arrived from a scaled loss."""
    p.grad = xn.asarray([float(value) for value in values])
    return p


def cycle(scaler, optimizer):
    scaler.step(optimizer)
    scaler.update()


def test_the_step_is_that_of_the_loss_without_the_scale(backend):
    plain, scaled = parameter(1, 2), parameter(1, 2)
    optimizers = [optim.Adam([p], lr=0.1) for p in (plain, scaled)]
    scaler = GradScaler(2.0**10)
    for _ in range(3):
        for p in (plain, scaled):
            p.grad = None
        (plain * plain).sum().backward()
        optimizers[0].step()
        scaler.scale((scaled * scaled).sum()).backward()
        cycle(scaler, optimizers[1])
    np.testing.assert_array_equal(xn.to_numpy(plain.data), xn.to_numpy(scaled.data))


@pytest.mark.parametrize("bad", [float("inf"), float("-inf"), float("nan")])
def test_a_gradient_that_is_not_finite_costs_the_step_and_half_of_the_scale(backend, bad):
    p, q = parameter(1, 2), parameter(3)
    optimizer = optim.SGD([{"params": [p]}, {"params": [q], "lr": 0.5}], lr=0.1)
    scaler = GradScaler(8.0)
    given(p, 1, bad)
    given(q, 1)
    cycle(scaler, optimizer)
    assert xn.to_numpy(p.data).tolist() == [1, 2]
    assert xn.to_numpy(q.data).tolist() == [3]
    assert (scaler.get_scale(), scaler.skipped) == (4.0, 1)
    given(p, 4, 4)
    given(q, 4)
    cycle(scaler, optimizer)
    np.testing.assert_allclose(xn.to_numpy(p.data), [0.9, 1.9], rtol=1e-6)
    assert xn.to_numpy(q.data).tolist() == [2.5]
    assert (scaler.get_scale(), scaler.skipped) == (4.0, 1)


def test_a_frozen_parameter_without_a_gradient_is_passed_over():
    p = parameter(1)
    scaler = GradScaler()
    cycle(scaler, optim.SGD([p], lr=0.1))
    assert scaler.get_scale() == 2.0**16
    assert p.data.tolist() == [1]


@pytest.mark.parametrize("seed", range(3))
def test_the_scale_moves_as_that_of_pytorch(seed):
    options = {"init_scale": 64.0, "growth_factor": 3.0, "backoff_factor": 0.25}
    options["growth_interval"] = 3
    ours = GradScaler(**options)
    theirs = torch.amp.GradScaler("cpu", **options)
    p, q = parameter(1), torch.nn.Parameter(torch.ones(1))
    optimizer, other = optim.SGD([p], lr=0.1), torch.optim.SGD([q], lr=0.1)
    theirs.scale(q.sum())
    for good in np.random.default_rng(seed).random(40) < 0.8:
        value = ours.get_scale() if good else float("inf")
        given(p, value)
        cycle(ours, optimizer)
        q.grad = torch.tensor([value])
        theirs.step(other)
        theirs.update()
        assert ours.get_scale() == theirs.get_scale()
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-6)
    state = ours.state_dict()
    assert state.pop("skipped") == ours.skipped > 0
    assert state == theirs.state_dict()


def test_gradients_are_clipped_after_they_were_unscaled(backend):
    p = parameter(0, 0)
    optimizer, scaler = optim.SGD([p], lr=1.0), GradScaler(1024.0)
    given(p, 3 * 1024, 4 * 1024)
    scaler.unscale_(optimizer)
    norm = optim.clip_grad_norm_([p], 1.0)
    cycle(scaler, optimizer)
    assert float(norm) == 5.0
    np.testing.assert_allclose(xn.to_numpy(p.data), [-0.6, -0.8], rtol=1e-5)


def test_gradients_of_several_batches_are_unscaled_once(backend):
    p = parameter(2)
    optimizer, scaler = optim.SGD([p], lr=0.25), GradScaler(16.0)
    for _ in range(2):
        scaler.scale((p * p).sum()).backward()
    cycle(scaler, optimizer)
    assert xn.to_numpy(p.data).tolist() == [0]  # 2 - 0.25 (4 + 4)


def test_one_gradient_shared_by_two_parameters_is_divided_once_for_each(backend):
    p, q = parameter(0), parameter(0)
    p.grad = q.grad = xn.asarray([32.0])
    GradScaler(32.0).unscale_(optim.SGD([p, q], lr=1.0))
    assert xn.to_numpy(p.grad).tolist() == xn.to_numpy(q.grad).tolist() == [1.0]


def test_several_optimizers_step_by_themselves_and_share_the_scale():
    p, q = parameter(1), parameter(1)
    first, second = optim.SGD([p], lr=1.0), optim.SGD([q], lr=1.0)
    scaler = GradScaler(2.0)
    given(p, float("inf"))
    given(q, 2)
    scaler.step(first)
    scaler.step(second)
    scaler.update()
    assert (p.data.tolist(), q.data.tolist()) == ([1], [0])
    assert scaler.get_scale() == 1.0


def test_several_losses_are_scaled_together():
    a, b = GradScaler(4.0).scale((xn.Tensor([1.0]), np.asarray(2.0)))
    assert (float(a.data[0]), float(b)) == (4.0, 8.0)


def test_it_goes_on_from_its_state():
    scaler, p = GradScaler(8.0, growth_interval=3), parameter(1)
    optimizer = optim.SGD([p], lr=0.1)
    for value in (1, float("inf"), 1, 1):
        given(p, value)
        cycle(scaler, optimizer)
    other = GradScaler()
    other.load_state_dict(scaler.state_dict())
    assert other.state_dict() == scaler.state_dict()
    for one in (scaler, other):
        given(p, 1)
        cycle(one, optimizer)
        assert one.get_scale() == 8.0  # 8 / 2, and the third good step in a row


def test_a_scaler_that_is_not_enabled_does_nothing():
    scaler, p = GradScaler(enabled=False), given(parameter(1), 1)
    loss = xn.Tensor([1.0])
    assert scaler.scale(loss) is loss
    optimizer = optim.SGD([p], lr=1.0)
    scaler.unscale_(optimizer)
    cycle(scaler, optimizer)
    assert (p.data.tolist(), scaler.get_scale(), scaler.state_dict()) == ([0], 1.0, {})
    scaler.load_state_dict({})
    assert not scaler.is_enabled()


def test_the_scale_can_be_set_and_stays_a_number_of_float32():
    scaler, p = GradScaler(growth_interval=1), parameter(1)
    scaler.update(2.0**126)
    optimizer = optim.SGD([p], lr=0.1)
    for _ in range(3):
        given(p, 1)
        cycle(scaler, optimizer)
    assert np.isfinite(np.float32(scaler.get_scale()))


def test_training_that_diverged_is_not_taken_for_overflow():
    scaler, p = GradScaler(), parameter(1)
    optimizer = optim.SGD([p], lr=0.1)
    with pytest.raises(
        AnomalyError, match=r"gradients must be finite at some scale.*learning rate"
    ):
        for _ in range(60):
            given(p, float("nan"))
            cycle(scaler, optimizer)
    assert 35 < scaler.skipped < 45


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"init_scale": 0}, "init_scale must be a positive number, got 0"),
        ({"init_scale": float("inf")}, "init_scale must be a positive number, got inf"),
        ({"growth_factor": 1}, "growth_factor must be a number > 1, got 1"),
        ({"backoff_factor": 1}, "backoff_factor must be a number between 0 and 1, got 1"),
        ({"growth_interval": 0}, "growth_interval must be a positive integer, got 0"),
        ({"growth_interval": 2.5}, "growth_interval must be a positive integer, got 2.5"),
        ({"init_scale": "2"}, "init_scale must be a positive number, got '2'; 2.*16 is usual"),
        ({"growth_factor": "2"}, "growth_factor must be a number > 1, got '2'; 2.0 is usual"),
        ({"backoff_factor": None}, "backoff_factor must be a number .* got None; 0.5 is usual"),
        ({"enabled": "cuda"}, "enabled must be True or False, got 'cuda'; enabled=precision =="),
    ],
)
def test_options_that_make_no_sense(options, message):
    with pytest.raises(ArgumentError, match=message):
        GradScaler(**options)


@pytest.mark.parametrize(
    ("given", "named"),
    [(("cuda",), {}), (("cuda",), {"init_scale": 8.0}), ((), {"device": "cuda"})],
)
def test_a_call_as_pytorch_writes_it_is_told_how_it_reads_here(given, named):
    with pytest.raises(
        ArgumentError,
        match=r"init_scale must be the first argument, .* got 'cuda'; write GradScaler\(\) for",
    ):
        GradScaler(*given, **named)


def test_numbers_of_numpy_are_taken_as_plain_ones():
    options = np.float32(8), np.float64(3), np.float32(0.5), np.int64(7), np.True_
    scaler = GradScaler(*options)
    assert list(map(type, scaler.state_dict().values())) == [float] * 3 + [int] * 3
    assert list(scaler.state_dict().values()) == [8, 3, 0.5, 7, 0, 0]
    assert next(iter(inspect.signature(GradScaler).parameters)) == "init_scale"


def test_methods_called_in_another_order():
    p = given(parameter(1), 1)
    optimizer, scaler = optim.SGD([p], lr=0.1), GradScaler()
    with pytest.raises(ArgumentError, match="a step must come before it, got none"):
        scaler.update()
    scaler.unscale_(optimizer)
    with pytest.raises(ArgumentError, match="called once before each step, got a second call"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(ArgumentError, match="called once for each update, got a second call"):
        scaler.step(optimizer)
    scaler.update()
    with pytest.raises(ArgumentError, match="new_scale must be a positive number, got -1"):
        scaler.update(-1)
    with pytest.raises(ArgumentError, match="new_scale must be a positive number, got 'half'"):
        scaler.update("half")


def test_what_cannot_be_scaled():
    scaler = GradScaler()
    with pytest.raises(ArgumentError, match="loss must be a Tensor, got float"):
        scaler.scale(1.0)
    half = nn.Parameter(np.ones(2, np.float16))
    half.grad = np.ones(2, np.float16)
    with pytest.raises(DTypeError, match=r"parameters must be in float32, got float16; keep"):
        scaler.step(optim.SGD([half], lr=0.1))
    with pytest.raises(ArgumentError, match="must not need a closure, got LBFGS"):
        scaler.step(optim.LBFGS([parameter(1)]))
    with pytest.raises(ArgumentError, match=r"must have .* got none of .*was the scaler enabled"):
        scaler.load_state_dict({})
