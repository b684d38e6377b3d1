"""What a module owns, how it is saved, moved and switched."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ModelFileError
from xpnet.testing import BACKENDS, assert_close


class Tree(nn.Module):
    """Modules in every kind of container, a parameter and a buffer of its own."""

    def __init__(self):
        self.scale = nn.Parameter([2.0])
        self.layers = [nn.Linear(2, 2), (nn.Linear(2, 3), nn.ReLU())]
        self.heads = {"a": nn.Linear(3, 1), "b": nn.Linear(3, 1, bias=False)}
        self.register_buffer("seen", xn.asarray([0]))
        self.sizes = [1, 2]
        self.name = "tree"

    def forward(self, x):
        x = self.layers[1][1](self.layers[1][0](self.layers[0](x)))
        return self.scale * (self.heads["a"](x) + self.heads["b"](x))


# ---- what it owns --------------------------------------------------------------------------------


def test_parameters_are_found_in_attributes_lists_tuples_and_dicts():
    assert [name for name, _ in Tree().named_parameters()] == [
        "scale",
        "layers.0.weight",
        "layers.0.bias",
        "layers.1.0.weight",
        "layers.1.0.bias",
        "heads.a.weight",
        "heads.a.bias",
        "heads.b.weight",
    ]


def test_modules_are_named_by_the_way_to_them():
    names = [name for name, _ in Tree().named_modules()]
    assert names == ["", "layers.0", "layers.1.0", "layers.1.1", "heads.a", "heads.b"]


def test_buffers_are_found_and_are_no_parameters():
    tree = Tree()
    assert [name for name, _ in tree.named_buffers()] == ["seen"]
    assert "seen" not in dict(tree.named_parameters())
    assert list(tree.buffers()) == [tree.seen]


def test_shared_parameters_and_modules_count_once():
    layer = nn.Linear(2, 2)
    tied = nn.Linear(2, 2)
    tied.weight = layer.weight
    model = nn.Sequential(layer, nn.ReLU(), layer, tied)
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "3.bias"]
    assert len(list(model.modules())) == 4


def test_the_gradients_of_a_shared_parameter_add_up():
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data = np.float32([[3.0]])
    nn.Sequential(layer, layer)(np.float32([[1.0]])).sum().backward()
    assert layer.weight.grad.tolist() == [[6.0]]


def test_a_layer_needs_only_a_forward():
    class Twice(nn.Module):
        def forward(self, x):
            return 2 * x

    assert Twice()(np.ones(1)).data.tolist() == [2.0]
    assert list(Twice().parameters()) == []


def test_a_module_without_forward_says_so():
    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward method"):
        Empty()(1)


def test_parameters_set_later_or_removed_are_noticed():
    model = nn.Module()
    model.w = nn.Parameter([1.0])
    assert len(list(model.parameters())) == 1
    del model.w
    assert len(list(model.parameters())) == 0


# ---- state ---------------------------------------------------------------------------------------


def test_the_state_of_one_model_makes_another_give_the_same(backend, small):
    a, b = small(), small()
    x = backend.asarray(np.ones((2, 3), dtype=np.float32))
    assert not np.array_equal(to_numpy(a(x)), to_numpy(b(x)))
    b.load_state_dict(a.state_dict())
    assert_close(b(x), a(x), rtol=0, atol=0)


def test_a_loaded_state_is_a_copy(backend, small):
    a, b = small(), small()
    b.load_state_dict(a.state_dict())
    before = np.array(to_numpy(b[0].weight))
    a[0].weight.data = a[0].weight.data * 0 + 1.0
    np.testing.assert_array_equal(to_numpy(b[0].weight), before)
    assert b[0].weight.data is not a[0].weight.data


def test_a_state_of_another_library_and_dtype_takes_those_of_the_model(backend, small):
    model = small()
    state = {name: np.ones(p.shape) for name, p in model.named_parameters()}  # float64 on NumPy
    model.load_state_dict(state)
    for parameter in model.parameters():
        assert device_of(parameter) == backend.device
        assert dtype_name(parameter.dtype) == "float32"
        assert np.all(to_numpy(parameter) == 1.0)


def test_buffers_are_loaded(backend):
    a, b = Tree(), Tree()
    a.seen = backend.asarray([7])
    b.load_state_dict(a.state_dict())
    assert to_numpy(b.seen).tolist() == [7]


def test_all_that_does_not_fit_is_listed_and_nothing_is_changed(small):
    model = small()
    before = {name: np.array(x) for name, x in model.state_dict().items()}
    state = {
        "0.weight": np.zeros((9, 9)),
        "0.bias": np.zeros(4),
        "2.weight": np.zeros((2, 4)),
        "extra": np.zeros(1),
    }
    with pytest.raises(ModelFileError) as caught:
        model.load_state_dict(state)
    message = str(caught.value)
    assert "mismatched: 0.weight must be (4, 3), got (9, 9)" in message
    assert "missing: 2.bias" in message
    assert "unexpected: extra" in message
    assert "strict=False" in message
    for name, x in model.state_dict().items():
        np.testing.assert_array_equal(x, before[name])


def test_without_strict_what_fits_by_name_is_loaded(small):
    model = small()
    model.load_state_dict({"0.bias": np.ones(4), "extra": np.zeros(1)}, strict=False)
    assert model[0].bias.data.tolist() == [1.0] * 4


def test_without_strict_shapes_must_still_agree(small):
    with pytest.raises(ModelFileError, match=r"0\.bias must be \(4,\), got \(5,\)"):
        small().load_state_dict({"0.bias": np.ones(5)}, strict=False)


# ---- devices, dtypes, modes ----------------------------------------------------------------------


def test_to_changes_the_dtype_of_floats_only(backend):
    tree = Tree().to(dtype="float64")
    assert {dtype_name(p.dtype) for p in tree.parameters()} == {"float64"}
    assert dtype_name(tree.seen.dtype) == "int64"
    assert dtype_name(tree(backend.asarray(np.asarray([[1.0, 2.0]]))).dtype) == "float64"


def test_to_moves_parameters_buffers_and_gradients(backend):
    tree = Tree()
    tree(backend.asarray([[1.0, 2.0]])).sum().backward()
    values = [to_numpy(p) for p in tree.parameters()]
    assert tree.to("cpu") is tree
    for parameter, value in zip(tree.parameters(), values, strict=True):
        assert device_of(parameter).name == "cpu" == device_of(parameter.grad).name
        np.testing.assert_array_equal(parameter.data, value)
    assert device_of(tree.seen).name == "cpu"


def test_to_keeps_the_parameter_objects_that_an_optimizer_holds(small):
    model = small()
    before = list(model.parameters())
    model.to(dtype="float64")
    assert all(a is b for a, b in zip(model.parameters(), before, strict=True))


def test_train_and_eval_reach_all_modules():
    tree = Tree()
    assert all(module.training for module in tree.modules())
    assert tree.eval() is tree
    assert not any(module.training for module in tree.modules())
    tree.train()
    assert all(module.training for module in tree.modules())


def test_zero_grad_forgets_all_gradients(small):
    model = small()
    model(np.ones((1, 3), dtype=np.float32)).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


# ---- prediction ----------------------------------------------------------------------------------


def test_predict_gives_a_bare_array_of_the_library_of_its_input(backend, small):
    with xn.device("cpu"):
        model = small()
    x = backend.asarray(np.ones((2, 3), dtype=np.float32))
    y = model.predict(x)
    assert type(y) is type(x) and device_of(y) == backend.device
    assert_close(y, model(np.ones((2, 3), dtype=np.float32)), check_home=False)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 100])
def test_predict_in_pieces_gives_the_same(backend, small, batch_size):
    model = small()
    x = backend.asarray(np.arange(15, dtype=np.float32).reshape(5, 3))
    assert_close(model.predict(x, batch_size=batch_size), model.predict(x))


def test_predict_of_nothing_has_the_right_shape(small):
    x = np.ones((0, 3), dtype=np.float32)
    assert small().predict(x).shape == (0, 2) == small().predict(x, batch_size=4).shape


def test_predict_unwraps_tensors(small):
    assert isinstance(small().predict(Tensor(np.ones((1, 3), dtype=np.float32))), np.ndarray)


def test_predict_evaluates_and_then_trains_on():
    model = nn.Sequential(nn.Dropout(0.5), nn.Sequential(nn.Dropout(0.5)))
    model[1].eval()
    x = np.ones((4, 100))
    np.testing.assert_array_equal(model.predict(x), x)
    assert model.training and model[0].training
    assert not model[1].training and not model[1][0].training


def test_predict_trains_on_also_after_an_error(small):
    model = small()
    with pytest.raises(xn.errors.ShapeError):
        model.predict(np.ones((1, 7), dtype=np.float32))
    assert all(module.training for module in model.modules())


# ---- hooks and repr ------------------------------------------------------------------------------


def test_a_hook_sees_module_inputs_and_output_until_it_is_removed(small):
    model, seen = small(), []
    remove = model[1].register_forward_hook(lambda *call: seen.append(call))
    x = np.ones((1, 3), dtype=np.float32)
    model(x)
    ((module, inputs, output),) = seen
    assert module is model[1]
    assert_close(np.tanh(inputs[0].data), output.data)
    remove()
    model(x)
    assert len(seen) == 1


def test_a_hook_belongs_to_one_instance():
    seen = []
    nn.ReLU().register_forward_hook(lambda *call: seen.append(call))
    nn.ReLU()(np.ones(1))
    assert not seen


def test_the_repr_shows_arguments_and_nesting():
    model = nn.Sequential(nn.Linear(3, 4, bias=False), nn.Sequential(nn.LeakyReLU(0.2)))
    assert repr(model) == "\n".join(
        [
            "Sequential(",
            "  (0): Linear(3, 4, bias=False)",
            "  (1): Sequential(",
            "    (0): LeakyReLU(0.2)",
            "  )",
            ")",
        ]
    )


def test_a_parameter_is_shown_with_its_values():
    assert repr(nn.Parameter([0.5])).startswith("Parameter(")


def test_a_model_trains_on_one_device_and_predicts_on_another(small):
    """The reason for xpnet: one model, wherever it is needed."""
    for name in ("torch", "jax", "strict-device1"):
        backend = BACKENDS[name]
        if backend.unavailable() is None:
            with backend:
                model = small()
                loss = nn.MSELoss()(
                    model(backend.asarray(np.ones((2, 3), dtype=np.float32))),
                    backend.asarray(np.zeros((2, 2), dtype=np.float32)),
                )
                loss.backward()
            model.to("cpu")
            assert isinstance(model.predict(np.ones((1, 3), dtype=np.float32)), np.ndarray)


def test_a_forward_may_ask_its_input_for_the_namespace(backend):
    class Largest(nn.Module):
        def __init__(self):
            self.linear = nn.Linear(3, 4)

        def forward(self, x):
            xp = xn.namespace(x)  # asked of the input, used on what the weights made of it
            return xp.max(self.linear(x), axis=1)

    x = backend.asarray([[1.0, 2.0, 3.0]])
    assert Largest()(x).shape == (1,)
    assert Largest().predict(x).shape == (1,)
