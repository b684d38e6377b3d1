"""Networks whose back-propagation is written out, to be read and compared with the tape.

======================  ================================================================
``equations.py``        BP1, BP2, BP3, BP4: one function and one line each
``slopes.py``           the derivatives σ′(z) of the activations, by hand
``costs.py``            the costs C and their gradients ∇ₐC
``targets.py``          class labels and numbers as rows that a cost can compare
``by_hand.py``          what both networks do with their gradients: descend
``shallow_network.py``  ShallowNetwork: two layers, each equation on a line of its own
``deep_network.py``     DeepNetwork: L layers, the same equations in a loop
======================  ================================================================

Every other model of xpnet leaves its derivatives to the tape. These two compute them as lectures
do, with the caches Z[l] and A[l] of the forward pass, and are modules as well: called on data they
are recorded, so that one object gives both gradients, and a test holds them equal to 1e-10.
"""

from __future__ import annotations

from .by_hand import ByHand
from .costs import COSTS
from .deep_network import DeepNetwork
from .equations import bp1, bp2, bp3, bp4
from .shallow_network import ShallowNetwork
from .slopes import SLOPES

__all__ = ["COSTS", "SLOPES", "ByHand", "DeepNetwork", "ShallowNetwork", "bp1", "bp2", "bp3", "bp4"]
