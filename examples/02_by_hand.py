"""Forward and backward of a two-layer network on one page: BP1-BP4 by hand, equal to the tape.

    Z1 = X W1ᵀ + b1    A1 = σ(Z1)    Z2 = A1 W2ᵀ + b2    A2 = σ(Z2)    C = 1/(2N) Σ (A2 - Y)²

Samples are rows. M. A. Nielsen, 2015, *Neural Networks and Deep Learning*, chapter 2.
"""

import numpy as np

import xpnet as xn


def sigmoid(z):
    return 1 / (1 + xn.namespace(z).exp(-z))


def cost(parameters, x, y):
    """Compute C; works on bare arrays and on Tensors alike."""
    xp = xn.namespace(x, *parameters.values())
    a1 = sigmoid(x @ xp.matrix_transpose(parameters["W1"]) + parameters["b1"])
    a2 = sigmoid(a1 @ xp.matrix_transpose(parameters["W2"]) + parameters["b2"])
    return xp.sum((a2 - y) ** 2) / (2 * x.shape[0])


def by_hand(p, x, y):
    """The four equations of back-propagation."""
    n = x.shape[0]
    z1 = x @ p["W1"].T + p["b1"]  # (N, D) -> (N, M)
    a1 = sigmoid(z1)
    z2 = a1 @ p["W2"].T + p["b2"]  # (N, M) -> (N, K)
    a2 = sigmoid(z2)

    delta2 = (a2 - y) / n * a2 * (1 - a2)  # BP1: ∂C/∂A2 ⊙ σ'(Z2)
    delta1 = delta2 @ p["W2"] * a1 * (1 - a1)  # BP2: (δ2 W2) ⊙ σ'(Z1)
    return {
        "W1": delta1.T @ x,  # BP4
        "b1": delta1.sum(axis=0),  # BP3
        "W2": delta2.T @ a1,  # BP4
        "b2": delta2.sum(axis=0),  # BP3
    }


def main(arguments=None):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((5, 4)), rng.random((5, 3))
    parameters = {
        "W1": rng.standard_normal((6, 4)),
        "b1": rng.standard_normal(6),
        "W2": rng.standard_normal((3, 6)),
        "b2": rng.standard_normal(3),
    }
    taped = xn.grad(cost)(parameters, x, y)
    differences = {}
    for name, gradient in by_hand(parameters, x, y).items():
        differences[name] = float(np.max(np.abs(gradient - taped[name])))
        print(f"∂C/∂{name}: largest difference between hand and tape {differences[name]:.1e}")
    return max(differences.values())


if __name__ == "__main__":
    main()
