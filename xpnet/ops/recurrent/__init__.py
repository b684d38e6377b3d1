"""Recurrent layers: a whole sequence in one direction is one op, with its way back through time."""

from __future__ import annotations

from .gru import gru
from .lengths import lengths_of
from .lstm import lstm
from .rnn import rnn

__all__ = ["gru", "lengths_of", "lstm", "rnn"]
