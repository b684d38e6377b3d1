"""What the outputs of a model are: noted, found, or said."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ArgumentError
from xpnet.io.onnx import export, import_onnx
from xpnet.models.perceptron import XOR
from xpnet.serving import Predictor
from xpnet.serving.answers import answers_of
from xpnet.serving.kinds import KINDS, assumed, found_kind, noted_kind

X = np.asarray([[0.5, -1.0, 2.0, 0.1]], np.float32)


def softmax_model():
    return nn.Sequential(nn.Linear(4, 3), nn.Softmax(axis=1))


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (softmax_model(), "probabilities"),
        (nn.Sequential(nn.Linear(4, 1), nn.Sigmoid(), nn.Flatten(0)), "probabilities"),
        (nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(axis=1)), "log_probabilities"),
        (nn.Sequential(nn.ReLU(), nn.Sequential(nn.ReLU(), softmax_model())), "probabilities"),
        (nn.Linear(4, 3), None),
        (nn.Sequential(nn.Linear(4, 3), nn.Softmax(axis=1), nn.Linear(3, 3)), None),
        (nn.Sequential(), None),
        (xn.models.Perceptron(4), "scores"),
        (xn.models.LinearSVM(4), "scores"),
        (xn.models.LogisticRegression(4), "logits"),
        (xn.models.MLP(4, (3,), 1), None),
        (xn.models.ShallowNetwork(4, 3), "probabilities"),
        (xn.models.DeepNetwork((4, 3, 2)), "probabilities"),
        (xn.models.DeepNetwork((4, 3, 2), output="identity", cost="quadratic"), "values"),
        (XOR(), "probabilities"),
    ],
    ids=[
        "softmax", "sigmoid", "logsoftmax", "nested", "linear", "inside", "empty", "perceptron",
        "svm", "logistic", "mlp", "shallow", "deep", "regression", "xor",
    ],
)  # fmt: skip
def test_the_last_layer_tells(model, kind):
    assert found_kind(model) == kind


def test_a_layer_of_ones_own_with_a_known_name_tells_nothing():
    class Softmax(nn.Module):
        def forward(self, x):
            return x

    assert found_kind(Softmax()) is None
    assert found_kind(nn.Sequential(Softmax())) is None


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (softmax_model(), "probabilities"),
        (nn.Sequential(nn.Linear(4, 1), nn.Sigmoid(), nn.Flatten(0)), "probabilities"),
        (nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(axis=1)), "log_probabilities"),
        (nn.Linear(4, 3), None),
    ],
    ids=["softmax", "sigmoid", "logsoftmax", "linear"],
)
def test_the_last_node_of_an_imported_model_tells(tmp_path, model, kind):
    pytest.importorskip("onnx")
    export(model, X, tmp_path / "model.onnx")
    assert found_kind(import_onnx(tmp_path / "model.onnx")) == kind


@pytest.mark.parametrize(
    ("op", "attributes", "kind"),
    [
        ("LinearRegressor", {"coefficients": [1.0, 2.0], "intercepts": [0.5]}, "values"),
        ("LinearClassifier", {"post_transform": "NONE"}, "scores"),
        ("LinearClassifier", {"post_transform": "LOGISTIC"}, "probabilities"),
    ],
    ids=["regressor", "margins", "logistic"],
)
def test_the_operators_of_scikit_learn_tell(tmp_path, op, attributes, kind):
    onnx = pytest.importorskip("onnx")
    helper, number = onnx.helper, onnx.TensorProto.FLOAT
    outputs = ["y"]
    if op == "LinearClassifier":
        outputs = ["label", "y"]
        attributes = {"coefficients": [1.0, 2.0], "intercepts": [0.5],
                      "classlabels_ints": [0, 1], **attributes}  # fmt: skip
    node = helper.make_node(op, ["x"], outputs, domain="ai.onnx.ml", **attributes)
    types = {"label": onnx.TensorProto.INT64, "y": number}
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", number, ["n", 2])],
        [helper.make_tensor_value_info(name, types[name], None) for name in outputs],
    )  # fmt: skip
    sets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    path = tmp_path / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=sets, ir_version=9), path)
    assert found_kind(import_onnx(path)) == kind
    predictor = Predictor(path)
    assert predictor.shape == (2,)
    [answer] = predictor.answers(np.asarray([[1.0, 1.0]], np.float32))
    if kind == "values":
        assert answer == {"prediction": 3.5, "outputs": [3.5]}
    else:
        assert answer["prediction"] == 1
        assert ("probability" in answer) == (kind == "probabilities")


def test_probabilities_are_not_softened_a_second_time(tmp_path):
    model = softmax_model()
    xn.save(model, tmp_path / "model.safetensors")
    [answer] = Predictor(tmp_path / "model.safetensors", device="cpu").answers(X)
    expected = np.asarray(model.predict(X))[0]
    np.testing.assert_allclose(answer["probabilities"], expected, rtol=1e-6)
    assert answer["probability"] == max(answer["probabilities"])


def test_logarithms_and_single_probabilities():
    chances = np.asarray([[0.2, 0.7, 0.1]])
    [answer] = answers_of(np.log(chances), None, "log_probabilities")
    np.testing.assert_allclose(answer["probabilities"], chances[0])
    [answer] = answers_of(np.asarray([[0.9]]), ["no", "yes"], "probabilities")
    assert answer["prediction"] == "yes"
    np.testing.assert_allclose(answer["probabilities"], [0.1, 0.9])


def test_values_are_told_as_they_are():
    assert answers_of(np.asarray([[2.5, -1.0]]), None, "values", top=3) == [
        {"prediction": [2.5, -1.0], "outputs": [2.5, -1.0]}
    ]


def test_notes_and_what_is_said_count_more_than_the_last_layer(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(nn.Linear(4, 1), path)
    assert "probability" not in Predictor(path, device="cpu").answers(X)[0]
    assert "probability" in Predictor(path, "cpu", output_kind="logits").answers(X)[0]
    xn.save(softmax_model(), path, notes={"output_kind": "scores"})
    assert "score" in Predictor(path, device="cpu").answers(X)[0]
    assert "probability" in Predictor(path, "cpu", output_kind="logits").answers(X)[0]
    with pytest.raises(ArgumentError, match=r"output_kind must be one of .*got 'chances'"):
        Predictor(path, output_kind="chances")


def test_what_is_no_kind_in_notes_is_left_out():
    assert [noted_kind({"output_kind": kind}) for kind in KINDS] == list(KINDS)
    assert [noted_kind(notes) for notes in ({}, {"output_kind": "x"}, {"output_kind": []})] == [
        None, None, None,
    ]  # fmt: skip
    assert (assumed(1, None), assumed(1, ["a", "b"]), assumed(2, None)) == (
        "values", "logits", "logits",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "border"), [("logits", 0.0), ("scores", 0.0), ("probabilities", 0.5)]
)
def test_one_output_for_each_pixel_is_a_yes_or_no(tmp_path, kind, border):
    path = tmp_path / "model.safetensors"
    xn.save(nn.Identity(), path, notes={"output_kind": kind, "class_names": ["ground", "shape"]})
    x = np.asarray([[[[border - 0.1, border + 0.1], [border + 0.2, border + 0.3]]]], np.float32)
    [answer] = Predictor(path, device="cpu").answers(x)
    assert answer == {"shares": {"ground": 0.25, "shape": 0.75}, "mask": [[0, 1], [1, 1]]}
