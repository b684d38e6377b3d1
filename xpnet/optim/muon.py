"""Muon: momentum made orthogonal, for weight matrices.

With learning rate γ, momentum μ and weight decay λ, for a matrix p of shape (M, D)::

    b ← μ b + (1 − μ) g
    d = μ b + (1 − μ) g            with Nesterov's momentum, else d = b
    o ≈ U Vᵀ,  where d = U S Vᵀ    by Newton-Schulz iterations
    p ← p − γ λ p − γ √max(1, M/D) o

so every direction of the matrix moves by about the same amount. One iteration, on x of norm ≤ 1::

    x ← a x + (b A + c A²) x,   A = x xᵀ

K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024. The scaling
"match_rms_adamw" is of J. Liu et al., "Muon is Scalable for LLM Training", arXiv:2502.16982, 2025,
equation 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..backend import namespace
from ..errors import ArgumentError, choose
from ..typing import Array, State
from .groups import Group
from .optimizer import Optimizer

__all__ = ["Muon", "orthogonalize"]

# coefficients a, b, c of Jordan et al.: the steepest rise at 0 that keeps singular values near 1
COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonalize(
    x: Array,
    ns_steps: int = 5,
    ns_coefficients: tuple[float, float, float] = COEFFICIENTS,
    eps: float = 1e-7,
) -> Array:
    """Bring the singular values of a matrix near 1 (between about 0.7 and 1.2).

    Parameters
    ----------
    x : array, (M, D)
    ns_steps : int
        Newton-Schulz iterations.
    ns_coefficients : tuple of float
        a, b, c of the iteration.
    eps : float
        The smallest norm that is divided by.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([[1.0, 2.0, 3.0], [6.0, 5.0, 4.0]])
    >>> s = np.linalg.svd(orthogonalize(x), compute_uv=False)
    >>> bool(s.min() > 0.6 and s.max() < 1.3)
    True
    """
    xp = namespace(x)
    a, b, c = ns_coefficients
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = xp.matrix_transpose(x)  # the smaller x xᵀ
    x = x / xp.maximum(xp.sqrt(xp.sum(x * x)), eps)
    for _ in range(ns_steps):
        A = xp.matmul(x, xp.matrix_transpose(x))
        x = a * x + xp.matmul(b * A + c * xp.matmul(A, A), x)
    return xp.matrix_transpose(x) if tall else x


def init(p: Array, **options: Any) -> State:
    """Return zeros for the momentum b."""
    return {"momentum_buffer": namespace(p).zeros_like(p)}


def update(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    weight_decay: float = 0.1,
    momentum: float = 0.95,
    nesterov: bool = True,
    ns_coefficients: tuple[float, float, float] = COEFFICIENTS,
    eps: float = 1e-7,
    ns_steps: int = 5,
    adjust_lr_fn: str | None = None,
) -> tuple[Array, State]:
    """Return the parameter and the state after one step."""
    b = state["momentum_buffer"]
    b = b + (1 - momentum) * (g - b)
    d = g + momentum * (b - g) if nesterov else b
    o = orthogonalize(d, ns_steps, ns_coefficients, eps)
    M, D = p.shape
    ratio = 0.2 * math.sqrt(max(M, D))
    if adjust_lr_fn != "match_rms_adamw":
        ratio = math.sqrt(max(1, M / D))
    return (1 - lr * weight_decay) * p - lr * ratio * o, {"momentum_buffer": b}


class Muon(Optimizer):
    """Muon, for the weight matrices of hidden layers.

    It takes matrices only. Biases, embeddings and the output layer belong to another optimizer
    such as `AdamW`. The iterations run in the parameter's dtype; PyTorch runs them in bfloat16.

    Parameters
    ----------
    params
        Parameters of shape (M, D), or groups of them, see `Optimizer`.
    lr : float
        Learning rate γ.
    weight_decay : float
        λ: each step shrinks the parameters by the factor 1 − γ λ.
    momentum : float
        μ.
    nesterov : bool
        Look ahead along the momentum.
    ns_coefficients : tuple of float
        a, b, c of the Newton-Schulz iteration.
    eps : float
        The smallest norm that is divided by.
    ns_steps : int
        Newton-Schulz iterations.
    adjust_lr_fn : {None, "original", "match_rms_adamw"}
        How γ depends on the shape: √max(1, M/D), which None means too, or 0.2 √max(M, D), with
        which a learning rate found for AdamW can be used.

    Raises
    ------
    ArgumentError
        A parameter is not a matrix.

    References
    ----------
    Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024,
    https://kellerjordan.github.io/posts/muon/

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.zeros((2, 2)))
    >>> opt = optim.Muon([p], lr=0.1)
    >>> p.grad = np.asarray([[3.0, 0.0], [0.0, 1.0]])
    >>> opt.step()
    >>> p.data.round(1)
    array([[-0.1,  0. ],
           [ 0. , -0.1]])
    """

    init = staticmethod(init)
    update = staticmethod(update)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = COEFFICIENTS,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            weight_decay=weight_decay,
            momentum=momentum,
            nesterov=nesterov,
            ns_coefficients=ns_coefficients,
            eps=eps,
            ns_steps=ns_steps,
            adjust_lr_fn=adjust_lr_fn,
        )

    def check_group(self, group: Group) -> None:
        """Raise if a parameter is not a matrix or the scaling is unknown."""
        if group["adjust_lr_fn"] is not None:
            choose("Muon", "adjust_lr_fn", group["adjust_lr_fn"], ["original", "match_rms_adamw"])
        for parameter in group["params"]:
            if parameter.ndim != 2:
                raise ArgumentError(
                    f"Muon: params must be matrices (M, D), got the shape "
                    f"{tuple(parameter.shape)}; give Muon "
                    "[p for p in model.parameters() if p.ndim == 2] and the others to optim.AdamW"
                )
