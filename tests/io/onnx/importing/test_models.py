"""Whole models: what they compute, how they train, and how they travel on."""

from __future__ import annotations

import copy
import subprocess
import sys

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.importing.graphs import graph, random, residual_network, small_network
from xpnet import nn
from xpnet.io.onnx import OnnxModel
from xpnet.nn import functional as F

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

IMAGES = random(5, 3, 10, 10, scale=1.0)
LABELS = np.asarray([0, 1, 2, 1, 0])


def by_runtime(model, *arrays):
    session = runtime.InferenceSession(model.SerializeToString())
    names = [value.name for value in session.get_inputs()]
    return session.run(None, dict(zip(names, arrays, strict=True)))


def test_a_network_gives_what_onnxruntime_gives_on_every_backend(backend, imported):
    model = imported(residual_network())
    y = model.predict(backend.asarray(IMAGES))
    (wanted,) = by_runtime(residual_network(), IMAGES)
    np.testing.assert_allclose(xn.to_numpy(y), wanted, rtol=1e-5, atol=1e-5)


def test_a_network_learns_on_every_backend(backend, imported):
    model = imported(small_network())
    optimizer = xn.optim.Adam(model.parameters(), lr=0.02)
    x, t = backend.asarray(IMAGES), backend.asarray(LABELS)
    losses = []
    for _ in range(4):
        loss = F.cross_entropy(model(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(xn.to_numpy(loss)))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.95 * losses[0]


def test_weights_are_parameters_and_what_steers_is_not(imported):
    model = imported(residual_network())
    names = {name for name, _ in model.named_parameters()}
    assert {"stem.weight", "layer1.0.bn2.bias", "fc.bias"} <= names
    buffers = {name for name, _ in model.named_buffers()}
    assert buffers == {
        f"{norm}.running_{what}"
        for norm in ("stem.bn", "layer1.0.bn1", "layer1.0.bn2")
        for what in ("mean", "var")
    }
    assert set(model.state_dict()) == names | buffers


def test_shapes_are_computed_on_the_host(imported, monkeypatch):
    model = imported(residual_network())
    seen = []
    monkeypatch.setattr("xpnet.io.onnx.importing.run.to_numpy", seen.append)
    with xn.device("strict:device1"):
        model.to("strict:device1").predict(xn.asarray(IMAGES))
    assert not seen


def test_batch_normalisation_and_dropout_follow_the_mode(imported):
    model = imported(residual_network())
    before = {name: np.array(value) for name, value in model.state_dict().items()}
    model.eval()
    first, second = model(IMAGES).data, model(IMAGES).data
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, model.predict(IMAGES))
    model.train()
    assert not np.array_equal(model(IMAGES).data, model(IMAGES).data)
    after = model.state_dict()
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {name for name in before if "running" in name}


def test_running_statistics_move_as_those_of_the_layer(imported):
    model = imported(
        graph(
            [("BatchNormalization", "x w b mean var", "y", {"momentum": 0.8})],
            {"x": ["N", 3, 4, 4]},
            "y",
            {"w": np.ones(3, "f4"), "b": np.zeros(3, "f4"), "mean": np.zeros(3, "f4"),
             "var": np.ones(3, "f4")},
        )
    )  # fmt: skip
    layer = nn.BatchNorm2d(3, momentum=0.2)
    x = random(6, 3, 4, 4, scale=2.0)
    np.testing.assert_allclose(model(x).data, layer(x).data, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.mean, layer.running_mean, rtol=1e-5)
    np.testing.assert_allclose(model.var, layer.running_var, rtol=1e-5)


def test_a_saved_model_loads_where_onnx_is_not_installed(imported, tmp_path):
    model = imported(residual_network())
    xn.save(model, tmp_path / "model.safetensors")
    np.save(tmp_path / "x.npy", IMAGES)
    np.save(tmp_path / "y.npy", model.predict(IMAGES))
    code = (
        "import sys; sys.modules['onnx'] = None\n"
        "import numpy as np, xpnet as xn\n"
        "model = xn.load('model.safetensors')\n"
        "assert np.array_equal(model.predict(np.load('x.npy')), np.load('y.npy'))\n"
        "model(np.load('x.npy')).data\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_a_copy_has_weights_of_its_own(imported):
    model = imported(residual_network())
    wanted = model.predict(IMAGES)
    other = copy.deepcopy(model)
    for parameter in other.parameters():
        parameter.data = 0.0 * parameter.data
    np.testing.assert_array_equal(model.predict(IMAGES), wanted)
    np.testing.assert_array_equal(other.predict(IMAGES), np.zeros_like(wanted))


def test_another_batch_size_than_the_file_was_made_with_is_fine(imported):
    proto = graph([("Relu", "x", "y")], {"x": [1, 3]}, "y")
    assert imported(proto).predict(random(4, 3)).shape == (4, 3)


def test_several_inputs_and_outputs(imported):
    proto = graph([("Add", "a b", "s"), ("Shape", "s", "n")], {"a": ["N", 3], "b": ["N", 3]}, "s n")
    s, n = imported(proto)(random(2, 3), random(2, 3))
    assert s.shape == (2, 3)
    np.testing.assert_array_equal(n.data, [2, 3])


def test_a_model_shows_what_it_is(imported):
    assert repr(imported(residual_network())).startswith(
        "OnnxModel(x: float32 (N, 3, 10, 10) -> y; 18 nodes: Conv 3, BatchNormalization 3, "
    )


def test_constants_of_a_formula_are_not_trained(imported):
    nodes = [("Constant", "", "half", {"value_float": 0.5}), ("Mul", "x half", "h"),
             ("Mul", "h gain", "k"), ("Mul", "k slopes", "y")]  # fmt: skip
    proto = graph(nodes, {"x": ["N", 3]}, "y", {"gain": np.float32(2), "slopes": random(3)})
    model = imported(proto)
    assert [name for name, _ in model.named_parameters()] == ["slopes"]
    assert [name for name, _ in model.named_buffers()] == ["gain", "half"]


def test_the_model_is_where_it_was_asked_for(imported):
    model = imported(residual_network(), device="strict:device1")
    assert isinstance(model, OnnxModel)
    x = xn.asarray(IMAGES, device="strict:device1")
    assert model.predict(x).device == x.device


def test_linear_models_of_scikit_learn_train(imported):
    attributes = {"domain": "ai.onnx.ml", "coefficients": [0.1, 0.2, -0.1, 0.3, 0.1, -0.2],
                  "intercepts": [0.0, 0.1], "classlabels_strings": ["no", "yes"],
                  "post_transform": "SOFTMAX"}  # fmt: skip
    nodes = [("LinearClassifier", "x", "label scores", attributes),
             ("ZipMap", "scores", "y", {"domain": "ai.onnx.ml"})]  # fmt: skip
    proto = graph(nodes, {"x": ["N", 3]}, "label y", ml=True)
    model = imported(proto)
    label, y = model(random(4, 3))
    np.testing.assert_allclose(y.data.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_array_equal(label.data, y.data.argmax(axis=1))
    xn.namespace(y).sum(y * y).backward()
    assert {name for name, _ in model.named_parameters()} == {
        "label_coefficients", "label_intercepts"
    }  # fmt: skip
    assert all(p.grad is not None for p in model.parameters())
