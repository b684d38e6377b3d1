"""One table of optimizers and options; every row gets all tests of this file."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from xpnet import kernels, optim
from xpnet.backend import asarray, device_of, dtype_name, is_array, to_numpy
from xpnet.nn import Parameter

SHAPES = [(3, 4), (4,), (5, 2), (), (2, 3, 2), (0, 3)]

ROWS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "maximize": True, "weight_decay": 0.1}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.1}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "eps": 1e-3, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9, "centered": True}),
    ("RMSprop", {"centered": True, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.5, "amsgrad": True, "maximize": True}),
    ("AdamW", {"weight_decay": 0.0}),
    ("Lion", {}),
    ("Lion", {"lr": 0.01, "betas": (0.8, 0.9), "weight_decay": 0.1, "maximize": True}),
    ("Muon", {}),
    ("Muon", {"lr": 0.1, "nesterov": False, "adjust_lr_fn": "match_rms_adamw"}),
    ("Muon", {"weight_decay": 0.0, "ns_steps": 3, "momentum": 0.5}),
]

every_row = pytest.mark.parametrize(
    ("name", "options"),
    ROWS,
    ids=[f"{name}-{'-'.join(options) or 'defaults'}" for name, options in ROWS],
)

IN_TORCH = ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "Muon"]


def shapes_for(name):
    return [shape for shape in SHAPES if len(shape) == 2 and shape[0]] if name == "Muon" else SHAPES


def values(name, seed=0, dtype="float64"):
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.standard_normal(shape), dtype=dtype) for shape in shapes_for(name)]


def gradients(name, step, dtype="float64"):
    return values(name, 1000 + step, dtype)


def train(optimizer, name, steps, first=0, dtype="float64", place=np.array):
    params = optimizer.param_groups[0]["params"]
    for step in range(first, first + steps):
        for p, g in zip(params, gradients(name, step, dtype), strict=True):
            p.grad = place(g)
        optimizer.step()
    return [to_numpy(p.data) for p in params]


def make(name, options, dtype="float64", place=np.array):
    params = [Parameter(place(v)) for v in values(name, dtype=dtype)]
    return getattr(optim, name)(params, **options)


def test_every_optimizer_has_a_row():
    # those that need a closure have no rule for one parameter, and files of their own
    rules = [cls for cls in optim.OPTIMIZERS.values() if not cls.needs_closure]
    assert {name for name, _ in ROWS} == {cls.__name__ for cls in rules}


@every_row
def test_steps_equal_those_of_torch(name, options, with_and_without_kernels, monkeypatch):
    torch = pytest.importorskip("torch")
    if name not in IN_TORCH or not hasattr(torch.optim, name):
        pytest.skip(f"this torch has no {name}")
    # Muon in torch rounds to bfloat16 on the way; without that the rules are the same
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self.clone())
    ours = make(name, options)
    theirs_params = [torch.nn.Parameter(torch.tensor(v)) for v in values(name)]
    theirs = getattr(torch.optim, name)(theirs_params, **options)
    done = 0
    for steps in (1, 10, 100):
        got = train(ours, name, steps - done, first=done)
        for step in range(done, steps):
            for p, g in zip(theirs_params, gradients(name, step), strict=True):
                p.grad = torch.tensor(g)
            theirs.step()
        done = steps
        for x, y in zip(got, theirs_params, strict=True):
            np.testing.assert_allclose(x, y.detach().numpy(), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", IN_TORCH)
def test_defaults_equal_those_of_torch(name):
    torch = pytest.importorskip("torch")
    if not hasattr(torch.optim, name):
        pytest.skip(f"this torch has no {name}")
    theirs = inspect.signature(getattr(torch.optim, name)).parameters
    for option, parameter in inspect.signature(getattr(optim, name)).parameters.items():
        assert parameter.default == theirs[option].default, option


@every_row
def test_every_backend_gives_the_same_numbers(name, options, backend):
    expected = train(make(name, options, "float32"), name, 10, dtype="float32")
    opt = make(name, options, "float32", backend.asarray)
    got = train(opt, name, 10, dtype="float32", place=backend.asarray)
    for x, y in zip(got, expected, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-5)


@every_row
def test_parameters_and_state_keep_library_device_dtype_and_shape(name, options, backend):
    opt = make(name, options, "float32", backend.asarray)
    train(opt, name, 2, dtype="float32", place=backend.asarray)
    for p in opt.param_groups[0]["params"]:
        arrays = [p.data, *(v for v in opt.state.get(p, {}).values() if not isinstance(v, int))]
        for array in arrays:
            assert is_array(array) and not isinstance(array, np.generic)
            assert device_of(array) == backend.device
            assert dtype_name(array.dtype) == "float32"
            assert tuple(array.shape) == tuple(p.shape)


@every_row
def test_gradients_are_not_modified(name, options, with_and_without_kernels):
    opt = make(name, options)
    for step in range(3):
        for p, g in zip(opt.param_groups[0]["params"], gradients(name, step), strict=True):
            p.grad = g
        opt.step()
        for p, g in zip(opt.param_groups[0]["params"], gradients(name, step), strict=True):
            np.testing.assert_array_equal(p.grad, g)


@every_row
def test_the_rule_leaves_its_arguments_unmodified(name, options):
    opt = make(name, options)
    options = {key: opt.param_groups[0][key] for key in opt.defaults}
    p, g = values("Muon")[0], gradients("Muon", 0)[0]
    state = opt.init(p, **options)
    for _ in range(2):
        before = [p.copy(), g.copy(), {k: np.copy(v) for k, v in state.items()}]
        _, new_state = opt.update(p, g, state, **options)
        np.testing.assert_array_equal(p, before[0])
        np.testing.assert_array_equal(g, before[1])
        assert set(state) == set(before[2])
        for key, value in state.items():
            np.testing.assert_array_equal(value, before[2][key])
        state = new_state


@every_row
def test_a_saved_state_continues_bit_for_bit(name, options, with_and_without_kernels):
    opt = make(name, options)
    train(opt, name, 5)
    saved = opt.state_dict()
    at_5 = [p.data.copy() for p in opt.param_groups[0]["params"]]
    expected = [x.copy() for x in train(opt, name, 5, first=5)]

    # made with other options: those of the saved state win
    again = getattr(optim, name)([Parameter(x) for x in at_5])
    again.load_state_dict(saved)
    got = train(again, name, 5, first=5)
    for x, y in zip(got, expected, strict=True):
        np.testing.assert_array_equal(x, y)


@every_row
def test_training_goes_on_when_the_model_moves_and_changes_dtype(name, options, backend):
    expected = train(make(name, options), name, 6)
    opt = make(name, options)
    train(opt, name, 3)
    for p in opt.param_groups[0]["params"]:
        p.data = asarray(p.data, dtype="float32", device=backend.device)
    train(opt, name, 2, first=3, dtype="float32", place=backend.asarray)
    for p in opt.param_groups[0]["params"]:
        p.data = asarray(p.data, dtype="float64", device="cpu")
    got = train(opt, name, 1, first=5)
    for x, y in zip(got, expected, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-5)


@every_row
def test_kernels_equal_the_rule_on_arrays_of_several_pieces(name, options):
    from xpnet.kernels.numpy import optimizers as fast

    opt = make(name, options)
    options = {key: opt.param_groups[0][key] for key in opt.defaults}
    rng = np.random.default_rng(0)
    shape = (3, fast.PIECE // 2)
    p = rng.standard_normal(shape).astype(np.float32)
    g = rng.standard_normal(shape).astype(np.float32)
    state = opt.init(p, **options)
    kernel = kernels.find(name.lower(), p, g, state, **options)
    if kernel is None:
        pytest.skip("no kernel for it, or kernels are off")
    q, fast_state = p.copy(), {k: np.copy(v) if np.ndim(v) else v for k, v in state.items()}
    for _ in range(3):
        p, state = opt.update(p, g, state, **options)
        q, fast_state = kernel.update(q, g, fast_state, **options)
    np.testing.assert_allclose(q, p, rtol=1e-5, atol=1e-6)
    assert set(state) == set(fast_state)
    for key in state:
        np.testing.assert_allclose(fast_state[key], state[key], rtol=1e-5, atol=1e-6)


# name -> learning rate; the schedule brings it to zero, as sign-like steps of one size need
RATES = {
    "SGD": 0.05, "Adagrad": 1.0, "RMSprop": 0.05, "Adam": 0.2, "AdamW": 0.2, "Lion": 0.1,
    "Muon": 0.2,
}  # fmt: skip


@pytest.mark.parametrize("name", RATES)
def test_the_minimum_of_a_parabola_is_found(name, backend):
    options = {"weight_decay": 0.0} if name in ("AdamW", "Muon") else {}
    scale, goal = backend.asarray([[1.0, 3.0]]), backend.asarray([[3.0, -2.0]])
    p = Parameter(backend.asarray([[0.0, 0.0]]))
    opt = getattr(optim, name)([p], lr=RATES[name], **options)
    schedule = optim.CosineAnnealingLR(opt, T_max=200)
    for _ in range(200):
        p.grad = scale * (p.data - goal)
        opt.step()
        schedule.step()
    np.testing.assert_allclose(to_numpy(p.data), [[3.0, -2.0]], atol=0.02)


# Muon and Lion give up the sizes of the gradient's entries, and need small steps in the valley
VALLEY = {
    "SGD": ({"lr": 1e-3, "momentum": 0.9}, 5000),
    "Adagrad": ({"lr": 0.2}, 20000),
    "RMSprop": ({"lr": 5e-3}, 5000),
    "Adam": ({"lr": 2e-2}, 5000),
    "AdamW": ({"lr": 2e-2, "weight_decay": 0.0}, 5000),
    "Lion": ({"lr": 3e-3}, 5000),
    "Muon": ({"lr": 1e-2, "weight_decay": 0.0}, 5000),
}


@pytest.mark.parametrize("name", VALLEY)
def test_the_minimum_of_rosenbrocks_valley_is_approached(name):
    options, steps = VALLEY[name]
    p = Parameter(np.asarray([[-1.0, 1.5]]))
    opt = getattr(optim, name)([p], **options)
    schedule = optim.CosineAnnealingLR(opt, T_max=steps)
    for _ in range(steps):
        x, y = p.data[0]
        p.grad = np.asarray([[-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]])
        opt.step()
        schedule.step()
    np.testing.assert_allclose(p.data, [[1.0, 1.0]], atol=0.1)
