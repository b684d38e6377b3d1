"""What recurrent layers share: weights with PyTorch's names, layers stacked, two directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ...backend import DEFAULT_FLOAT, DeviceLike, namespace
from ...errors import ArgumentError
from ...ops.dropout import require_probability
from ...ops.recurrent import lengths_of
from ...typing import Array
from .. import init
from ..functional.layers import dropout
from ..module import Module
from ..parameter import Parameter
from .arguments import require_input, require_state

__all__ = ["Recurrent"]


class Recurrent(Module):
    """A stack of recurrent layers over sequences; each layer in each direction is one op."""

    gates: ClassVar[int]
    own: ClassVar[float]  # operations per unit and step, besides the products

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = type(self).__name__
        init.require_sizes(
            where, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers
        )
        init.require_flags(where, bias=bias, batch_first=batch_first, bidirectional=bidirectional)
        if isinstance(dropout, bool) or not isinstance(dropout, int | float):
            raise ArgumentError(
                f"{where}: dropout must be a number from 0 to 1, got {dropout!r}; it is the share "
                "of units that are switched off between layers"
            )
        require_probability(f"{where}: dropout", dropout)
        if dropout and num_layers == 1:
            raise ArgumentError(
                f"{where}: dropout must be 0 in a single layer, got {dropout}; it acts between "
                "layers: put nn.Dropout after this one, or take num_layers=2"
            )
        whole = isinstance(proj_size, int | np.integer) and not isinstance(proj_size, bool)
        if not whole or not 0 <= proj_size < hidden_size:
            raise ArgumentError(
                f"{where}: proj_size must be from 1 to hidden_size - 1, or 0 for none, got "
                f"{proj_size!r} for hidden_size={hidden_size}; a projection makes the state smaller"
            )
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self.width = proj_size or hidden_size
        rows = self.gates * hidden_size
        for layer in range(num_layers):
            features = input_size if layer == 0 else self.width * self.directions
            shapes: dict[str, tuple[int, ...]] = {}
            shapes |= {"weight_ih": (rows, features), "weight_hh": (rows, self.width)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for suffix in self._suffixes(layer):
                for name, shape in shapes.items():
                    drawn = init.draw("default", shape, fan=hidden_size, device=device, dtype=dtype)
                    setattr(self, name + suffix, Parameter(drawn))

    @property
    def directions(self) -> int:
        """2 if it is bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: self.directions]

    def _weights(self, suffix: str) -> list[Any]:
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"]
        return [getattr(self, name + suffix, None) for name in names[: 5 if self.proj_size else 4]]

    def _run(self, op: Any, x: Any, states: Sequence[Any], lengths: Any, **options: Any) -> Any:
        """Apply the stack: the output, and for each kind of state its final values."""
        where = type(self).__name__
        axes = ("N", "T", "D") if self.batch_first else ("T", "N", "D")
        require_input(where, x, self.input_size, axes)
        batch, steps = x.shape[axes.index("N")], x.shape[axes.index("T")]
        for name, state, width in zip(
            ("h_0", "c_0"), states, (self.width, self.hidden_size), strict=False
        ):
            if state is not None:
                count = self.num_layers * self.directions
                require_state(where, name, state, (count, batch, width), x)
        options["lengths"] = lengths_of(where, lengths, steps, batch)
        xp = namespace(x)
        if self.batch_first:
            x = xp.permute_dims(x, (1, 0, 2))  # (N, T, D) -> (T, N, D)
        final: list[list[Array]] = [[] for _ in states]
        for layer in range(self.num_layers):
            if layer:
                x = dropout(x, self.dropout, self.training)
            outputs = []
            for direction, suffix in enumerate(self._suffixes(layer)):
                k = layer * self.directions + direction
                initial = [None if state is None else state[k, ...] for state in states]
                weights = self._weights(suffix)
                y, *last = op(x, *initial, *weights, reverse=direction == 1, **options)
                outputs.append(y)
                for states_of_kind, state in zip(final, last, strict=True):
                    states_of_kind.append(state)
            x = outputs[0] if len(outputs) == 1 else namespace(x).concat(outputs, axis=2)
        xp = namespace(x)
        if self.batch_first:
            x = xp.permute_dims(x, (1, 0, 2))  # (T, N, H) -> (N, T, H)
        return x, [xp.stack(states_of_kind, axis=0) for states_of_kind in final]

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per weight, step and sequence, and those of the gates."""
        steps: int = inputs[0].shape[0] * inputs[0].shape[1]
        total = 0
        for layer in range(self.num_layers):
            for suffix in self._suffixes(layer):
                matrices = [w for w in self._weights(suffix) if w is not None and len(w.shape) == 2]
                biases = 2 * self.gates * self.hidden_size * self.bias
                total += sum(2 * w.shape[0] * w.shape[1] for w in matrices) + biases
                total += int(self.own * self.hidden_size)
        return total * steps
