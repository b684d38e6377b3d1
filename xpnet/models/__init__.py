"""Complete models, each short enough to read.

==========================  =====================================================
``perceptron/``             Perceptron: one unit, yes or no; its rules of learning, its limits, XOR
``logistic_regression/``    LogisticRegression: the probability of one class of two
``softmax_regression/``     SoftmaxRegression: probabilities of several classes
``svm/``                    LinearSVM, KernelSVM: the widest margin; their solvers
``mlp.py``                  MLP: dense layers with activations in between
``back_propagation/``       ShallowNetwork, DeepNetwork: their gradients written out, BP1 to BP4
``lenet5.py``               LeNet5: two convolutions with pooling, for 28x28 images
``codes.py``                pictures of the digits, with which the original compares
``lenet5_original.py``      LeNet5Original: the same as it was published in 1998
``blocks.py``               convolution, normalisation, rectifier: what the next ones are made of
``vgg.py``                  VGG: blocks of small convolutions with pooling
``resnet.py``               ResNet: blocks that compute what is added to their input
``unet.py``                 UNet: the class of every pixel
``vit.py``                  ViT: an image as a sequence of patches
``language_model.py``       what models of texts have in common: they write on
``character_lstm.py``       CharacterLSTM: what comes next, by what is remembered
``causal_transformer.py``   CausalTransformer: what comes next, character by character
``images.py``               what these models say when the images are of another size
==========================  =====================================================
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ..errors import choose
from ..nn import Module

if TYPE_CHECKING:
    from .back_propagation import DeepNetwork, ShallowNetwork
    from .causal_transformer import CausalTransformer
    from .character_lstm import CharacterLSTM
    from .lenet5 import LeNet5
    from .lenet5_original import LeNet5Original
    from .logistic_regression import LogisticRegression
    from .mlp import MLP
    from .perceptron import XOR, Perceptron
    from .resnet import ResNet
    from .softmax_regression import SoftmaxRegression
    from .svm import KernelSVM, LinearSVM
    from .unet import UNet
    from .vgg import VGG
    from .vit import ViT

    MODELS: dict[str, type[Module]]
    """The models by the names a command line uses."""

__all__ = [
    "CausalTransformer",
    "CharacterLSTM",
    "DeepNetwork",
    "KernelSVM",
    "LeNet5",
    "LeNet5Original",
    "LinearSVM",
    "LogisticRegression",
    "MLP",
    "MODELS",
    "Perceptron",
    "ResNet",
    "ShallowNetwork",
    "SoftmaxRegression",
    "UNet",
    "VGG",
    "ViT",
    "XOR",
    "by_name",
]

# imported when they are first used: who loads a LeNet5 from a file needs no other
_FILES = {
    **dict.fromkeys(("DeepNetwork", "ShallowNetwork"), "back_propagation"),
    "CausalTransformer": "causal_transformer",
    "CharacterLSTM": "character_lstm",
    "LeNet5": "lenet5",
    "LeNet5Original": "lenet5_original",
    "LogisticRegression": "logistic_regression",
    "MLP": "mlp",
    **dict.fromkeys(("XOR", "Perceptron"), "perceptron"),
    "ResNet": "resnet",
    "SoftmaxRegression": "softmax_regression",
    **dict.fromkeys(("KernelSVM", "LinearSVM"), "svm"),
    "UNet": "unet",
    "VGG": "vgg",
    "ViT": "vit",
}

_MODULES = {*_FILES.values(), "blocks", "codes", "images", "language_model"}

_BY_NAME = {
    "perceptron": "Perceptron",
    "logistic": "LogisticRegression",
    "softmax": "SoftmaxRegression",
    "mlp": "MLP",
    "lenet5": "LeNet5",
    "lenet5-1998": "LeNet5Original",
    "vgg": "VGG",
    "resnet20": "ResNet",
    "unet": "UNet",
}


def __getattr__(name: str) -> Any:
    """Import a model, or the file that it is in, when it is first asked for."""
    if name in _FILES:
        value = getattr(importlib.import_module(f"{__name__}.{_FILES[name]}"), name)
    elif name == "MODELS":
        value = {key: globals().get(cls) or __getattr__(cls) for key, cls in _BY_NAME.items()}
    elif name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def by_name(name: str) -> type[Module]:
    """Return the model class of that name.

    Raises
    ------
    ArgumentError
        There is none; the message lists the names.

    Examples
    --------
    >>> by_name("mlp").__name__
    'MLP'
    """
    chosen = choose("models.by_name", "name", str(name).lower(), _BY_NAME)
    cls: type[Module] = __getattr__(_BY_NAME[chosen])
    return cls
