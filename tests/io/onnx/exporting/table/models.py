"""Complete models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from xpnet import models, nn

from .row import Row

__all__ = ["MODELS"]

MODELS: list[Row] = []


def row(name: str, make: Callable[[], nn.Module], *shape: Any, **options: Any) -> None:
    """Add a row."""
    MODELS.append(Row(name, make, (("N", *shape),), **options))


def trained(kernel: str) -> nn.Module:
    """A machine with support vectors."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((20, 4))
    y = np.where(x[:, 0] * x[:, 1] > 0, 1, -1)
    return models.KernelSVM(kernel).fit(x.astype(np.float32), y)


row("Perceptron", lambda: models.Perceptron(4), 4)
row("XOR", models.XOR, 2)
row("LogisticRegression", lambda: models.LogisticRegression(4), 4)
row("SoftmaxRegression", lambda: models.SoftmaxRegression(4, 3), 4)
row("LinearSVM", lambda: models.LinearSVM(4), 4)
row("LinearSVM, 3 classes", lambda: models.LinearSVM(4, 3), 2, 2)
for kernel in ("rbf", "poly", "linear", "sigmoid"):
    row(f"KernelSVM, {kernel}", lambda k=kernel: trained(k), 4)
row("MLP", lambda: models.MLP(4, (5,), 3), 4)
row("MLP of images", lambda: models.MLP(16, (5,), 3, activation="tanh"), 1, 4, 4)
row("ShallowNetwork", lambda: models.ShallowNetwork(4, 5, 2), 4)
row("DeepNetwork", lambda: models.DeepNetwork([4, 5, 3], "relu"), 4)
row("LeNet5", models.LeNet5, 1, 28, 28)
row("LeNet5Original", models.LeNet5Original, 1, 28, 28)
row("LeNet5Original, 32", models.LeNet5Original, 1, 32, 32)
row("VGG", lambda: models.VGG(1, 10, (4, 6), hidden=8), 1, 8, 8)
row("ResNet", lambda: models.ResNet(3, 10, 1, 4), 3, 16, 16)
row("ResNet, convolutions", lambda: models.ResNet(3, 10, 1, 4, shortcut="conv"), 3, 16, 16)
row("UNet", lambda: models.UNet(3, 4, 2, 4), 3, 8, 8)
row("UNet, any size", lambda: models.UNet(3, 4, 1, 4, upsample="bilinear"), 3, 8, 12,
    dynamic={"x": {0: "batch", 2: "height", 3: "width"}})  # fmt: skip
row("UNet, nearest", lambda: models.UNet(3, 4, 2, 4, upsample="nearest"), 3, 8, 8)
row("ViT", lambda: models.ViT(8, 2, 1, 10, 8, 2, 2), 1, 8, 8)
row("CharacterLSTM", lambda: models.CharacterLSTM(11, 8, 2), 6, whole=11,
    dynamic={"x": {0: "batch", 1: "time"}})  # fmt: skip
row("CausalTransformer", lambda: models.CausalTransformer(11, 9, 8, 2, 2), 6, whole=11)
row("CausalTransformer, any length", lambda: models.CausalTransformer(11, 9, 8, 2, 2), 9, whole=11,
    dynamic={"x": {0: "batch", 1: "time"}})  # fmt: skip
