"""Which model fits the data, and which loss the model."""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np

from .. import models
from ..data import ArrayDataset
from ..errors import ArgumentError
from ..nn import Module

__all__ = [
    "LOSSES",
    "OUTPUT_KINDS",
    "add_model_options",
    "build",
    "classes_of",
    "loss_of",
    "metrics_of",
    "name_of",
    "refuse_mlp_options",
    "require_targets",
]

LOSSES = {
    "perceptron": "perceptron",
    "logistic": "bce_with_logits",
    "softmax": "cross_entropy",
    "mlp": "cross_entropy",
    "lenet5": "cross_entropy",
    "lenet5-1998": "cross_entropy",
    "vgg": "cross_entropy",
    "resnet20": "cross_entropy",
    "unet": "cross_entropy",
}
"""The loss with which a model is trained."""

OUTPUT_KINDS = {"perceptron": "scores"}
"""What the outputs of a trained model are, unless they are logits: the losses say so."""

IMAGE_SIZES: dict[str, tuple[int, ...]] = {
    "lenet5": (28,),
    "lenet5-1998": (28, 32),
    "vgg": (),
    "resnet20": (),
    "unet": (),
}
"""The models of images, and the sizes that they take; () stands for many."""

SEGMENTATION = ("unet",)
"""The models that give a class for each pixel."""

MLP_DEFAULTS: dict[str, Any] = {"hidden": (128,), "activation": "relu", "dropout": 0.0}
"""The options that shape an mlp, and what they are unless they are given."""


def add_model_options(parser: Any) -> None:
    """Add the options that shape an MLP."""
    from .. import nn
    from .parsing import choice, fraction, numbers

    parser.add_argument(
        "--hidden",
        type=numbers(1),
        metavar="SIZES",
        help="sizes of the hidden layers of an mlp, as in 128,64 (default: 128)",
    )
    parser.add_argument(
        "--activation",
        type=choice(nn.ACTIVATIONS),
        metavar="NAME",
        help=f"of an mlp: {', '.join(nn.ACTIVATIONS)} (default: relu)",
    )
    parser.add_argument(
        "--dropout",
        type=fraction,
        metavar="P",
        help="share of the hidden units of an mlp that is switched off in each step (default: 0)",
    )


def build(options: argparse.Namespace, input_shape: tuple[int, ...], classes: int) -> Module:
    """Return a new model on the current device.

    Raises
    ------
    ArgumentError
        If the model is for two classes and there are more, or for images and there are none.
    """
    _settle_mlp_options(options)
    features = math.prod(input_shape)
    if options.model in ("perceptron", "logistic"):
        if classes != 2:
            raise ArgumentError(
                f"--model {options.model} must have data of 2 classes, got {classes}; choose two "
                "with --classes 0,1, or take --model softmax"
            )
        return models.by_name(options.model)(features)
    if options.model == "softmax":
        return models.SoftmaxRegression(features, classes)
    if options.model in IMAGE_SIZES:
        return _image_model(options.model, input_shape, classes)
    return models.MLP(features, options.hidden, classes, options.activation, options.dropout)


def _image_model(name: str, input_shape: tuple[int, ...], classes: int) -> Module:
    sizes = IMAGE_SIZES[name]
    fits = not sizes or tuple(input_shape[1:]) in [(size, size) for size in sizes]
    if len(input_shape) != 3 or not fits:
        wanted = " or ".join(f"(C, {size}, {size})" for size in sizes) or "(C, H, W)"
        raise ArgumentError(
            f"--model {name} must have images of shape {wanted}, got {tuple(input_shape)}; "
            "take --data mnist, or --model mlp"
        )
    make: Any = models.by_name(name)
    model: Module = make(input_shape[0], classes)
    return model


def require_targets(name: str, dataset: ArrayDataset) -> None:
    """Raise an ArgumentError unless the data have what the model is to find.

    A model of segmentation needs a class for each pixel, the others one for each sample.
    """
    x, y = dataset.arrays
    pixels = y.ndim > 1
    if pixels and name in models.MODELS and name not in SEGMENTATION:
        raise ArgumentError(
            f"{name}: the data must have one class for each sample, got classes of shape "
            f"{tuple(y.shape[1:])} for samples of shape {tuple(x.shape[1:])}; take the model unet"
        )
    if name in SEGMENTATION and (not pixels or tuple(y.shape[1:]) != tuple(x.shape[2:])):
        raise ArgumentError(
            f"{name}: the data must be images with a class for each pixel, got samples of shape "
            f"{tuple(x.shape[1:])} and classes of shape {tuple(y.shape[1:])}; take --data shapes, "
            "or a model of classification such as resnet20"
        )


def _settle_mlp_options(options: argparse.Namespace) -> None:
    """Put the defaults of an mlp where nothing was given; another model has no such options."""
    if options.model != "mlp":
        refuse_mlp_options(options, f"--model {options.model}")
        return
    for name, value in MLP_DEFAULTS.items():
        if getattr(options, name) is None:
            setattr(options, name, value)


def refuse_mlp_options(options: argparse.Namespace, got: str) -> None:
    """Raise an ArgumentError if options were given that shape an mlp alone."""
    for name in MLP_DEFAULTS:
        if getattr(options, name) is not None:
            raise ArgumentError(
                f"--{name} must go with a new mlp, got {got}; leave it out, or take the model mlp"
            )


def classes_of(*datasets: ArrayDataset) -> int:
    """Return the number of classes: one more than the largest label, or the number of names."""
    names = datasets[0].class_names
    if names is not None:
        return len(names)
    return 1 + max(int(np.max(dataset.arrays[1])) for dataset in datasets)


def loss_of(model: Module) -> str:
    """Return the loss for a model from a file."""
    return LOSSES.get(name_of(model), "cross_entropy")


def metrics_of(model: Module) -> list[str]:
    """Return what is measured beside the loss."""
    return ["accuracy", "iou"] if name_of(model) in SEGMENTATION else ["accuracy"]


def name_of(model: Module) -> str:
    """Return the name of a model, "" if it has none."""
    return next((name for name, cls in models.MODELS.items() if type(model) is cls), "")
