from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models, nn
from xpnet.backend import device_of, is_array, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.testing import assert_close

SMALL = {
    "perceptron": lambda: models.Perceptron(12),
    "logistic": lambda: models.LogisticRegression(12),
    "softmax": lambda: models.SoftmaxRegression(12, 3),
    "lenet5": lambda: models.LeNet5(classes=3),
    "lenet5-1998": lambda: models.LeNet5Original(classes=3),
    "vgg": lambda: models.VGG(1, 3, widths=(4, 6), depth=1, hidden=8),
    "resnet20": lambda: models.ResNet(1, 3, n=1, width=4),
    "unet": lambda: models.UNet(1, 3, depth=1, width=4),
    "mlp": lambda: models.MLP(12, (8, 5), 3, activation="tanh", dropout=0.5),
}

X = np.random.default_rng(0).normal(size=(7, 1, 3, 4)).astype(np.float32)
IMAGES = np.random.default_rng(0).normal(size=(7, 1, 28, 28)).astype(np.float32)


SQUARES = np.ascontiguousarray(IMAGES[:, :, 10:18, 10:18])


def inputs_of(name):
    if name.startswith("lenet5"):
        return IMAGES
    return SQUARES if name in ("vgg", "resnet20", "unet") else X


def test_every_model_has_a_name_and_a_row_here():
    assert set(models.MODELS) == set(SMALL)
    for name, make in SMALL.items():
        assert type(make()) is models.by_name(name)


def test_an_unknown_name_is_an_error_that_lists_the_names():
    with pytest.raises(
        ArgumentError, match="'lenet5', 'lenet5-1998', 'logistic', 'mlp', 'perceptron', 'resnet20'"
    ):
        models.by_name("lenet6")


@pytest.mark.parametrize("name", SMALL)
def test_a_model_takes_images_and_predicts_bare_arrays_of_the_same_library(backend, name):
    model = SMALL[name]()
    y = model.predict(backend.asarray(inputs_of(name)))
    assert is_array(y)
    assert device_of(y) == backend.device
    assert y.shape[0] == 7


@pytest.mark.parametrize("name", SMALL)
def test_a_model_gives_the_same_numbers_on_every_backend(backend, name):
    here = SMALL[name]().predict(backend.asarray(inputs_of(name)))
    xn.manual_seed(0)
    with xn.device("cpu"):
        there = SMALL[name]().predict(inputs_of(name))
    assert_close(to_numpy(here), there, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_a_model_survives_a_file(name, tmp_path):
    model = SMALL[name]()
    xn.save(model, tmp_path / "model.safetensors")
    again = xn.load(tmp_path / "model.safetensors")
    assert type(again) is type(model)
    x = inputs_of(name)
    assert_close(again.predict(x), model.predict(x), rtol=0, atol=0)


@pytest.mark.parametrize("name", SMALL)
def test_every_parameter_of_a_model_gets_a_gradient(backend, name):
    model = SMALL[name]()
    xp = backend.xp
    (model(backend.asarray(inputs_of(name))) ** 2).sum().backward()
    for _, parameter in model.named_parameters():
        assert bool(xp.any(parameter.grad != 0))


@pytest.mark.parametrize("name", SMALL)
def test_an_empty_batch_gives_an_empty_answer(name):
    assert SMALL[name]().predict(inputs_of(name)[:0]).shape[0] == 0


def test_the_perceptron_answers_with_signs_and_tells_its_scores(backend):
    model = models.Perceptron(2)
    model.linear.weight.data = backend.asarray([[1.0, -1.0]])
    model.linear.bias.data = backend.asarray([0.0])
    x = backend.asarray([[3.0, 1.0], [1.0, 3.0], [2.0, 2.0]])
    assert to_numpy(model.scores(x)).tolist() == [2.0, -2.0, 0.0]
    assert to_numpy(model.predict(x)).tolist() == [1.0, -1.0, 1.0]


def test_probabilities_are_those_of_the_logits(backend):
    x = backend.asarray(X)
    softmax = to_numpy(SMALL["softmax"]().probabilities(x))
    np.testing.assert_allclose(softmax.sum(axis=1), 1.0, rtol=1e-6)
    logistic = SMALL["logistic"]()
    expected = 1 / (1 + np.exp(-to_numpy(logistic.predict(x))))
    np.testing.assert_allclose(to_numpy(logistic.probabilities(x)), expected, rtol=1e-5)


def test_an_mlp_has_an_activation_and_dropout_after_each_hidden_layer():
    kinds = [type(layer).__name__ for layer in SMALL["mlp"]().layers]
    hidden = ["Linear", "Tanh", "Dropout"]
    assert kinds == ["Flatten", *hidden, *hidden, "Linear"]
    assert [type(layer) for layer in models.MLP(4, (), 2).layers] == [nn.Flatten, nn.Linear]


def test_an_mlp_refuses_a_number_for_its_hidden_layers():
    with pytest.raises(ArgumentError, match=r"write \(128,\)"):
        models.MLP(4, 128, 2)
    with pytest.raises(ArgumentError, match="did you mean 'relu'"):
        models.MLP(4, (3,), 2, activation="rellu")


def test_inputs_of_another_size_are_an_error():
    with pytest.raises(ShapeError):
        SMALL["mlp"]().predict(X[:, :, :2])
