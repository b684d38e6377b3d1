"""L-BFGS: PyTorch's iterates, and the minimum, on every backend."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, optim
from xpnet.backend import device_of, dtype_name, namespace, to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.nn import Parameter
from xpnet.optim.line_search import Point, cubic_minimum, strong_wolfe
from xpnet.training import Trainer

SEARCHES = [None, "strong_wolfe"]
RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(60, 5)), RNG.normal(size=5)
Y = (X @ W + 0.5 * RNG.normal(size=60) > 0).astype(np.float64)


def rosenbrock(xp, x):
    return xp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def logistic(xp, x, features, y):
    """Regularised, so that there is a minimum."""
    z = xp.sum(x * features, axis=1)
    softplus = xp.log1p(xp.exp(-xp.abs(z))) + xp.where(z > 0, z, 0.0 * z)
    return xp.sum(softplus - z * y) + xp.sum(x * x)


def problem(name, asarray=np.array):
    """(start, function of (xp, x))"""
    if name == "rosenbrock":
        return np.asarray([-1.2, 1.0, 0.5, -0.7]), rosenbrock
    features, y = asarray(X), asarray(Y)
    return np.zeros(5), lambda xp, x: logistic(xp, x, features, y)


def closure_for(opt, p, function):
    def closure():
        opt.zero_grad()
        loss = function(namespace(p), p)
        loss.backward()
        return loss

    return closure


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("name", ["rosenbrock", "logistic"])
@pytest.mark.parametrize("size", [100, 3])
def test_iterates_are_those_of_torch(name, search, size):
    torch = pytest.importorskip("torch")
    options = {"line_search_fn": search, "max_iter": 3, "history_size": size}
    options["lr"] = 1.0 if search else (1e-3 if name == "rosenbrock" else 0.1)
    start, function = problem(name)
    p = Parameter(start.copy())
    ours = optim.LBFGS([p], **options)
    theirs_p = torch.nn.Parameter(torch.tensor(start))
    theirs = torch.optim.LBFGS([theirs_p], **options)
    start, in_torch = problem(name, torch.tensor)

    def closure():
        theirs.zero_grad()
        loss = in_torch(torch, theirs_p)
        loss.backward()
        return loss

    for _ in range(8):
        mine, other = ours.step(closure_for(ours, p, function)), theirs.step(closure)
        assert float(mine) == pytest.approx(other.item(), rel=1e-8, abs=1e-12)
        np.testing.assert_allclose(p.data, theirs_p.detach().numpy(), rtol=1e-8, atol=1e-8)
        state, expected = ours.state[p], theirs.state[theirs_p]
        for key in ("n_iter", "func_evals"):
            assert state[key] == expected[key]


@pytest.mark.parametrize("search", SEARCHES)
def test_every_backend_gives_the_same_numbers(backend, search):
    def trained(asarray):
        start, function = problem("logistic", asarray)
        p = Parameter(asarray(start))
        opt = optim.LBFGS([p], lr=1.0 if search else 0.1, line_search_fn=search, max_iter=10)
        for _ in range(2):
            opt.step(closure_for(opt, p, function))
        return p

    p = trained(lambda x: backend.asarray(np.asarray(x)))
    assert device_of(p.data) == backend.device
    assert dtype_name(p.data.dtype) == "float64"
    np.testing.assert_allclose(to_numpy(p.data), trained(np.array).data, rtol=1e-7)


def test_it_finds_the_minimum_of_a_function_of_several_parameters(backend):
    """Parameters of any shape, also of none and of no element, are one vector."""
    shapes = [(2, 3), (), (4,), (0, 2)]
    rng = np.random.default_rng(1)
    goals = [backend.asarray(np.asarray(rng.normal(size=shape))) for shape in shapes]
    params = [Parameter(namespace(g).zeros_like(g)) for g in goals]
    options = {"max_iter": 100, "tolerance_change": 1e-14, "line_search_fn": "strong_wolfe"}
    opt = optim.LBFGS([*params, Parameter(goals[1])], **options)

    def closure():
        opt.zero_grad()
        parts = [
            (k + 1.0) * namespace(p).sum((p - g) ** 2)
            for k, (p, g) in enumerate(zip(params, goals, strict=True))
        ]
        loss = sum(parts[1:], start=parts[0])
        loss.backward()
        return loss

    opt.step(closure)
    for p, g in zip(params, goals, strict=True):
        assert p.data.shape == g.shape
        np.testing.assert_allclose(to_numpy(p.data), to_numpy(g), atol=1e-5)


def test_float32_stays_float32(backend):
    p = Parameter(backend.asarray([-1.2, 1.0], dtype="float32"))
    opt = optim.LBFGS([p], line_search_fn="strong_wolfe", max_iter=60)
    opt.step(closure_for(opt, p, rosenbrock))
    assert dtype_name(p.data.dtype) == "float32"
    np.testing.assert_allclose(to_numpy(p.data), [1.0, 1.0], atol=1e-2)


def test_a_rate_of_numpy_does_not_widen_the_parameters():
    p = Parameter(np.asarray([-1.2, 1.0], dtype=np.float32))
    opt = optim.LBFGS([p], lr=0.5, max_iter=3)
    opt.param_groups[0]["lr"] = np.float64(1e-3)
    opt.step(closure_for(opt, p, rosenbrock))
    assert p.data.dtype == np.float32


def test_nothing_happens_where_there_is_no_slope():
    p = Parameter(np.asarray([1.0, 1.0]))
    opt = optim.LBFGS([p])
    opt.step(closure_for(opt, p, rosenbrock))
    assert p.data.tolist() == [1.0, 1.0]
    assert opt.state[p]["func_evals"] == 1


def test_evaluations_are_limited():
    calls = []
    p = Parameter(np.asarray([-1.2, 1.0]))
    opt = optim.LBFGS([p], max_iter=50, max_eval=7, line_search_fn="strong_wolfe")
    closure = closure_for(opt, p, rosenbrock)
    opt.step(lambda: calls.append(1) or closure())
    assert 7 <= len(calls) <= 8  # the search begins with one evaluation that is not counted


# ---- state --------------------------------------------------------------------------------------


@pytest.mark.parametrize("search", SEARCHES)
def test_a_loaded_state_goes_on_as_if_nothing_had_happened(backend, search):
    def make(start):
        p = Parameter(backend.asarray(np.asarray(start)))
        return p, optim.LBFGS([p], lr=1.0 if search else 1e-3, line_search_fn=search, max_iter=4)

    p, opt = make([-1.2, 1.0, 0.5])
    opt.step(closure_for(opt, p, rosenbrock))
    snapshot, middle = opt.state_dict(), to_numpy(p.data).copy()
    opt.step(closure_for(opt, p, rosenbrock))
    other, loaded = make(middle)
    loaded.load_state_dict(snapshot)
    loaded.step(closure_for(loaded, other, rosenbrock))
    np.testing.assert_array_equal(to_numpy(other.data), to_numpy(p.data))
    assert snapshot["state"][0]["n_iter"] == 4


def test_the_state_of_torch_can_be_loaded():
    torch = pytest.importorskip("torch")
    options = {"line_search_fn": "strong_wolfe", "max_iter": 4}
    theirs_p = torch.nn.Parameter(torch.tensor([-1.2, 1.0, 0.5], dtype=torch.float64))
    theirs = torch.optim.LBFGS([theirs_p], **options)

    def closure():
        theirs.zero_grad()
        loss = rosenbrock(torch, theirs_p)
        loss.backward()
        return loss

    theirs.step(closure)
    p = Parameter(theirs_p.detach().numpy().copy())
    ours = optim.LBFGS([p])
    ours.load_state_dict(theirs.state_dict())
    ours.step(closure_for(ours, p, rosenbrock))
    theirs.step(closure)
    np.testing.assert_allclose(p.data, theirs_p.detach().numpy(), rtol=1e-8)


def test_the_memory_follows_the_parameters_to_another_dtype():
    p = Parameter(np.asarray([-1.2, 1.0], dtype=np.float32))
    opt = optim.LBFGS([p], max_iter=8, line_search_fn="strong_wolfe")
    opt.step(closure_for(opt, p, rosenbrock))
    p.data, p.grad = p.data.astype(np.float64), None
    opt.step(closure_for(opt, p, rosenbrock))
    assert p.data.dtype == np.float64
    assert {s.dtype for s in opt.state[p]["old_stps"]} == {np.dtype(np.float64)}


def test_a_snapshot_is_empty_before_the_first_step_and_does_not_change_later():
    p = Parameter(np.asarray([-1.2, 1.0]))
    opt = optim.LBFGS([p], max_iter=8, line_search_fn="strong_wolfe")
    assert opt.state_dict()["state"] == {}
    opt.step(closure_for(opt, p, rosenbrock))
    snapshot = opt.state_dict()
    kept = [s.copy() for s in snapshot["state"][0]["old_stps"]]
    assert kept
    opt.step(closure_for(opt, p, rosenbrock))
    np.testing.assert_array_equal(kept, snapshot["state"][0]["old_stps"])


# ---- the line search ----------------------------------------------------------------------------


@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 10.0, 100.0])
@pytest.mark.parametrize(
    "function",
    [
        lambda t: ((t - 3) ** 2, 2 * (t - 3)),
        lambda t: (np.cos(t) - 0.1 * t, -np.sin(t) - 0.1),
        lambda t: (-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2),  # Moré and Thuente, 5.1
    ],
)
def test_the_step_satisfies_the_strong_wolfe_conditions(function, first):
    def evaluate(t):
        f, slope = function(t)
        return Point(t, f, slope, None)

    start = evaluate(0.0)
    point, evaluations = strong_wolfe(evaluate, first, start, 1.0, 1e-9, 50)
    assert point.f <= start.f + 1e-4 * point.t * start.slope
    assert abs(point.slope) <= 0.9 * abs(start.slope)
    assert evaluations < 20


def test_a_cubic_without_minimum_gives_the_middle():
    assert cubic_minimum(Point(0.0, 0.0, -1.0, None), Point(1.0, -5.0, -1.0, None)) <= 1.0
    assert cubic_minimum(Point(2.0, 0.0, -1.0, None), Point(2.0, 0.0, -1.0, None)) == 2.0
    nan = float("nan")
    assert cubic_minimum(Point(0.0, 1.0, -1.0, None), Point(1.0, nan, nan, None)) == 0.5


def test_a_loss_that_is_nan_far_away_does_not_stop_the_search():
    p = Parameter(np.asarray([5.0]))

    def barrier(xp, x):  # log(x) + 1/x, NaN for x <= 0
        return xp.sum(xp.log(x) + 1.0 / x)

    opt = optim.LBFGS([p], line_search_fn="strong_wolfe", max_iter=50)
    with np.errstate(all="ignore"):
        opt.step(closure_for(opt, p, barrier))
    assert p.data[0] == pytest.approx(1.0, abs=1e-4)


# ---- closures and the trainer -------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(optim.OPTIMIZERS) - {"lbfgs", "muon"}))
def test_every_optimizer_takes_a_closure(name):
    def trained(with_closure):
        p = Parameter(np.asarray([-1.2, 1.0]))
        opt = optim.by_name(name)([p])
        closure = closure_for(opt, p, rosenbrock)
        if with_closure:
            assert float(opt.step(closure)) == pytest.approx(24.2)
        else:
            closure()
            assert opt.step() is None
        return p.data

    np.testing.assert_array_equal(trained(True), trained(False))


def test_the_trainer_trains_with_it(backend):
    x = np.random.default_rng(1).normal(size=(100, 2))
    y = (x[:, 0] ** 2 + x[:, 1] > 0.5).astype(np.int64)

    def trained(accumulate, batch_size):
        xn.manual_seed(0)
        model = xn.models.MLP(2, (8,), 2, activation="tanh").to(dtype="float64")
        opt = optim.LBFGS(model.parameters(), line_search_fn="strong_wolfe", max_iter=5)
        trainer = Trainer(model, opt, accumulate=accumulate)
        options = {"batch_size": batch_size, "shuffle": False, "progress": False}
        return trainer.fit((x, y, 1.0 + y), epochs=6, **options), trainer

    history, trainer = trained(1, 100)
    assert history["loss"][0] > 0.5 and history["loss"][-1] < 0.15
    assert trainer.step == 6
    grouped, _ = trained(4, 25)
    np.testing.assert_allclose(grouped["loss"], history["loss"], rtol=1e-4)


# ---- errors -------------------------------------------------------------------------------------


def test_it_needs_a_closure():
    with pytest.raises(ArgumentError, match=r"closure must be a function.*write def closure\(\)"):
        optim.LBFGS([Parameter(np.ones(2))]).step()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": -1.0}, "lr must be >= 0"),
        ({"max_iter": 0}, "max_iter must be a positive integer, got 0"),
        ({"max_eval": 1.5}, "max_eval must be a positive integer, got 1.5"),
        ({"history_size": True}, "history_size must be a positive integer, got True"),
        ({"tolerance_grad": -1}, "tolerance_grad must be >= 0"),
        ({"tolerance_change": -1}, "tolerance_change must be >= 0"),
        ({"line_search_fn": "wolfe"}, "line_search_fn must be one of 'strong_wolfe'"),
    ],
)
def test_options_that_make_no_sense_are_an_error(options, message):
    with pytest.raises(ArgumentError, match=message):
        optim.LBFGS([Parameter(np.ones(2))], **options)


def test_parameters_must_be_one_vector():
    a, b = Parameter(np.ones(2)), Parameter(np.ones(2, dtype=np.float32))
    with pytest.raises(ArgumentError, match="params must be one group, got a second one"):
        optim.LBFGS([{"params": [a]}, {"params": [b]}])
    opt = optim.LBFGS([a, b])
    with pytest.raises(DTypeError, match=r"must have one dtype, got \['float32', 'float64'\]"):
        opt.step(closure_for(opt, a, rosenbrock))


def test_a_state_of_another_model_is_an_error():
    p = Parameter(np.asarray([-1.2, 1.0]))
    opt = optim.LBFGS([p], max_iter=3)
    opt.step(closure_for(opt, p, rosenbrock))
    with pytest.raises(ShapeError, match=r"size of all parameters, \(3,\), got \(2,\)"):
        optim.LBFGS([Parameter(np.ones(3))]).load_state_dict(opt.state_dict())


def test_the_trainer_does_not_clip_its_gradients():
    model = nn.Linear(2, 2)
    with pytest.raises(ArgumentError, match=r"clip_norm must be None with LBFGS, got 1\.0"):
        Trainer(model, optim.LBFGS(model.parameters()), clip_norm=1.0)
