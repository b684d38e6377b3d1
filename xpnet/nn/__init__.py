"""Layers and models: an op and its parameters; no arithmetic of their own."""

from __future__ import annotations

from . import init
from .activations import ReLU
from .containers import ModuleDict, ModuleList, Sequential
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = [
    "Linear",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "ReLU",
    "Sequential",
    "init",
]
