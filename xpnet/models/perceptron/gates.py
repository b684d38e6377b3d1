"""Logic by perceptrons: the gates that one of them computes, and XOR, which takes three.

    AND(a, b)  = step( a + b - 1.5)        OR(a, b)  = step( a + b - 0.5)
    NAND(a, b) = step(-a - b + 1.5)        NOR(a, b) = step(-a - b + 0.5)
    NOT(a)     = step(-a + 0.5)

No w1, w2, b make XOR: (0, 0) and (1, 1) want b <= 0 and w1 + w2 + b <= 0, while (0, 1) and (1, 0)
want w2 + b > 0 and w1 + b > 0. The first two add up to w1 + w2 + 2b <= 0, the others to > 0.
But XOR(a, b) = AND(OR(a, b), NAND(a, b)): two layers.

W. S. McCulloch, W. Pitts, 1943, *A logical calculus of the ideas immanent in nervous activity*;
M. Minsky, S. Papert, 1969, *Perceptrons*.
"""

from __future__ import annotations

from typing import Any

from ... import nn
from ...backend import namespace
from ...errors import ArgumentError, choose
from ...nn import functional as F
from .unit import Perceptron

__all__ = ["XOR", "gate"]

# weights and bias, for inputs 0 and 1
GATES: dict[str, tuple[tuple[float, ...], float]] = {
    "and": ((1.0, 1.0), -1.5),
    "or": ((1.0, 1.0), -0.5),
    "nand": ((-1.0, -1.0), 1.5),
    "nor": ((-1.0, -1.0), 0.5),
    "not": ((-1.0,), 0.5),
}


def gate(name: str) -> Perceptron:
    """Return a perceptron with given weights that computes a logic gate of inputs 0 and 1.

    ``predict`` answers -1 for false and 1 for true; ``nn.functional.step(model(x))`` is 0 or 1.

    Parameters
    ----------
    name : {"and", "or", "nand", "nor", "not"}

    Raises
    ------
    ArgumentError
        If there is no such gate, or no perceptron that computes it.

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.data.logic_gate("nand").arrays
    >>> gate("nand").predict(x)
    array([ 1.,  1.,  1., -1.], dtype=float32)
    """
    if name == "xor":
        raise ArgumentError(
            "perceptron.gate: name must be a gate that one perceptron computes, got 'xor'; "
            "XOR() is made of three"
        )
    return Perceptron.from_weights(*GATES[choose("perceptron.gate", "name", name, GATES)])


class XOR(nn.Module):
    """Exclusive or of two truth values: AND(OR(a, b), NAND(a, b)), by three perceptrons.

    Parameters
    ----------
    either, not_both, both : Perceptron, optional
        Gates OR, NAND and AND of inputs 0 and 1, such as learnt ones. Default: those of
        :func:`gate`.

    Raises
    ------
    ShapeError
        If the input is not (N, 2).

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.data.logic_gate("xor").arrays
    >>> XOR().predict(x)
    array([0., 1., 1., 0.], dtype=float32)
    """

    def __init__(
        self,
        either: Perceptron | None = None,
        not_both: Perceptron | None = None,
        both: Perceptron | None = None,
    ) -> None:
        self.either = gate("or") if either is None else either
        self.not_both = gate("nand") if not_both is None else not_both
        self.both = gate("and") if both is None else both

    def forward(self, x: Any) -> Any:
        """Return the truth values 0 and 1: (N, 2) -> (N,)."""
        hidden = [F.step(self.either(x)), F.step(self.not_both(x))]
        return F.step(self.both(namespace(*hidden).stack(hidden, axis=1)))  # (N, 2) -> (N,)
