"""Training on all samples at once, by L-BFGS: for small data, and for what is convex."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..backend import device_of, dtype_name, dtype_of, is_floating, namespace, to_device, to_numpy
from ..data import DataLoader
from ..nn import Module
from ..optim import LBFGS
from .outputs import rows_at_once
from .samples import Samples

__all__ = ["Found", "can_go_on", "minimize", "penalty"]

ROWS = 4096  # samples that are in memory as floats, with their activations, at one time


def can_go_on(estimator: Any) -> bool:
    """Tell whether an estimator has ``partial_fit``; an AttributeError says why not."""
    if estimator._solver() == "lbfgs":
        raise AttributeError(
            "partial_fit is there only for solvers that go through the data in batches, got "
            "'lbfgs'; call fit, with warm_start=True to go on"
        )
    return True


def penalty(weights: Iterable[Any]) -> Any:
    """Return ½ Σ w² over all elements of arrays or Tensors.

    Examples
    --------
    >>> import numpy as np
    >>> float(penalty([np.asarray([1.0, 2.0]), np.asarray([[3.0]])]))
    7.0
    """
    return 0.5 * sum(namespace(w).sum(w * w) for w in weights)


class Found(NamedTuple):
    """Where a minimisation ended.

    `converged`: the largest component of the gradient is at most `tol`; or the search went down
    until rounding, or an edge, let it find no lower point. One that found none at all, as numbers
    are too large for it, has not converged.
    """

    loss: float
    iterations: int
    converged: bool


def minimize(
    module: Module,
    loss: Callable[..., Any],
    samples: Samples,
    *,
    decay: float,
    max_iter: int,
    max_eval: int | None = None,
    tol: float = 1e-4,
) -> Found:
    """Minimise the weighted mean loss + ½ decay Σ w² over the parameters of a module.

    Parameters
    ----------
    module : Module
    loss : callable
        ``loss(outputs, y, *, reduction="none")``.
    samples : Samples
        Go through the network in pieces, so that activations take little memory.
    decay : float
        Of parameters with two axes or more.
    max_iter, max_eval : int
        Upper limits of iterations, and of evaluations of the loss.
    tol : float
        The largest component of the gradient at the end.
    """
    parameters = list(module.parameters())
    home, dtype = device_of(parameters[0]), dtype_name(parameters[0].dtype)
    rows = rows_at_once(samples.x, ROWS)
    loader = DataLoader(samples.arrays(), batch_size=rows, device=home)
    max_eval = max_eval or max(15_000, 2 * max_iter)
    optimizer = LBFGS(
        parameters,
        max_iter=max_iter,
        max_eval=max_eval,
        tolerance_grad=tol,
        tolerance_change=1e-15,
        history_size=10,
        line_search_fn="strong_wolfe",
    )
    total_weight = samples.total_weight

    def closure() -> Any:
        optimizer.zero_grad()
        total = 0.0
        for batch in loader:
            x, y, *w = (to_device(part, home) for part in batch)
            xp = namespace(x)
            x = xp.astype(x, dtype_of(xp, dtype))
            y = xp.astype(y, dtype_of(xp, dtype)) if is_floating(y) else y
            part = _sum(loss(module(x), y, reduction="none"), w) / total_weight
            part.backward()
            total = total + part.data
        if decay:
            part = decay * penalty(p for p in parameters if p.ndim > 1)
            part.backward()
            total = total + part.data
        return total

    with_training = module.training
    module.train()
    try:
        first = optimizer.step(closure)
    finally:
        module.train(with_training)
    final = float(to_numpy(closure()))
    steepest = max(float(namespace(p.grad).max(namespace(p.grad).abs(p.grad))) for p in parameters)
    optimizer.zero_grad()
    state = optimizer.state[parameters[0]]
    iterations, within = int(state["n_iter"]), state["func_evals"] < max_eval
    ended = iterations < max_iter and within and final < float(to_numpy(first))
    return Found(final, iterations, steepest <= tol or ended)


def _sum(losses: Any, weights: list[Any]) -> Any:
    """Return Σ w l, where the loss of a sample is the mean over its remaining axes."""
    xp = namespace(losses)
    if losses.ndim > 1:
        losses = xp.mean(losses, axis=tuple(range(1, losses.ndim)))
    return xp.sum(losses * xp.astype(weights[0], losses.dtype) if weights else losses)
