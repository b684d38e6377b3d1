"""Rows of the recurrent ops; PyTorch's packed sequences say what lengths and directions mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .row import Row

T, N, D, H, P = 4, 3, 2, 5, 2
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
LENGTHS = (2, 4, 1)


def sequences(
    op: str, *, states: bool = True, bias: bool = True, projection: bool = False
) -> Callable[..., list[Any]]:
    """A sequence, initial states or None, the weights and perhaps biases and a projection."""
    width = P if projection else H
    rows = GATES[op] * H

    def make(rng: np.random.Generator) -> list[Any]:
        x = rng.standard_normal((T, N, D))
        shapes = [(N, width), (N, H)] if op == "lstm" else [(N, width)]
        initial = [0.5 * rng.standard_normal(shape) if states else None for shape in shapes]
        weights = [rng.uniform(-0.7, 0.7, (rows, n)) for n in (D, width)]
        biases = [rng.uniform(-0.7, 0.7, rows) if bias else None for _ in range(2)]
        last = [rng.uniform(-0.7, 0.7, (P, H))] if projection else []
        return [x, *initial, *weights, *biases, *last]

    return make


def theirs(op: str) -> Callable[..., Any]:
    """PyTorch's layer with these weights on packed sequences, its results after each other."""

    def call(
        F: Any, x: Any, *arrays: Any, lengths: Any = None, reverse: bool = False, **options: Any
    ) -> Any:
        torch = F.torch
        count = 2 if op == "lstm" else 1
        states, weights = arrays[:count], arrays[count:]
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_hr_l0")
        given = {k: w for k, w in zip(names, weights, strict=False) if w is not None}
        if "weight_hr_l0" in given:
            options["proj_size"] = P
        layer = getattr(torch.nn, op.upper())(D, H, bias="bias_ih_l0" in given, **options).double()
        lengths = torch.tensor(lengths or (T,) * N)
        if reverse:
            x = backwards(torch, x, lengths)
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        hx = None
        if states[0] is not None:
            hx = tuple(state[None] for state in states) if count > 1 else states[0][None]
        y, final = torch.func.functional_call(layer, given, (packed, hx))
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=T)
        if reverse:
            y = backwards(torch, y, lengths)
        final = final if count > 1 else (final,)
        return torch.cat([part.flatten() for part in (y, *final)])

    return call


def backwards(torch: Any, x: Any, lengths: Any) -> Any:
    """Turn each sequence round within its length: (T, N, D), as it came."""
    t = torch.arange(T)[:, None]
    turned = torch.where(t < lengths, lengths - 1 - t, t)
    return x.gather(0, turned[..., None].expand_as(x))


def recurrent(op: str, note: str = "", options: Any = None, **inputs: bool) -> Row:
    make = sequences(op, **inputs)
    wrt = tuple(i for i, x in enumerate(make(np.random.default_rng(0))) if x is not None)
    smooth = (options or {}).get("nonlinearity") != "relu"
    return Row(op, make, options or {}, theirs(op), wrt, (), smooth, note=note)


ROWS = [
    row
    for op in GATES
    for row in (
        recurrent(op),
        recurrent(op, "no state", {"reverse": True}, states=False),
        recurrent(op, "no bias", {"lengths": LENGTHS}, bias=False),
        recurrent(op, "backwards", {"lengths": LENGTHS, "reverse": True}),
    )
] + [
    recurrent("rnn", options={"nonlinearity": "relu"}),
    recurrent("rnn", options={"nonlinearity": "relu", "lengths": LENGTHS, "reverse": True}),
    recurrent("lstm", "projection", projection=True),
    recurrent("lstm", "projection", {"lengths": LENGTHS}, projection=True, bias=False),
]
