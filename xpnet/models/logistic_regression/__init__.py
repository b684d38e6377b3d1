"""Logistic regression: the probability of one of two classes.

==================  ==============================================================================
``model.py``        LogisticRegression: one unit as a module, with ``fit``
``gradients.py``    cost and gradient in three forms: two loops, one loop, none
``descent.py``      gradient descent: w ← w - α dw, b ← b - α db
``costs.py``        cross-entropy and squared error as functions of w and b, and the Hessian
``checks.py``       what the arguments must look like
==================  ==============================================================================

For samples x_i with labels y_i of 0 or 1, rows of X (m, D)::

    z_i = wᵀ x_i + b        a_i = σ(z_i) = 1 / (1 + exp(-z_i)) = P(y_i = 1)
    J = -1/m Σ_i (y_i log a_i + (1 - y_i) log(1 - a_i))
    ∂J/∂z_i = (a_i - y_i) / m

D. R. Cox, 1958, *The regression analysis of binary sequences*; C. M. Bishop, 2006, *Pattern
recognition and machine learning*, section 4.3.2.
"""

from __future__ import annotations

from .costs import cross_entropy, hessian, squared_error
from .descent import descend
from .gradients import double_loop, single_loop, vectorized
from .model import LogisticRegression

__all__ = [
    "LogisticRegression",
    "cross_entropy",
    "descend",
    "double_loop",
    "hessian",
    "single_loop",
    "squared_error",
    "vectorized",
]
