from __future__ import annotations

import copy

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, nn
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.testing import assert_close, gradcheck


def test_sequential_applies_layers_in_order(backend):
    model = nn.Sequential(nn.LeakyReLU(0.5), nn.ReLU())
    x = backend.asarray([-1.0, 1.0])
    assert_close(model(x), backend.asarray([0.0, 1.0]))


def test_sequential_has_length_items_slices_and_iteration():
    layers = [nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)]
    model = nn.Sequential(*layers)
    assert len(model) == 3
    assert model[1] is layers[1] and model[-1] is layers[2]
    assert isinstance(model[:2], nn.Sequential) and list(model[:2]) == layers[:2]
    model.append(nn.Tanh())
    assert len(model) == 4


def test_an_empty_sequential_changes_nothing():
    assert nn.Sequential()(np.ones(1)).data.tolist() == [1.0]


def test_names_are_the_numbers_of_the_layers():
    model = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(1, 1)))
    assert list(model.state_dict()) == ["1.0.weight", "1.0.bias"]


def test_a_module_list_names_its_parameters_after_the_attribute():
    class Stack(nn.Module):
        def __init__(self):
            self.layers = nn.ModuleList([nn.Linear(1, 1, bias=False) for _ in range(2)])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    assert list(Stack().state_dict()) == ["layers.0.weight", "layers.1.weight"]
    assert Stack()(np.ones((1, 1), dtype=np.float32)).shape == (1, 1)


def test_a_module_dict_behaves_like_a_dict():
    heads = nn.ModuleDict({"a": nn.Linear(1, 1)})
    heads["b"] = nn.ReLU()
    assert "a" in heads and "c" not in heads and len(heads) == 2
    assert list(heads) == ["a", "b"]
    assert [type(module) for _, module in heads.items()] == [nn.Linear, nn.ReLU]
    assert list(heads.state_dict()) == ["a.weight", "a.bias"]


@pytest.mark.parametrize(
    "make",
    [
        lambda layer: nn.Sequential(layer),
        lambda layer: nn.ModuleList([layer]),
        lambda layer: nn.ModuleDict({"a": layer}),
        lambda layer: nn.Residual(layer),
        lambda layer: nn.Residual(nn.ReLU(), shortcut=layer),
        lambda layer: nn.Parallel(nn.ReLU(), layer),
    ],
)
def test_what_is_no_module_is_refused(make):
    with pytest.raises(ArgumentError, match=r"must be an nn\.Module"):
        make(np.tanh)
    with pytest.raises(ArgumentError, match=r"create an instance of it with \(\)"):
        make(nn.ReLU)


def test_layers_are_replaced_inserted_and_added():
    model = nn.Sequential(nn.ReLU(), nn.Tanh())
    model[0] = nn.Sigmoid()
    model.insert(1, nn.Identity())
    model.extend([nn.SiLU(), nn.ELU()])
    assert [type(m).__name__ for m in model] == ["Sigmoid", "Identity", "Tanh", "SiLU", "ELU"]
    with pytest.raises(ArgumentError, match=r"must be an nn\.Module"):
        model[0] = abs


def test_a_slice_is_of_the_same_kind():
    assert type(nn.ModuleList([nn.ReLU(), nn.Tanh()])[:1]) is nn.ModuleList
    assert type(nn.Sequential(nn.ReLU(), nn.Tanh())[1:]) is nn.Sequential


# ---- paths that meet again -----------------------------------------------------------------------


def image(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def residual():
    return nn.Residual(
        nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(4),
        shortcut=nn.Conv2d(3, 4, 1, stride=2),
    )


def parallel():
    return nn.Parallel(nn.Conv2d(3, 2, 1), nn.Sequential(nn.ReLU(), nn.Conv2d(3, 4, 3, padding=1)))


def test_a_residual_adds_its_input(backend):
    x = Tensor(backend.asarray([-1.0, 2.0]), requires_grad=True)
    y = nn.Residual(nn.ReLU(), nn.LeakyReLU(0.5))(x)
    assert_close(y, backend.asarray([-1.0, 4.0]))
    y.sum().backward()
    assert_close(x.grad, backend.asarray([1.0, 2.0]))


def test_a_shortcut_takes_the_place_of_the_input(backend):
    block, x = residual(), backend.asarray(image(2, 3, 6, 6))
    expected = to_numpy(block.layers.predict(x)) + to_numpy(block.shortcut.predict(x))
    assert_close(to_numpy(block.predict(x)), expected, rtol=1e-6)


def test_branches_see_the_same_input_and_are_joined_or_added(backend):
    x = backend.asarray(np.asarray([[-1.0, 2.0]], dtype=np.float32))
    layers = (nn.ReLU(), nn.LeakyReLU(0.5))
    joined = nn.Parallel(*layers)(x)
    assert_close(joined, backend.asarray(np.asarray([[0.0, 2.0, -0.5, 2.0]], np.float32)))
    stacked = nn.Parallel(*layers, axis=0)(x)
    assert_close(stacked, backend.asarray(np.asarray([[0.0, 2.0], [-0.5, 2.0]], np.float32)))
    added = nn.Parallel(*layers, reduce="sum")(x)
    assert_close(added, backend.asarray(np.asarray([[-0.5, 4.0]], np.float32)))
    assert nn.Parallel(nn.ReLU(), axis=-1).predict(x).shape == (1, 2)


def test_the_gradient_passes_through_all_paths(backend):
    model = nn.Sequential(
        nn.Residual(nn.Linear(3, 3, dtype="float64"), nn.Tanh()),
        nn.Parallel(nn.Linear(3, 2, dtype="float64"), nn.Sigmoid()),
        nn.Parallel(nn.Tanh(), nn.SiLU(), reduce="sum"),
    )
    gradcheck(lambda x: model(x), backend.asarray(image(2, 3).astype(np.float64)), order=2)


def test_parameters_are_named_by_their_path():
    names = [name for name, _ in residual().named_parameters()]
    assert names == [
        "layers.0.weight",
        "layers.1.weight",
        "layers.1.bias",
        "shortcut.weight",
        "shortcut.bias",
    ]
    assert next(parallel().named_parameters())[0] == "branches.0.weight"
    assert "branches.1.1.bias" in parallel().state_dict()


@pytest.mark.parametrize("make", [residual, parallel])
def test_paths_survive_a_file_also_when_layers_were_added(make, tmp_path):
    x = image(2, 3, 6, 6)
    for change in (False, True):
        model = nn.Sequential(make(), nn.ReLU())
        if change:
            part = model[0].layers if make is residual else model[0].branches[1]
            part.append(nn.Tanh())
        model(x)
        xn.save(model, tmp_path / "model.safetensors")
        again = xn.load(tmp_path / "model.safetensors")
        assert repr(again) == repr(model)
        assert_close(again.predict(x), model.predict(x), rtol=0, atol=0)


def test_a_summary_shows_every_layer_of_every_path():
    model = nn.Sequential(residual(), nn.Parallel(nn.Identity(), nn.Conv2d(4, 2, 1)))
    summary = model.summary((1, 3, 6, 6))
    assert [row.name for row in summary.rows] == [
        "0.layers.0: Conv2d",
        "0.layers.1: BatchNorm2d",
        "0.shortcut: Conv2d",
        "1.branches.0: Identity",
        "1.branches.1: Conv2d",
    ]
    assert summary.output == (1, 6, 3, 3)
    assert summary.parameters == sum(p.size for p in model.parameters())


def test_additions_of_paths_are_counted():
    x = image(2, 3)
    assert nn.Residual(nn.Identity()).flops((x,), x) == 6
    assert nn.Parallel(*[nn.Identity()] * 3, reduce="sum").flops((x,), x) == 12
    assert nn.Parallel(*[nn.Identity()] * 3).flops((x,), x) == 0


@pytest.mark.parametrize(
    ("layer", "shape", "shortcut"),
    [
        (nn.Linear(3, 5), (2, 3), r"nn\.Linear\(3, 5\)"),
        (nn.Conv1d(3, 5, 1), (2, 3, 4), r"nn\.Conv1d\(3, 5, kernel_size=1\)"),
        (
            nn.Conv2d(3, 5, 3, stride=2, padding=1),
            (2, 3, 7, 5),
            r"nn\.Conv2d\(3, 5, kernel_size=1, stride=2\)",
        ),
        (nn.ConvTranspose2d(3, 3, 2, stride=2), (2, 3, 4, 4), "a module that gives this shape"),
        (nn.Flatten(), (2, 3, 4, 4), "a module that gives this shape"),
    ],
    ids=repr,
)
def test_a_residual_that_changes_the_shape_is_told_which_shortcut_fits(layer, shape, shortcut):
    message = rf"Residual: layers\(x\) must have the shape of x, .* give shortcut={shortcut}$"
    with pytest.raises(ShapeError, match=message):
        nn.Residual(layer)(image(*shape))


def test_a_shortcut_that_does_not_fit_is_refused_and_the_one_proposed_does():
    layer, x = nn.Conv2d(3, 5, 3, stride=2, padding=1), image(2, 3, 7, 5)
    with pytest.raises(ShapeError, match=r"the shape of shortcut\(x\)"):
        nn.Residual(layer, shortcut=nn.ReLU())(x)
    fitting = nn.Conv2d(3, 5, kernel_size=1, stride=2)
    assert nn.Residual(layer, shortcut=fitting)(x).shape == (2, 5, 4, 3)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (nn.Parallel(nn.Identity(), nn.MaxPool2d(2)), "one shape but for axis 1, got .*paddings"),
        (nn.Parallel(nn.Identity(), nn.Conv2d(3, 2, 1), reduce="sum"), "reduce='concat' joins"),
        (nn.Parallel(nn.Identity(), nn.Identity(), axis=4), "axis must be an axis .* got 4"),
        (nn.Parallel(nn.Identity(), nn.Flatten()), "one shape but for axis 1"),
    ],
)
def test_outputs_that_do_not_fit_together_are_refused(model, message):
    with pytest.raises(ShapeError, match=f"Parallel: .*{message}"):
        model(image(2, 3, 4, 4))


def test_branches_that_make_no_sense_are_refused():
    with pytest.raises(ArgumentError, match="branches must be at least one module, got none"):
        nn.Parallel()
    with pytest.raises(ArgumentError, match="reduce must be one of 'concat', 'sum', got 'add'"):
        nn.Parallel(nn.ReLU(), reduce="add")


def test_a_list_made_of_a_generator_can_be_copied():
    layers = nn.ModuleList(nn.Linear(2, n) for n in (3, 4))
    copied = copy.deepcopy(layers)
    assert [layer.weight.shape for layer in copied] == [(3, 2), (4, 2)]
    assert copied[0].weight is not layers[0].weight
    copied.append(nn.ReLU())
    assert len(layers) == 2
