"""Layers of sequences and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import xpnet as xn
from xpnet import nn

from .row import Row

__all__ = ["SEQUENCES"]

SEQUENCES: list[Row] = []


def row(name: str, make: Callable[[], nn.Module], *shapes: Any, **options: Any) -> None:
    """Add a row."""
    SEQUENCES.append(Row(name, make, shapes, **options))


row("Embedding", lambda: nn.Embedding(11, 4), ("N", 5), whole=11)
row("Embedding, padding_idx", lambda: nn.Embedding(11, 4, padding_idx=0), ("N",), whole=11)
row("SinusoidalPositions", lambda: nn.SinusoidalPositions(6), ("N", 5, 6))
row("LearntPositions", lambda: nn.LearntPositions(9, 6), ("N", 5, 6))
row("LearntPositions, all", lambda: nn.LearntPositions(5, 6), ("N", 5, 6))

for kind in (nn.RNN, nn.GRU, nn.LSTM):
    name = kind.__name__
    row(name, lambda k=kind: k(3, 4, batch_first=True), ("N", 5, 3))
    row(f"{name}, 2 layers, both ways",
        lambda k=kind: k(3, 4, 2, bidirectional=True, batch_first=True), ("N", 5, 3))  # fmt: skip
    row(f"{name}, no bias", lambda k=kind: k(3, 4, bias=False, batch_first=True), ("N", 5, 3))
    row(f"{name}, time first", lambda k=kind: k(3, 4), (5, "N", 3), dynamic={"x": {1: "batch"}})
    row(f"{name}, both axes open", lambda k=kind: k(3, 4), (5, "N", 3),
        dynamic={"x": {0: "time", 1: "batch"}})  # fmt: skip
row("RNN, relu", lambda: nn.RNN(3, 4, nonlinearity="relu", batch_first=True), ("N", 5, 3))
row("RNN, a state", lambda: nn.RNN(3, 4), (5, "N", 3), (1, "N", 4),
    dynamic={"x": {1: "batch"}, "hx": {1: "batch"}})  # fmt: skip
row("LSTM, projection", lambda: nn.LSTM(3, 4, proj_size=2, batch_first=True), ("N", 5, 3))
row("RNNCell", lambda: nn.RNNCell(3, 4), ("N", 3))
row("RNNCell, a state", lambda: nn.RNNCell(3, 4, nonlinearity="relu"), ("N", 3), ("N", 4))
row("GRUCell", lambda: nn.GRUCell(3, 4), ("N", 3))
row("GRUCell, a state", lambda: nn.GRUCell(3, 4, bias=False), ("N", 3), ("N", 4))
row("LSTMCell", lambda: nn.LSTMCell(3, 4), ("N", 3))


class Lengths(nn.Module):
    """An LSTM and a GRU over sequences of unlike lengths, which the model knows."""

    def __init__(self) -> None:
        self.lstm = nn.LSTM(3, 4, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(8, 2, batch_first=True)

    def forward(self, x: Any) -> Any:
        """Every sequence ends after three steps of five."""
        lengths = [3] * x.shape[0]
        y, (h, c) = self.lstm(x, lengths=lengths)
        return {"y": self.gru(y, lengths=lengths)[0], "h": h, "c": c}


row("lengths", Lengths, ("N", 5, 3))

mha = nn.MultiheadAttention
row("MultiheadAttention", lambda: mha(6, 2, batch_first=True), ("N", 5, 6))
row("MultiheadAttention, time first", lambda: mha(6, 2), (5, "N", 6),
    dynamic={"query": {0: "time", 1: "batch"}})  # fmt: skip
row("MultiheadAttention of three", lambda: mha(6, 2, kdim=4, vdim=3, batch_first=True, bias=False),
    ("N", 5, 6), ("N", 4, 4), ("N", 4, 3))  # fmt: skip


class Attending(nn.Module):
    """Attention without weights, with what is asked of the masks."""

    def __init__(self, mask: str = "", causal: bool = False) -> None:
        self.attention = mha(6, 2, batch_first=True)
        self.causal, self.mask = causal, mask
        self.hides = xn.asarray(np.triu(np.ones((5, 5), bool), 2))
        self.adds = xn.asarray(np.where(np.triu(np.ones((5, 5), bool), 1), -np.inf, 0.5), "float32")

    def forward(self, x: Any, other: Any = None) -> Any:
        """Attend to oneself or another."""
        padding = None
        if self.mask == "padding":  # of the first sequence nothing is left
            xp = xn.namespace(x)
            padding = xp.abs(x[:, :, 0]) > 0.3
            padding = xp.concat([xp.ones_like(padding)[:1, :], padding[1:, :]], axis=0)
        mask = {"hides": self.hides, "adds": self.adds}.get(self.mask)
        y, _ = self.attention(
            x, other, None, padding, need_weights=False, attn_mask=mask, is_causal=self.causal
        )
        return y


row("attention to oneself", Attending, ("N", 5, 6))
row("attention to another", Attending, ("N", 5, 6), ("N", 3, 6))
row("attention, causal", lambda: Attending(causal=True), ("N", 5, 6),
    dynamic={"x": {0: "batch", 1: "time"}})  # fmt: skip
for mask in ("hides", "adds", "padding"):
    row(f"attention, mask {mask}", lambda m=mask: Attending(m), ("N", 5, 6))
    row(f"attention, mask {mask}, causal", lambda m=mask: Attending(m, True), ("N", 5, 6))

layer = nn.TransformerEncoderLayer
row("TransformerEncoderLayer", lambda: layer(6, 2, 8, batch_first=True), ("N", 5, 6))
row("TransformerEncoderLayer, norm first",
    lambda: layer(6, 2, 8, activation="gelu", norm_first=True, bias=False, batch_first=True),
    ("N", 5, 6))  # fmt: skip
row("TransformerEncoder", lambda: nn.TransformerEncoder(layer(6, 2, 8), 2, nn.LayerNorm(6)),
    (5, "N", 6), dynamic={"src": {1: "batch"}})  # fmt: skip
