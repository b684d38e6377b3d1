"""The multilayer perceptron: dense layers with activations in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import nn
from ..errors import ArgumentError

__all__ = ["MLP"]


class MLP(nn.Module):
    """Dense layers, each hidden one followed by an activation and, if wanted, dropout.

    Parameters
    ----------
    in_features : int
        D. Inputs of more axes, such as images, are flattened.
    hidden : sequence of int
        The sizes of the hidden layers.
    out_features : int
        Number of outputs, K for classes. Their scores are not squashed: losses expect logits.
    activation : str or callable
        As in ``"relu"``, ``"tanh"``, ``"sigmoid"``; see ``nn.ACTIVATIONS``.
    dropout : float
        The share of hidden units that is switched off in each training step.

    Attributes
    ----------
    layers : nn.Sequential

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.models.MLP(784, (128, 64), 10, activation="tanh")
    >>> model.summary((32, 1, 28, 28)).output
    (32, 10)
    """

    def __init__(
        self,
        in_features: int,
        hidden: Sequence[int] = (128,),
        out_features: int = 10,
        activation: Any = "relu",
        dropout: float = 0.0,
    ) -> None:
        if isinstance(hidden, int) or not all(isinstance(size, int) for size in hidden):
            raise ArgumentError(
                f"MLP: hidden must be the sizes of the hidden layers, got {hidden!r}; "
                "write (128,) for one layer of 128 units"
            )
        make_activation = nn.get_activation(activation)
        layers: list[nn.Module] = [nn.Flatten()]
        for size in hidden:
            layers += [nn.Linear(in_features, size), make_activation()]
            if dropout:
                layers.append(nn.Dropout(dropout))
            in_features = size
        self.layers = nn.Sequential(*layers, nn.Linear(in_features, out_features))

    def forward(self, x: Any) -> Any:
        """Return the scores: (N, D) or (N, C, H, W) -> (N, K)."""
        return self.layers(x)
