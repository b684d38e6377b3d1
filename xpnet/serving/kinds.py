"""What the outputs of a model are: noted in its file, or found by looking at its last layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import nn
from ..io.onnx import OnnxModel
from ..nn import Module

__all__ = ["KINDS", "assumed", "found_kind", "noted_kind"]

KINDS = ("logits", "probabilities", "log_probabilities", "scores", "values")
"""Before softmax or sigmoid; after it; its logarithm; distances from a border; numbers as such."""

_OWN = {
    **dict.fromkeys(("Perceptron", "LinearSVM", "KernelSVM"), "scores"),
    **dict.fromkeys(("ShallowNetwork", "XOR"), "probabilities"),
    **dict.fromkeys(("LogisticRegression", "SoftmaxRegression", "LeNet5"), "logits"),
    **dict.fromkeys(("LeNet5Original", "VGG", "ResNet", "UNet", "ViT"), "logits"),
}
"""Of the models of xpnet."""

_LAYERS = {
    "softmax": "probabilities",
    "sigmoid": "probabilities",
    "logsoftmax": "log_probabilities",
}
"""Of last layers and operators, in small letters."""

_TRANSFORMED = ("SOFTMAX", "LOGISTIC")
_SAME = (nn.Flatten, nn.Identity, nn.Dropout, nn.Unflatten)
_SAME_IN_ONNX = ("Identity", "Reshape", "Flatten", "Squeeze", "Cast", "Unsqueeze", "Dropout",
                 "ai.onnx.ml.Normalizer")  # fmt: skip


def noted_kind(notes: dict[str, Any]) -> str | None:
    """Return the kind that the notes of a file tell, None if they tell none that is known."""
    said = notes.get("output_kind")
    return said if isinstance(said, str) and said in KINDS else None


def found_kind(model: Module) -> str | None:
    """Return the kind of outputs that a model has by its last layer, None if that does not tell.

    Examples
    --------
    >>> found_kind(nn.Sequential(nn.Linear(4, 3), nn.Softmax(axis=1)))
    'probabilities'
    >>> found_kind(nn.Linear(4, 3))
    """
    if isinstance(model, OnnxModel):
        return _of_graph(model)
    name = type(model).__name__
    if type(model).__module__.startswith("xpnet.models."):
        if name == "DeepNetwork":
            network: Any = model
            return _LAYERS.get(network.g[network.layers], "values")
        return _OWN.get(name)
    if isinstance(model, nn.Sequential):
        layers = [layer for layer in model if not isinstance(layer, _SAME)]
        return found_kind(layers[-1]) if layers else None
    return _LAYERS.get(name.lower()) if type(model).__module__.startswith("xpnet.nn.") else None


def assumed(width: int, class_names: Sequence[str] | None) -> str:
    """Return the kind where nothing tells it: one number without classes is a value, else logits.

    Examples
    --------
    >>> assumed(1, None), assumed(3, None), assumed(1, ["no", "yes"])
    ('values', 'logits', 'logits')
    """
    return "values" if width == 1 and not class_names else "logits"


def _of_graph(model: OnnxModel) -> str | None:
    """Return the kind by the node that computes the last output, as far as it says something."""
    makers = {name: node for node in model._plan.nodes for name in node.outputs}
    node = makers.get(model.output_names[-1])
    while node is not None and node.op in _SAME_IN_ONNX:
        node = makers.get(node.inputs[0])
    if node is None:
        return None
    if node.op == "ai.onnx.ml.LinearRegressor":
        return "values"
    if node.op == "ai.onnx.ml.LinearClassifier":
        known = node.attributes.get("post_transform") in _TRANSFORMED
        return "probabilities" if known else "scores"
    return _LAYERS.get(node.op.lower())
