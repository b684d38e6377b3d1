"""One call for the linear support vector machine: checks, precision, the solver, and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend import asarray, device_of, namespace, to_numpy, unwrap
from ...errors import ArgumentError, choose
from .gram import in_double
from .hinge import hinge_interior_point
from .hyperplane import Hyperplane
from .inputs import bounds, require_count, samples, signs
from .newton import fewest_features
from .pegasos import pegasos
from .squared_hinge import squared_hinge_newton

__all__ = ["solve_linear"]

LOSSES = ("hinge", "squared_hinge")
SOLVERS = ("exact", "pegasos")
NO_BIAS = 1e30  # a price that no bias is worth


def solve_linear(
    x: Any,
    y: Any,
    *,
    C: float = 1.0,
    loss: str = "hinge",
    bias_penalty: float = 0.0,
    sample_weight: Any = None,
    solver: str = "exact",
    tol: float = 1e-8,
    max_iter: int = 100,
    where: str = "solve_linear",
    **options: Any,
) -> Hyperplane:
    """Find the hyperplane of two classes: what :meth:`LinearSVM.fit` calls for each of its outputs.

    Parameters
    ----------
    x, y, C, loss, bias_penalty, sample_weight, solver
        As there; y is -1 and 1.
    tol : float, default 1e-8
        Of ``"exact"``: the relative error of the objective, or of its gradient, that is good
        enough.
    max_iter : int, default 100
        Of ``"exact"``.
    where : str
        What error messages begin with.
    **options
        Of ``"pegasos"``: epochs, batch_size, seed.

    Returns
    -------
    Hyperplane
        w (D,), b () and α (N,) where `x` lives and in its data type; iterations; converged.

    Examples
    --------
    >>> x, y = np.asarray([[-1.0], [2.0], [3.0]]), [-1, 1, 1]
    >>> plane = solve_linear(x, y, C=10.0)
    >>> plane.w.round(6), plane.alpha.round(6)
    (array([0.666667]), array([0.222222, 0.222222, 0.      ]))
    """
    x = samples(where, x, fitting=True)
    n = x.shape[0]
    upper = bounds(where, C, sample_weight, n)
    labels = signs(where, y, n)
    choose(where, "loss", loss, LOSSES)
    choose(where, "solver", solver, SOLVERS)
    if not bias_penalty >= 0:
        raise ArgumentError(
            f"{where}: bias_penalty must be >= 0, got {bias_penalty!r}; 0 leaves the hyperplane "
            "free to lie anywhere"
        )
    if solver == "pegasos" and loss != "hinge":
        raise ArgumentError(
            f"{where}: loss must be 'hinge' for solver='pegasos', got {loss!r}; the exact solver "
            "takes both"
        )
    counting = np.flatnonzero(upper > 0)
    signs(where, labels[counting], len(counting))  # both classes have a weight
    xp = namespace(x)
    home = device_of(x)
    work = in_double(x)  # single precision is not enough for the systems near the end
    if len(counting) < n:
        work = xp.take(work, asarray(counting, device=home), axis=0)
    here = asarray(labels[counting], device=home)
    there = asarray(upper[counting], device=home)
    signed, most = xp.astype(here, work.dtype), xp.astype(there, work.dtype)
    if solver == "pegasos":
        for name in ("epochs", "batch_size"):
            require_count(where, name, options.get(name, 1))
        plane = pegasos(work, signed, most, bias_penalty, **options)
    else:
        few, back = fewest_features(work)
        solve = hinge_interior_point if loss == "hinge" else squared_hinge_newton
        plane = solve(few, signed, most, min(bias_penalty, NO_BIAS), tol, max_iter)
        if back is not None:
            plane = plane._replace(w=xp.matmul(back, plane.w))
        if math.isinf(bias_penalty):
            plane = plane._replace(b=xp.zeros_like(plane.b))
    alpha = plane.alpha
    if len(counting) < n:
        host = np.zeros(n)
        host[counting] = to_numpy(alpha)
        alpha = asarray(host, device=home)
    w, b, alpha = (xp.astype(unwrap(part), x.dtype) for part in (plane.w, plane.b, alpha))
    return plane._replace(w=w, b=b, alpha=alpha)
