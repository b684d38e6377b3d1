"""The four equations of back-propagation.

The error of layer l is δˡ = ∂C/∂zˡ, the derivative of the cost of one sample. In many
lectures a sample is a column; here it is a row of a matrix of N samples, so a product with a matrix
changes sides. σ is any activation that works on each number by itself:

====  =====================================  ========================================
      a sample is a column                   N samples are rows
====  =====================================  ========================================
BP1   δᴸ = ∇ₐC ⊙ σ′(zᴸ)                      the same                 (N, K)
BP2   δˡ = (Wˡ⁺¹)ᵀ δˡ⁺¹ ⊙ σ′(zˡ)             δˡ = δˡ⁺¹ Wˡ⁺¹ ⊙ σ′(zˡ)   (N, M)
BP3   ∂C/∂bˡ = δˡ                            the mean of the rows     (M,)
BP4   ∂C/∂Wˡ = δˡ (aˡ⁻¹)ᵀ                    (δˡ)ᵀ aˡ⁻¹ / N           (M, D)
====  =====================================  ========================================

The cost of N samples is the mean J = 1/N Σ C_n of theirs, hence the mean in BP3 and BP4; W has the
shape (M, D), units by inputs, in both.

Each is the chain rule once. BP1: only a_k depends on z_k, so ∂C/∂z_k = ∂C/∂a_k σ′(z_k). (Of a
softmax all outputs do, and BP1 does not hold; see ``costs.py``.) BP2: zˡ_j is found in every
zˡ⁺¹_k = Σ_j Wˡ⁺¹_kj σ(zˡ_j) + bˡ⁺¹_k, so δˡ_j = Σ_k δˡ⁺¹_k Wˡ⁺¹_kj σ′(zˡ_j).
BP3 and BP4: ∂z_j/∂b_j = 1 and ∂z_j/∂W_jk = aˡ⁻¹_k.

M. A. Nielsen, 2015, *Neural networks and deep learning*, chapter 2.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array

__all__ = ["bp1", "bp2", "bp3", "bp4"]


def bp1(gradient: Array, slope: Array) -> Array:
    """Return the error of the last layer, δᴸ = ∇ₐC ⊙ σ′(zᴸ).

    Parameters
    ----------
    gradient : (N, K)
        ∇ₐC, of each sample's cost with respect to its outputs.
    slope : (N, K)
        σ′(zᴸ).

    Examples
    --------
    >>> import numpy as np
    >>> bp1(np.asarray([[0.5, -2.0]]), np.asarray([[0.25, 0.1]]))
    array([[ 0.125, -0.2  ]])
    """
    return gradient * slope


def bp2(weight: Array, delta: Array, slope: Array) -> Array:
    """Return the error of a layer from that of the next, δˡ = (Wˡ⁺¹)ᵀ δˡ⁺¹ ⊙ σ′(zˡ).

    Parameters
    ----------
    weight : (K, M)
        Wˡ⁺¹, of the next layer.
    delta : (N, K)
        δˡ⁺¹.
    slope : (N, M)
        σ′(zˡ).

    Examples
    --------
    >>> import numpy as np
    >>> bp2(np.asarray([[1.0, 2.0, 3.0]]), np.asarray([[10.0]]), np.asarray([[1.0, 0.5, 0.0]]))
    array([[10., 10.,  0.]])
    """
    return namespace(weight, delta).matmul(delta, weight) * slope  # (N, K) (K, M) -> (N, M)


def bp3(delta: Array) -> Array:
    """Return the gradient of the biases, ∂J/∂bˡ: δˡ, averaged over the samples.

    Parameters
    ----------
    delta : (N, M)
        δˡ.

    Examples
    --------
    >>> import numpy as np
    >>> bp3(np.asarray([[1.0, 2.0], [3.0, 4.0]]))
    array([2., 3.])
    """
    return namespace(delta).sum(delta, axis=0) / delta.shape[0]


def bp4(delta: Array, a: Array) -> Array:
    """Return the gradient of the weights, ∂J/∂Wˡ: δˡ (aˡ⁻¹)ᵀ, averaged over the samples.

    Parameters
    ----------
    delta : (N, M)
        δˡ.
    a : (N, D)
        aˡ⁻¹, what went into the layer.

    Examples
    --------
    >>> import numpy as np
    >>> bp4(np.asarray([[1.0], [3.0]]), np.asarray([[1.0, 0.0], [0.0, 1.0]]))
    array([[0.5, 1.5]])
    """
    xp = namespace(delta, a)
    return xp.matmul(xp.matrix_transpose(delta), a) / delta.shape[0]  # (M, N) (N, D) -> (M, D)
