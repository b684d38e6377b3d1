"""Steps of all parameters in one launch, and clipping, on CuPy arrays, run on the CPU."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.kernels.cupy import emulated
from tests.kernels.cupy.compare import kernel_of, moved
from tests.kernels.cupy.test_optimizers import CASES, RULES, first_state
from xpnet import nn, optim
from xpnet.backend.recording import Recording, recording_begun
from xpnet.kernels.cupy import gpu as launching
from xpnet.kernels.cupy import optimizers, together
from xpnet.testing import assert_close

SHAPES = [(3, 5), (7,), (), (0, 4), (2, 3000), (1,)]
every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=str)


def rule_of(name):
    return next(rule for rule in optimizers.RULES if rule.name == name)


def some(shapes, seed, dtype="float64"):
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.standard_normal(shape), dtype) for shape in shapes]


def launches(monkeypatch):
    """Return a list that gets the name of each kernel that is launched."""
    names, run = [], launching._run
    monkeypatch.setattr(launching, "_run", lambda name, *a: (names.append(name), run(name, *a)))
    return names


@every_case
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_of_all_is_that_of_each(gpu, monkeypatch, name, options, dtype):
    start, decays = some(SHAPES, 0, dtype), [0.0] * len(SHAPES)
    options = {**rule_of(name).defaults, **options, "lr": 0.1}
    states = [first_state(name, p, **options) for p in start]
    ps, seen = moved(start), launches(monkeypatch)
    wanted, wanted_states = start, [RULES[name].init(p, **options) for p in start]
    for t in range(3):
        gs = some(SHAPES, 1 + t, dtype)
        ps = kernel_of(name).together({}, ps, moved(gs), states, decays, options)
        pairs = zip(wanted, gs, wanted_states, strict=True)
        steps = [RULES[name].update(p, g, state, **options) for p, g, state in pairs]
        wanted, wanted_states = zip(*steps, strict=True)
    assert seen == [f"optimizers/{rule_of(name).kernel or name}"] * 3
    for p, state, truth, true_state in zip(ps, states, wanted, wanted_states, strict=True):
        assert p.device == emulated.Device(1)
        assert_close(np.asarray(p), np.asarray(truth), rtol=1e-5)
        assert state.keys() == true_state.keys()
        for key, value in state.items():
            assert_close(np.asarray(value), np.asarray(true_state[key]), rtol=1e-5)


def test_more_tensors_than_a_table_has_room_for_take_more_launches(gpu, monkeypatch):
    shapes = [(1 + i % 5,) for i in range(2 * together.TENSORS + 3)]
    start, gs, seen = some(shapes, 0), some(shapes, 1), launches(monkeypatch)
    options = {**rule_of("sgd").defaults, "lr": 0.5}
    ps = kernel_of("sgd").together(
        {}, moved(start), moved(gs), [{} for _ in gs], [0.0] * len(gs), options
    )
    assert seen == ["optimizers/sgd"] * 3
    for p, before, g in zip(ps, start, gs, strict=True):
        np.testing.assert_array_equal(p, before - 0.5 * g)


def test_each_parameter_has_a_decay_of_its_own(gpu):
    start, gs = some([(3,), (4,)], 0), some([(3,), (4,)], 1)
    options = {**rule_of("sgd").defaults, "lr": 0.5}
    ps = kernel_of("sgd").together({}, moved(start), moved(gs), [{}, {}], [0.1, 0.0], options)
    np.testing.assert_allclose(ps[0], start[0] - 0.5 * (gs[0] + 0.1 * start[0]), rtol=1e-12)
    np.testing.assert_array_equal(ps[1], start[1] - 0.5 * gs[1])


def test_large_tensors_are_spread_over_blocks_which_stay_within_bounds(gpu):
    (a, b) = moved([np.ones(5000), np.ones(together.CHUNK)])
    (part,) = together.tables([(a, a), (b, b)])
    assert part.blocks == 4
    assert part.table["first"][0, :3].tolist() == [0, 3, 4]
    (part,) = together.tables([(a, a), (b, b)], max_chunks=2)
    assert part.table["chunk"] == -(-(5000 + together.CHUNK) // 2)
    assert part.blocks == 3


def test_the_arguments_of_a_launch_fit():
    for real in ("f", "d"):
        table = together._table(launching._WIDE[real])
        assert table.itemsize + 8 * together.NUMBERS + 8 + 3 * 4 <= 4096


def test_the_structs_are_the_same_in_both_languages(gpu):
    """Fields lie where C puts them: pointers first, no gaps."""
    for real in ("f", "d"):
        table = together._table(launching._WIDE[real])
        offsets = [table.fields[name][1] for name in table.names]
        sizes = [table.fields[name][0].itemsize for name in table.names]
        assert all(a + n == b for a, n, b in zip(offsets, sizes, offsets[1:], strict=False))
        assert all(b > a for a, b in pairwise(offsets))
        assert table.itemsize % 8 == 0


@pytest.mark.parametrize(
    "unfit",
    [
        lambda p, g, s: (p.T, g.T, s),
        lambda p, g, s: (p, g.astype("float32"), s),
        lambda p, g, s: (p, g[:1], s),
        lambda p, g, s: (p, np.asarray(g), s),
        lambda p, g, s: (p, g, {**s, "step": 4}),
        lambda p, g, s: (p.astype("float16"), g.astype("float16"), {}),
        lambda p, g, s: (p, g, {**s, "exp_avg": s["exp_avg"].astype("float32")}),
    ],
)
def test_others_are_left_to_be_updated_one_by_one(gpu, unfit):
    ps, gs = moved(some([(2, 3)] * 2, 0)), moved(some([(2, 3)] * 2, 1))
    states = [first_state("adam", p) for p in some([(2, 3)] * 2, 0)]
    ps[1], gs[1], states[1] = unfit(ps[1], gs[1], states[1])
    before = [p.copy() for p in ps]
    options = {**rule_of("adam").defaults, "lr": 0.1}
    assert kernel_of("adam").together({}, ps, gs, states, [0.0, 0.0], options) is None
    for p, kept in zip(ps, before, strict=True):
        np.testing.assert_array_equal(p, kept)
    assert states[0]["step"] == 0


def test_a_velocity_that_only_some_have_is_left_to_them(gpu):
    ps, gs = moved(some([(3,)] * 2, 0)), moved(some([(3,)] * 2, 1))
    states = [{}, {"momentum_buffer": moved(some([(3,)], 2))[0]}]
    options = {**rule_of("sgd").defaults, "lr": 0.1, "momentum": 0.9}
    assert kernel_of("sgd").together({}, ps, gs, states, [0.0, 0.0], options) is None
    assert states[0] == {}


@every_case
def test_a_recorded_step_reads_its_numbers_where_advance_writes_them(gpu, name, options):
    options = {**rule_of(name).defaults, **options, "lr": 0.1}
    kernel, shapes, decays = kernel_of(name), [(3,), (4, 2)], [0.0, 0.0]
    start, gs = some(shapes, 0), some(shapes, 1)
    ps, qs = moved(start), moved(start)
    states = [first_state(name, p, **options) for p in start]
    others = [first_state(name, p, **options) for p in start]
    kept = {}
    for memory, arrays, own in ((kept, ps, states), ({}, qs, others)):
        kernel.together(memory, arrays, moved(gs), own, decays, options)
    with recording_begun(
        Recording()
    ):  # the stand-in does it at once, with numbers that are not there yet
        kernel.together(kept, moved(start), moved(gs), [dict(s) for s in states], decays, options)
    options["lr"] = 0.01
    assert kernel.advance(kept, states, decays, options) is True
    numbers = rule_of(name).numbers(2, options)
    np.testing.assert_array_equal(kept["numbers"][: len(numbers)], numbers)
    if "step" in states[0]:
        assert [state["step"] for state in states] == [2, 2]


def test_what_is_in_the_recording_cannot_change(gpu):
    options = {**rule_of("sgd").defaults, "lr": 0.1}
    kernel, kept = kernel_of("sgd"), {}
    (p, g), states = moved([np.ones(3), np.ones(3)]), [{}]
    assert kernel.advance(kept, states, [0.0], options) is False  # nothing was recorded
    with recording_begun(Recording()):
        kernel.together(kept, [p], [g], states, [0.0], options)
    assert kernel.advance(kept, states, [0.0], options) is True
    assert kernel.advance(kept, states, [0.1], options) is False
    assert kernel.advance(kept, states, [0.0], {**options, "maximize": True}) is False
    assert kernel.advance(kept, states, [0.0], {**options, "momentum": 0.9}) is False
    assert kernel.advance(kept, states, [0.0], {**options, "lr": 0.3}) is True


# ---- clipping ------------------------------------------------------------------------------------


def clipped(gs, max_norm):
    """What the generic code makes of gradients."""
    parameters = [nn.Parameter(np.zeros(g.shape, g.dtype)) for g in gs]
    for p, g in zip(parameters, gs, strict=True):
        p.grad = g
    norm = optim.clip_grad_norm_(parameters, max_norm)
    return norm, [p.grad for p in parameters]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int64])
def test_the_largest_norm_may_be_a_number_of_numpy(gpu, kind):
    _, plain = kernel_of("clip_grad_norm").update(moved(some([(7,), (2, 3)], 0, "float32")), 2.0)
    _, scaled = kernel_of("clip_grad_norm").update(
        moved(some([(7,), (2, 3)], 0, "float32")), kind(2)
    )
    for actual, wanted in zip(scaled, plain, strict=True):
        np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("max_norm", [0.0, 1.0, 1e6])
@pytest.mark.parametrize("shapes", [[(3,)], [(2, 3), (), (0,), (5000,)], [(2,)] * 70])
def test_clipping_takes_two_launches(gpu, monkeypatch, dtype, max_norm, shapes):
    gs, seen = some(shapes, 0, dtype), launches(monkeypatch)
    given = moved(gs)
    norm, scaled = kernel_of("clip_grad_norm").update(given, max_norm)
    wanted_norm, wanted = clipped(gs, max_norm)
    assert_close(np.asarray(norm), np.asarray(wanted_norm), rtol=1e-5)
    for g, before, truth in zip(scaled, given, wanted, strict=True):
        assert_close(np.asarray(g), np.asarray(truth), rtol=1e-5)
        assert not np.shares_memory(g, before)
        assert g.device == emulated.Device(1)
    times = -(-len(shapes) // together.TENSORS)
    assert seen == ["optimizers/squares"] * times + ["optimizers/clipped"] * times


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_stays_so(gpu, value):
    gs = [np.array([1.0, value]), np.ones(3)]
    norm, scaled = kernel_of("clip_grad_norm").update(moved(gs), 1.0)
    with np.errstate(invalid="ignore"):
        wanted_norm, wanted = clipped(gs, 1.0)
    np.testing.assert_array_equal(norm, wanted_norm)
    for g, truth in zip(scaled, wanted, strict=True):
        np.testing.assert_array_equal(g, truth)


def test_gradients_of_several_dtypes_or_without_numbers_are_left_to_the_generic_code(gpu):
    clip = kernel_of("clip_grad_norm").update
    assert clip(moved([np.ones(2), np.ones(2, "float32")]), 1.0) is None
    assert clip(moved([np.ones(2, "float16")]), 1.0) is None
    assert clip(moved([np.ones((0, 2))]), 1.0) is None
