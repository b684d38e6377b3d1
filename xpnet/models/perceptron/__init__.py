"""The perceptron: one unit that answers yes or no, the rules by which it learns, and its limits.

===============  ===============================================================================
``unit.py``      Perceptron: the model, sign(w·x + b)
``samples.py``   what samples and labels must be; (x, 1) y, the form in which the rules see them
``order.py``     which of the misclassified samples is taken next
``result.py``    Learnt: what a rule returns
``primal.py``    learn: F. Rosenblatt's rule, one correction at a time
``dual.py``      learn_dual: the same by counting the corrections of each sample
``pocket.py``    learn_pocket: for data that no line separates
``novikoff.py``  bound: how many corrections there can be at most
``gates.py``     gate, XOR: logic by perceptrons, and what one of them cannot do
===============  ===============================================================================

Type::

    from xpnet.models import perceptron

    learnt = perceptron.learn(x, y)         # x (N, D), y (N,) of -1 and 1
    learnt.model.predict(x), learnt.updates, learnt.converged
    perceptron.bound(x, y).updates          # at least learnt.updates
"""

from __future__ import annotations

from .dual import learn_dual
from .gates import XOR, gate
from .novikoff import Bound, bound
from .pocket import learn_pocket
from .primal import learn
from .result import History, Learnt
from .unit import Perceptron

__all__ = [
    "Bound",
    "History",
    "Learnt",
    "Perceptron",
    "XOR",
    "bound",
    "gate",
    "learn",
    "learn_dual",
    "learn_pocket",
]
