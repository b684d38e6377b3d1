"""Estimators of scikit-learn whose networks train on any array library and device.

====================  ================================================================
``features.py``       what X may be: arrays of any library, sparse matrices, data frames
``labels.py``         classes of any kind as numbers, and back
``samples.py``        X, targets and weights together
``parameters.py``     what parameters may be
``losses.py``         losses by scikit-learn's names
``convergence.py``    when training has converged
``full_batch.py``     training on all samples at once, by L-BFGS
``outputs.py``        what a network says for X
``undo.py``           a fit that fails changes nothing
``estimator.py``      NetEstimator: building, training and applying a network
``classifier.py``     classifying: what it adds
``regressor.py``      regression: what it adds
``dense.py``          networks of dense layers: what it adds to both
``linear.py``         one linear layer: what it adds
``mlp.py``            MLPClassifier, MLPRegressor
``cnn.py``            CNNClassifier
``perceptron.py``     PerceptronClassifier
``logistic_regression.py``, ``linear_svc.py``
``svc.py``            SVC: support vector machines with kernels
``pairs.py``          several classes by machines for two, one for each pair
``pair_classifier.py``  what such machines say of samples
``net.py``            NetClassifier, NetRegressor: around any network
====================  ================================================================

Needs scikit-learn: ``pip install "xpnet[sklearn]"``. ``import xpnet`` does not import this folder.
"""

from __future__ import annotations

try:
    import sklearn as _sklearn  # noqa: F401
except ImportError as error:
    raise ImportError(
        "xpnet.sklearn: scikit-learn must be installed, got none; pip install 'xpnet[sklearn]'"
    ) from error

from .cnn import CNNClassifier
from .linear_svc import LinearSVC
from .logistic_regression import LogisticRegression
from .mlp import MLPClassifier, MLPRegressor
from .net import NetClassifier, NetRegressor
from .perceptron import PerceptronClassifier
from .svc import SVC

__all__ = [
    "CNNClassifier",
    "LinearSVC",
    "LogisticRegression",
    "MLPClassifier",
    "MLPRegressor",
    "NetClassifier",
    "NetRegressor",
    "PerceptronClassifier",
    "SVC",
]
