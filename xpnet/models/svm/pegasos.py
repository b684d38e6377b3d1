"""Stochastic subgradient descent for the linear support vector machine: Pegasos.

Divided by C N, what the machine minimises is, with λ = 1 / (C N),

    J(w, b) = λ/2 (‖w‖² + ρ b²) + 1/N Σ max(0, 1 - y_i (w · x_i + b)).

A subgradient of the hinge is -y_i x_i for a sample inside of the margin, y_i f(x_i) < 1, and 0 for
the others. Step number k takes a few samples S and goes against it with the learning rate
1 / (λ k):

    w <- (1 - 1/k) w + 1/(λ k |S|) Σ y_i x_i    over i in S with y_i f(x_i) < 1,

which is the perceptron's rule with a margin and with forgetting: the perceptron corrects what is
wrong, this also what is right but not by a margin of 1. The bias takes the same steps with ρ λ b in
place of λ w.

For ρ > 0 J is strongly convex. For ρ = 1 it is the paper's J, of samples with a 1 appended: it is
off by O(log(k) / λk) after k steps, whatever N is, and the mean over the second half of the steps,
which is returned, does without the logarithm. For ρ = 0 the bias is free, J is not strongly convex
in it, and these bounds say nothing: the steps are in use all the same, and the tests compare what
they find with the exact solution.

References
----------
S. Shalev-Shwartz, Y. Singer, N. Srebro and A. Cotter, Pegasos: primal estimated sub-gradient solver
for SVM, Mathematical Programming 127, 2011, figure 2. The mean: S. Lacoste-Julien, M. Schmidt and
F. Bach, A simpler approach to obtaining an O(1/t) convergence rate, 2012; A. Rakhlin, O. Shamir and
K. Sridharan, Making gradient descent optimal for strongly convex stochastic optimization, 2012.
"""

from __future__ import annotations

import math

from ...backend import asarray, device_of, namespace, random
from ...typing import Array
from .hyperplane import Hyperplane

__all__ = ["pegasos"]


def pegasos(
    x: Array,
    y: Array,
    upper: Array,
    price: float,
    *,
    epochs: int = 100,
    batch_size: int = 32,
    seed: int = 0,
) -> Hyperplane:
    """Take steps for x (N, D), y (N,) of -1 and 1, C_i (N,) and ρ, all floating, in one place.

    Parameters
    ----------
    x, y, upper : arrays
    price : float
        ρ. Infinite: b stays 0.
    epochs : int
        How often each sample is drawn.
    batch_size : int
        |S|.
    seed : int
        Of the order of the samples.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[-1.0], [2.0], [3.0]]), np.asarray([-1.0, 1.0, 1.0])
    >>> found = pegasos(x, y, np.ones(3), 0.0, epochs=300, batch_size=1)
    >>> abs(float(found.w[0]) - 2 / 3) < 0.01
    True
    """
    xp = namespace(x)
    n = y.shape[0]
    rng = random.stream(seed, "pegasos")
    pull = xp.expand_dims(upper * y, axis=1)  # C_i y_i, (N, 1)
    w = xp.zeros((x.shape[1],), dtype=x.dtype, device=x.device)
    b = xp.sum(w)
    mean_w, mean_b = w, b
    last = epochs * -(-n // batch_size)
    step, averaged = 0, 0
    for _ in range(epochs):
        order = asarray(rng.permutation(n), device=device_of(x))
        for start in range(0, n, batch_size):
            step += 1
            chosen = order[start : min(start + batch_size, n)]
            some = xp.take(x, chosen, axis=0)  # (|S|, D)
            inside = xp.take(y, chosen) * (xp.matmul(some, w) + b) < 1.0
            pulls = xp.take(pull, chosen, axis=0)[:, 0] * xp.astype(inside, x.dtype)
            rate = 1.0 / step  # the factor λ is in C_i N
            scale = rate * n / chosen.shape[0]
            w = (1.0 - rate) * w + scale * xp.matmul(pulls, some)
            if not math.isinf(price):
                b = max(0.0, 1.0 - rate * price) * b + scale * xp.sum(pulls)
            if 2 * step > last:
                averaged += 1
                mean_w = mean_w + (w - mean_w) / averaged
                mean_b = mean_b + (b - mean_b) / averaged
    outputs = y * (xp.matmul(x, mean_w) + mean_b)
    alpha = xp.where(outputs < 1.0, upper, xp.zeros_like(upper))
    return Hyperplane(mean_w, mean_b, alpha, step, True)
