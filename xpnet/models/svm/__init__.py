"""Support vector machines: the widest margin between two classes.

======================  ===================================================================
``linear.py``           LinearSVM
``solve.py``            ``solve_linear``, which finds its hyperplane
``hinge.py``            with the hinge: an interior-point method
``squared_hinge.py``    with its square: Newton's method
``newton.py``           the linear system that both solve in each step
``pegasos.py``          with the hinge: stochastic subgradient descent
``kernel_svm.py``       KernelSVM
``kernels.py``          the kernels, and the matrix of them, ``gram_matrix``
``gram.py``             that matrix with bounded memory
``smo.py``              the dual problem: sequential minimal optimisation
``inputs.py``           what may be given, and what errors say
``hyperplane.py``       what the solvers of the linear machine return
======================  ===================================================================

References
----------
C. Cortes and V. Vapnik, Support-vector networks, Machine Learning 20, 1995. N. Cristianini and
J. Shawe-Taylor, An introduction to support vector machines, 2000.
"""

from __future__ import annotations

from .dual import Dual, smo
from .gram import Gram
from .hyperplane import Hyperplane
from .kernel_svm import KernelSVM
from .kernels import KERNELS, gram_matrix
from .linear import LinearSVM
from .pegasos import pegasos
from .solve import solve_linear

__all__ = [
    "Dual",
    "Gram",
    "Hyperplane",
    "KERNELS",
    "KernelSVM",
    "LinearSVM",
    "gram_matrix",
    "pegasos",
    "smo",
    "solve_linear",
]
