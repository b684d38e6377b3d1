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

from ..errors import choose
from ..nn import Module
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

MODELS: dict[str, type[Module]] = {
    "perceptron": Perceptron,
    "logistic": LogisticRegression,
    "softmax": SoftmaxRegression,
    "mlp": MLP,
    "lenet5": LeNet5,
    "lenet5-1998": LeNet5Original,
    "vgg": VGG,
    "resnet20": ResNet,
    "unet": UNet,
}
"""The models by the names a command line uses."""


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
    return MODELS[choose("models.by_name", "name", str(name).lower(), MODELS)]
