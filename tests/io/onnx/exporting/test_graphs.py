"""What a graph looks like: one operator for a layer, names that tell, constants folded."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.exporting.table import ROWS
from tests.io.onnx.exporting.table.running import (
    exported,
    in_onnxruntime,
    in_xpnet,
    onnx,
    operators,
    require_equal,
    session,
)
from xpnet import models, nn
from xpnet.kernels import disabled

LENET = "Conv Relu MaxPool Conv Relu MaxPool Flatten Gemm Relu Gemm Relu Gemm"


def image(*shape):
    return np.zeros(shape, np.float32)


def initializers(proto):
    return {one.name: tuple(one.dims) for one in proto.graph.initializer}


def shape_of(one):
    return [d.dim_param or d.dim_value for d in one.type.tensor_type.shape.dim]


def test_lenet_is_a_node_per_layer_with_the_parameters_of_its_state_dict(tmp_path):
    model = models.LeNet5()
    proto = exported(model, image(1, 1, 28, 28), tmp_path)
    assert operators(proto) == LENET.split()
    assert initializers(proto) == {k: v.shape for k, v in model.state_dict().items()}
    for one in proto.graph.initializer:
        np.testing.assert_array_equal(onnx.numpy_helper.to_array(one), model.state_dict()[one.name])
    assert [node.name for node in proto.graph.node][:3] == [
        "features.0/Conv",
        "features.1/Relu",
        "features.2/MaxPool",
    ]
    assert shape_of(proto.graph.input[0]) == ["batch", 1, 28, 28]
    assert shape_of(proto.graph.output[0]) == ["batch", 10]
    assert [one.name for one in (*proto.graph.input, *proto.graph.output)] == ["x", "output"]


def test_the_file_says_who_wrote_it_and_in_which_version(tmp_path):
    proto = exported(nn.Linear(2, 2), image(1, 2), tmp_path)
    assert (proto.producer_name, proto.producer_version) == ("xpnet", xn.__version__)
    assert proto.graph.name == "Linear"
    assert [(one.domain, one.version) for one in proto.opset_import] == [("", 20)]
    assert proto.ir_version <= 10


def test_a_resnet_has_nothing_between_its_layers(tmp_path):
    proto = exported(models.ResNet(3, 10, 1, 4, shortcut="conv"), image(1, 3, 8, 8), tmp_path)
    first = "Conv BatchNormalization Relu Conv BatchNormalization Add Relu"
    halved = "Conv BatchNormalization Relu Conv BatchNormalization Conv BatchNormalization Add Relu"
    expected = ["Conv", "BatchNormalization", "Relu", *first.split(), *halved.split() * 2]
    assert operators(proto) == [*expected, "ReduceMean", "Gemm"]


@pytest.mark.parametrize(
    ("make", "shape", "expected"),
    [
        (lambda: nn.LSTM(3, 4), (5, 2, 3), "LSTM Squeeze"),
        (lambda: nn.GRU(3, 4, batch_first=True), (2, 5, 3), "Transpose GRU Squeeze Transpose"),
        (lambda: nn.RNN(3, 4, 2), (5, 2, 3), "RNN Squeeze RNN Squeeze Concat"),
        (lambda: nn.GroupNorm(2, 4), (2, 4, 5), "Reshape InstanceNormalization Reshape Mul Add"),
        (lambda: nn.InstanceNorm1d(4), (2, 4, 5), "InstanceNormalization"),
        (lambda: nn.LayerNorm(4), (2, 4), "LayerNormalization"),
        (lambda: nn.AdaptiveAvgPool2d(1), (2, 4, 5, 5), "GlobalAveragePool"),
        (lambda: nn.ReflectionPad1d(1), (2, 4, 5), "Pad"),
        (lambda: nn.CircularPad1d(1), (2, 4, 5), "Pad"),
        (lambda: nn.Upsample(scale_factor=2), (2, 4, 5), "Resize"),
        (lambda: nn.Upsample(size=(7, 7), mode="bilinear"), (2, 4, 3, 3), "Resize"),
        (lambda: nn.GELU(), (2, 4), "Gelu"),
        (lambda: nn.Softplus(), (2, 4), "Softplus"),
        (lambda: nn.Dropout(0.5), (2, 4), "Identity"),
        (lambda: nn.Linear(4, 3), (2, 5, 4), "MatMul Add"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Flatten(), nn.Linear(20, 2)), (2, 5, 4),
         "Flatten Gemm"),
    ],
)  # fmt: skip
def test_a_layer_is_the_operator_that_readers_look_for(make, shape, expected, tmp_path):
    assert operators(exported(make(), image(*shape), tmp_path)) == expected.split()


def test_gates_in_another_order_are_new_constants_that_tell_from_what_they_were_made(tmp_path):
    names = initializers(exported(nn.Sequential(nn.LSTM(3, 4)), image(5, 2, 3), tmp_path))
    assert names == {
        "0.weight_ih_l0.iofc": (1, 16, 3),
        "0.weight_hh_l0.iofc": (1, 16, 4),
        "0.bias_ih_l0.iofc": (1, 32),
        "int64:[1]": (1,),
    }


def test_results_of_a_recurrent_layer_have_the_names_of_its_documentation(tmp_path):
    proto = exported(nn.LSTM(3, 4), image(5, 2, 3), tmp_path)
    assert [one.name for one in proto.graph.output] == ["output", "h_n", "c_n"]


class Several(nn.Module):
    def __init__(self, returned):
        self.linear = nn.Linear(2, 2)
        self.returned = returned

    def forward(self, left, right):
        y = self.linear(left)
        return {
            "tuple": lambda: (y, (right, y + right)),
            "dict": lambda: {"sum": y + right, "parts": {"y": y}},
            "twice": lambda: (y, y),
            "weights": lambda: (self.linear.weight, y),
        }[self.returned]()


def test_inputs_are_called_as_in_forward_and_nested_results_are_counted(tmp_path):
    proto = exported(Several("tuple"), (image(3, 2), image(3, 2)), tmp_path)
    assert [one.name for one in proto.graph.input] == ["left", "right"]
    assert [one.name for one in proto.graph.output] == ["output_0", "output_1", "output_2"]
    proto = exported(Several("dict"), (image(3, 2), image(3, 2)), tmp_path)
    assert [one.name for one in proto.graph.output] == ["sum", "parts.y"]


def test_names_can_be_given(tmp_path):
    example = (image(3, 2), image(3, 2))
    names = {"input_names": ["a", "b"], "output_names": ["y", "z"]}
    proto = exported(Several("twice"), example, tmp_path, **names)
    assert [one.name for one in (*proto.graph.input, *proto.graph.output)] == ["a", "b", "y", "z"]


@pytest.mark.parametrize("returned", ["tuple", "dict", "twice", "weights"])
def test_a_result_may_be_an_input_a_parameter_or_another_result(returned, tmp_path):
    model = Several(returned)
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, 4, 2)).astype(np.float32)
    runner = session(exported(model, (left[:1], right[:1]), tmp_path))
    require_equal(in_onnxruntime(runner, left, right), in_xpnet(model, left, right))


def test_a_parameter_of_two_layers_is_written_once(tmp_path):
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    names = initializers(exported(model, image(1, 3), tmp_path))
    assert sorted(names) == ["0.bias", "0.weight", "2.bias"]


def test_a_name_of_a_parameter_gives_way_to_that_of_an_input(tmp_path):
    class Odd(nn.Module):
        def __init__(self):
            self.x = nn.Parameter(np.ones(2, np.float32))
            self.output = nn.Parameter(np.ones(2, np.float32))

        def forward(self, x):
            return x * self.x + self.output

    proto = exported(Odd(), image(1, 2), tmp_path)
    assert sorted(initializers(proto)) == ["output_2", "x_2"]


SOME = [row for row in ROWS if str(row) in ("LeNet5", "LSTM", "ViT", "GRU", "UNet", "XOR", "RNN")]


@pytest.mark.parametrize("row", SOME, ids=str)
def test_graphs_stay_the_same_when_kernels_are_switched_off(row, tmp_path):
    model = row.model()
    expected = exported(model, row.inputs(1), tmp_path)
    with disabled():
        found = exported(model, row.inputs(1), tmp_path)
    assert operators(found) == operators(expected)
    assert initializers(found) == initializers(expected)


OPSETS = ["LeNet5", "ResNet", "UNet, nearest", "UNet, any size", "ViT", "LSTM", "CharacterLSTM",
          "CircularPad1d((2, 1))", "GELU()", "attention, mask padding", "LSTM, projection",
          "AvgPool2d(3, stride=2, padding=1, ceil_mode=True)", "RMSNorm(6)"]  # fmt: skip


@pytest.mark.parametrize("opset", [18, 19, 20, 21, 22])
def test_every_version_that_is_written_runs(opset, tmp_path):
    rows = [row for row in ROWS if str(row) in OPSETS]
    assert len(rows) == len(OPSETS)
    for row in rows:
        model = row.model()
        proto = exported(model, row.inputs(2), tmp_path, dynamic=row.dynamic, opset=opset)
        assert proto.opset_import[0].version == opset
        runner = session(proto)
        inputs = row.inputs(3, 1)
        require_equal(in_onnxruntime(runner, *inputs), in_xpnet(model, *inputs))
