"""Recurrent ops on NumPy arrays: a step is one product and a few calls that write in place."""

from __future__ import annotations

from . import gru, lstm, rnn

__all__ = ["gru", "lstm", "rnn"]
