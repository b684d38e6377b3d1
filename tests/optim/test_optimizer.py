from __future__ import annotations

import math

import numpy as np
import pytest

from xpnet import optim
from xpnet.backend import asarray, device_of
from xpnet.errors import ArgumentError, DeviceError, DTypeError, ShapeError


def test_parameters_without_gradient_are_left_alone(parameter):
    p, q = parameter([1.0], grad=[1.0]), parameter([1.0])
    opt = optim.SGD([p, q], lr=0.5)
    opt.step()
    assert p.data[0] == 0.5
    assert q.data[0] == 1.0
    assert q not in opt.state


def test_zero_grad_forgets_the_gradients(parameter):
    p = parameter([1.0], grad=[1.0])
    opt = optim.SGD([p], lr=0.5)
    opt.zero_grad()
    assert p.grad is None


def test_gradients_accumulate_until_zero_grad(parameter):
    p = parameter([1.0, 2.0])
    opt = optim.SGD([p], lr=0.5)
    (p * p).sum().backward()
    (p * p).sum().backward()
    np.testing.assert_allclose(p.grad, [4.0, 8.0])
    opt.step()
    np.testing.assert_allclose(p.data, [-1.0, -2.0])
    opt.zero_grad()
    (p * p).sum().backward()
    np.testing.assert_allclose(p.grad, [-2.0, -4.0])


def test_a_gradient_that_was_itself_recorded_is_used_as_a_bare_array(parameter):
    p = parameter([1.0, 2.0])
    (p * p).sum().backward(create_graph=True)
    opt = optim.SGD([p], lr=0.5)
    optim.clip_grad_value_([p], 3.0)
    opt.step()
    assert type(p.data) is np.ndarray
    np.testing.assert_allclose(p.data, [0.0, 0.5])


def test_groups_have_options_of_their_own(parameter):
    p, q = parameter([1.0], grad=[1.0]), parameter([1.0], grad=[1.0])
    opt = optim.SGD([{"params": [p]}, {"params": [q], "lr": 0.25}], lr=0.5)
    opt.step()
    assert (p.data[0], q.data[0]) == (0.5, 0.75)


def test_a_group_can_be_added_later(parameter):
    p, q = parameter([1.0], grad=[1.0]), parameter([1.0], grad=[1.0])
    opt = optim.SGD([p], lr=0.5)
    opt.add_param_group({"params": q, "lr": 0.25})
    opt.step()
    assert q.data[0] == 0.75


def test_options_changed_between_steps_count(parameter):
    p = parameter([1.0], grad=[1.0])
    opt = optim.SGD([p], lr=0.5)
    opt.param_groups[0]["lr"] = 0.25
    opt.step()
    assert p.data[0] == 0.75


def test_named_parameters_keep_their_names(parameter):
    opt = optim.SGD([("weight", parameter([1.0])), ("bias", parameter([1.0]))])
    assert opt.param_groups[0]["param_names"] == ["weight", "bias"]
    assert opt.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5)])
def test_a_numpy_number_as_option_does_not_change_the_dtype(parameter, number):
    p = parameter([1.0])
    p.data = p.data.astype(np.float32)
    p.grad = np.ones(1, dtype=np.float32)
    opt = optim.SGD([p], lr=number)
    opt.step()
    opt.param_groups[0]["lr"] = number
    opt.step()
    assert p.data.dtype == np.float32


def test_a_snapshot_is_not_changed_by_later_steps(parameter):
    p = parameter([1.0, 2.0], grad=[1.0, 1.0])
    opt = optim.Adam([p])
    opt.step()
    saved = opt.state_dict()
    before = saved["state"][0]["exp_avg"].copy()
    opt.step()
    np.testing.assert_array_equal(saved["state"][0]["exp_avg"], before)
    assert saved["state"][0]["step"] == 1


def test_a_loaded_snapshot_is_not_changed_by_later_steps(parameter):
    p = parameter([1.0, 2.0], grad=[1.0, 1.0])
    opt = optim.Adam([p])
    opt.step()
    saved = opt.state_dict()
    before = saved["state"][0]["exp_avg"].copy()
    opt.load_state_dict(saved)
    opt.step()
    np.testing.assert_array_equal(saved["state"][0]["exp_avg"], before)


def test_a_snapshot_holds_positions_numbers_and_arrays(parameter):
    p, q = parameter([1.0]), parameter([2.0], grad=[1.0])
    opt = optim.Adam([{"params": [p]}, {"params": [q], "lr": 0.5}])
    opt.step()
    saved = opt.state_dict()
    assert list(saved["state"]) == [1]
    assert [group["params"] for group in saved["param_groups"]] == [[0], [1]]
    assert saved["param_groups"][1]["lr"] == 0.5


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"])
def test_a_snapshot_of_torch_can_be_loaded(parameter, name):
    torch = pytest.importorskip("torch")
    options = {"momentum": 0.9} if name == "SGD" else {}
    q = torch.nn.Parameter(torch.tensor([1.0, 2.0], dtype=torch.float64))
    theirs = getattr(torch.optim, name)([q], lr=0.1, **options)
    q.grad = torch.tensor([0.5, -1.5], dtype=torch.float64)
    theirs.step()
    p = parameter(q.detach().numpy())
    ours = getattr(optim, name)([p])
    ours.load_state_dict(theirs.state_dict())
    for _ in range(3):
        p.grad = np.asarray([1.0, 2.0])
        q.grad = torch.tensor([1.0, 2.0], dtype=torch.float64)
        ours.step()
        theirs.step()
    np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-6)


def test_a_snapshot_is_loaded_to_where_the_parameter_is(parameter, backend):
    p = parameter([1.0, 2.0], grad=[1.0, 1.0])
    opt = optim.Adam([p])
    opt.step()
    q = type(p)(backend.asarray([1.0, 2.0]))
    there = optim.Adam([q])
    there.load_state_dict(opt.state_dict())
    assert device_of(there.state[q]["exp_avg"]) == backend.device


def test_a_snapshot_with_other_groups_is_refused(parameter):
    saved = optim.Adam([parameter([1.0]), parameter([1.0])]).state_dict()
    with pytest.raises(ArgumentError, match="build the optimizer with the groups it was saved"):
        optim.Adam([parameter([1.0])]).load_state_dict(saved)


def test_a_snapshot_of_another_optimizer_is_refused(parameter):
    saved = optim.SGD([parameter([1.0])]).state_dict()
    with pytest.raises(ArgumentError, match="load the state of the optimizer it was saved from"):
        optim.Adam([parameter([1.0])]).load_state_dict(saved)


def test_a_snapshot_of_another_model_is_refused_and_changes_nothing(parameter):
    p = parameter([1.0, 2.0], grad=[1.0, 1.0])
    opt = optim.Adam([p], lr=0.5)
    opt.step()
    other = optim.Adam([parameter([1.0])], lr=0.25)
    with pytest.raises(ShapeError, match="load the state of the same model"):
        other.load_state_dict(opt.state_dict())
    assert other.param_groups[0]["lr"] == 0.25
    assert not other.state


@pytest.mark.parametrize(
    ("params", "remedy"),
    [
        (lambda p: [], "does the model have layers"),
        (lambda p: iter(()), "does the model have layers"),
        (lambda p: p, "put it in a list"),
        (lambda p: [p, p], "twice; remove it"),
        (lambda p: [{"params": [p]}, {"params": [p]}], "twice; remove it"),
        (lambda p: [{"lr": 0.1}], "must have an entry 'params'"),
        (lambda p: [{"params": []}], "leave the group out"),
        (lambda p: [{"params": [p]}, p], "all groups or all Parameters"),
        (lambda p: [p.data], "wrap an array: nn.Parameter"),
        (lambda p: ["weight"], "pass model.parameters"),
        (lambda p: [("weight", p), p], "all named or all unnamed"),
        (lambda p: [{"params": [p], "learning_rate": 1}], "option of a parameter group"),
        (lambda p: [{"params": [p], "momentun": 1}], "did you mean 'momentum'"),
        (lambda p: [{"params": [p], "lr": -1.0}], "lr must be >= 0, got -1.0"),
    ],
)
def test_what_is_no_collection_of_parameters_is_refused_with_a_remedy(parameter, params, remedy):
    with pytest.raises(ArgumentError, match=remedy):
        optim.SGD(params(parameter([1.0])))


def test_a_module_is_refused_with_a_remedy():
    from xpnet import nn

    with pytest.raises(ArgumentError, match=r"pass model.parameters\(\)"):
        optim.SGD(nn.Module())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("Adam", {"lr": -0.1}, "Adam: lr must be >= 0, got -0.1; a usual value is 1e-3"),
        ("SGD", {"lr": math.nan}, "lr must be >= 0, got nan"),
        ("SGD", {"lr": math.inf}, "lr must be >= 0, got inf"),
        ("SGD", {"lr": "fast"}, "lr must be >= 0, got 'fast'"),
        ("SGD", {"momentum": -1.0}, "momentum must be >= 0"),
        ("SGD", {"weight_decay": -1.0}, "weight_decay must be >= 0"),
        ("SGD", {"nesterov": True}, "momentum=0.9 is usual"),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "dampening = 0"),
        ("Adam", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\)"),
        ("Adam", {"betas": 0.9}, "betas must be two numbers"),
        ("Adam", {"eps": -1.0}, "eps must be >= 0"),
        ("RMSprop", {"alpha": 1.5}, r"alpha must be in \[0, 1\)"),
        ("Adagrad", {"lr_decay": -1.0}, "lr_decay must be >= 0"),
        ("Muon", {"ns_steps": 100}, r"ns_steps must be in \[0, 100\)"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(parameter, name, options, message):
    with pytest.raises(ArgumentError, match=message):
        getattr(optim, name)([parameter([[1.0]])], **options)


def test_an_unknown_option_is_refused(parameter):
    with pytest.raises(TypeError, match="learning_rate"):
        optim.SGD([parameter([1.0])], learning_rate=0.1)


def test_a_gradient_of_another_shape_is_refused(parameter):
    with pytest.raises(ShapeError, match=r"shape \(1,\), got \(2,\)"):
        optim.SGD([parameter([1.0], grad=[1.0, 2.0])]).step()


def test_a_gradient_of_another_dtype_is_refused(parameter):
    p = parameter([1.0], grad=[1.0])
    p.data = p.data.astype(np.float32)
    with pytest.raises(DTypeError, match="zero_grad"):
        optim.SGD([p]).step()


def test_a_gradient_on_another_device_is_refused(parameter):
    pytest.importorskip("array_api_strict")
    p = parameter([1.0], grad=[1.0])
    p.data = asarray(p.data, device="strict:device1")
    with pytest.raises(DeviceError, match="zero_grad"):
        optim.SGD([p]).step()


def test_the_optimizer_shows_its_options(parameter):
    text = repr(optim.Lion([parameter([1.0])], lr=0.5))
    assert "Lion" in text and "1 parameters" in text and "lr=0.5" in text


def test_optimizers_are_found_by_name():
    assert optim.by_name("adam") is optim.Adam
    assert optim.by_name("AdamW") is optim.AdamW
    with pytest.raises(ArgumentError, match="did you mean 'adam'"):
        optim.by_name("adm")


def test_flags_of_numpy_are_flags(parameter):
    steps = []
    for flag in (True, np.True_):
        p = parameter([1.0, 2.0], grad=[1.0, -1.0])
        optim.RMSprop([p], lr=0.5, centered=flag).step()
        steps.append(np.asarray(p.data).tolist())
    assert steps[0] == steps[1] != [1.0, 2.0]
