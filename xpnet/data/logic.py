"""Truth tables: the smallest data sets there are."""

from __future__ import annotations

import numpy as np

from ..errors import choose
from .dataset import ArrayDataset

__all__ = ["logic_gate"]

# outputs for the inputs 00, 01, 10, 11 (for "not": 0, 1)
TRUTH = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xor": (0, 1, 1, 0),
    "not": (1, 0),
}


def logic_gate(name: str, signed: bool = False) -> ArrayDataset:
    """Return the truth table of a logic gate.

    All but XOR can be learnt by one neuron: M. Minsky, S. Papert, Perceptrons, 1969.

    Parameters
    ----------
    name : {"and", "or", "nand", "nor", "xor", "not"}
    signed : bool, default False
        Write false and true as -1 and 1 instead of 0 and 1, in inputs and outputs.

    Returns
    -------
    ArrayDataset
        NumPy arrays: inputs (4, 2), or (2, 1) for "not", float32; outputs (4,) or (2,), int64.

    Raises
    ------
    ArgumentError
        If there is no such gate.

    Examples
    --------
    >>> x, y = logic_gate("xor").arrays
    >>> x.tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    >>> y
    array([0, 1, 1, 0])
    """
    outputs = TRUTH[choose("logic_gate", "name", name, TRUTH)]
    inputs = [(0, 0), (0, 1), (1, 0), (1, 1)] if len(outputs) == 4 else [(0,), (1,)]
    x = np.asarray(inputs, dtype=np.float32)
    y = np.asarray(outputs, dtype=np.int64)
    if signed:
        x, y = 2 * x - 1, 2 * y - 1
    return ArrayDataset(x, y, class_names=None if signed else ("false", "true"), name=name)
