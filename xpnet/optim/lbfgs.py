"""L-BFGS: a quasi-Newton method that remembers the last m steps instead of a matrix.

All parameters are one vector x, and a step (algorithm 7.5) is

    x ← x + t d,    d = -H g

where H, an approximation of the inverse of the Hessian, exists only as a product with the gradient
g: see ``two_loops.py``. t is the learning rate, or what a line search finds: ``line_search.py``.

J. Nocedal, S. J. Wright, 2006, *Numerical optimization*, second edition, section 7.2. Constants and
conditions to stop are those of PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from ..autograd import enable_grad
from ..backend import asarray, device_of, dtype_name, is_array, namespace
from ..errors import ArgumentError, ShapeError, choose
from ..nn import Parameter
from ..typing import Array, State
from .flat import dot, gradient, largest, move, number, numbers, sum_of_sizes
from .groups import Group
from .line_search import Point, strong_wolfe
from .optimizer import Closure, Optimizer
from .two_loops import direction, remember

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Limited-memory BFGS, for losses that are the same function in each evaluation.

    It converges in few steps where the loss is smooth and computed from all data (or one large
    batch) without dropout; for small batches other optimizers are better.

    Parameters
    ----------
    params
        Parameters of one dtype on one device; a single group.
    lr : float
        Step length t, or the first one that the line search tries.
    max_iter : int
        Iterations in one ``step``.
    max_eval : int, optional
        Evaluations of the loss in one ``step``; default ``max_iter * 5 // 4``.
    tolerance_grad : float
        Stop when no component of the gradient is larger.
    tolerance_change : float
        Stop when the loss and every parameter change by no more.
    history_size : int
        m, the pairs remembered; they take 2 m times the memory of the parameters.
    line_search_fn : {None, "strong_wolfe"}
        With "strong_wolfe" t satisfies the strong Wolfe conditions: see ``line_search.py``.

    Notes
    -----
    Every iteration fetches a few numbers from the device (loss, slope, largest component): the
    algorithm decides on the host. A GPU waits for that, unlike with the other optimizers.

    References
    ----------
    Nocedal, Wright, *Numerical optimization*, second edition, 2006, algorithms 7.4, 7.5, 3.5, 3.6.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import namespace, nn, optim
    >>> p = nn.Parameter(np.asarray([-1.0, 1.0]))
    >>> opt = optim.LBFGS([p], line_search_fn="strong_wolfe", max_iter=50)
    >>> def closure():
    ...     opt.zero_grad()
    ...     x, y = p[0], p[1]
    ...     loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> loss = opt.step(closure)
    >>> p.data.round(3)
    array([1., 1.])
    """

    needs_closure = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        _require_counts(max_iter=max_iter, history_size=history_size)
        super().__init__(
            params,
            lr=lr,
            max_iter=max_iter,
            max_eval=max_iter * 5 // 4 if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            history_size=history_size,
            line_search_fn=line_search_fn,
        )

    def check_group(self, group: Group) -> None:
        """Raise if there is a group already, or an option makes no sense."""
        if self.param_groups:
            raise ArgumentError(
                "LBFGS: params must be one group, got a second one; it works on all parameters as "
                "one vector: pass model.parameters()"
            )
        _require_counts(**{name: group[name] for name in ("max_iter", "max_eval", "history_size")})
        if group["line_search_fn"] is not None:
            choose("LBFGS", "line_search_fn", group["line_search_fn"], ("strong_wolfe",))

    def step(self, closure: Closure | None = None) -> Any:
        """Take up to ``max_iter`` iterations.

        Parameters
        ----------
        closure : callable
            Computes the loss anew, with its gradients, and returns it: ``zero_grad``, forward,
            ``backward``.

        Returns
        -------
        Tensor
            The loss before the step: what the closure returned first.
        """
        if closure is None:
            raise ArgumentError(
                "LBFGS.step: closure must be a function that computes loss and gradients, got "
                "None; write def closure(): opt.zero_grad(); loss = ...; loss.backward(); return "
                "loss"
            )
        with enable_grad():
            first = closure()
            self._iterate(closure, number(first))
        return first

    def _iterate(self, closure: Closure, loss: float) -> None:
        group = self.param_groups[0]
        parameters = group["params"]
        # a schedule may have set a number of a library, which would widen float32 parameters
        lr = float(group["lr"])
        size, tolerance = group["history_size"], group["tolerance_change"]
        state = self._state()
        g = gradient(parameters)
        state["func_evals"] += 1
        evaluations = 1
        if numbers(largest(g))[0] <= group["tolerance_grad"]:
            return
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            if state["n_iter"] > 1:
                remember(state, g, size)
            d = direction(state, g)
            total, slope, longest = numbers(sum_of_sizes(g), dot(g, d), largest(d))
            t = lr if state["n_iter"] > 1 else min(1.0, 1.0 / total) * lr
            before = loss
            state.update(d=d, t=t, prev_flat_grad=g, prev_loss=loss)
            if slope > -tolerance:
                return
            x = [p.data for p in parameters]
            if group["line_search_fn"] is not None:
                point, used = strong_wolfe(
                    partial(self._evaluate, closure, x, d),
                    t,
                    Point(0.0, loss, slope, g),
                    longest,
                    tolerance,
                    group["max_eval"] - evaluations,
                )
                loss, g, t = point.f, point.g, point.t
                state["t"] = t
                move(parameters, x, t, d)
            else:
                move(parameters, x, t, d)
                used = 0
                if iteration < group["max_iter"]:  # nobody would use the last one
                    loss, g, used = number(closure()), gradient(parameters), 1
            evaluations += used
            state["func_evals"] += used
            if (
                evaluations >= group["max_eval"]
                or (used and numbers(largest(g))[0] <= group["tolerance_grad"])
                or longest * abs(t) <= tolerance
                or (used and abs(loss - before) < tolerance)
            ):
                return

    def _evaluate(self, closure: Closure, x: list[Array], d: Array, t: float) -> Point:
        """Return the point x + t d on the line, and leave the parameters there."""
        parameters = self.param_groups[0]["params"]
        move(parameters, x, t, d)
        loss = number(closure())
        g = gradient(parameters)
        return Point(t, loss, numbers(dot(g, d))[0], g)

    # ---- memory ------------------------------------------------------------------------------

    def _state(self) -> State:
        """Return the memory, which belongs to the first parameter, where the parameters are."""
        first = self.param_groups[0]["params"][0]
        state = self.state.setdefault(first, {"func_evals": 0, "n_iter": 0})
        g = state.get("prev_flat_grad")
        if g is not None and (g.device != first.data.device or g.dtype != first.data.dtype):
            state.update(self._there(first, state))
        return state

    def _there(self, first: Parameter, state: Mapping[str, Any]) -> State:
        """Return copies of the memory's arrays on the device, and in the dtype, of a parameter."""

        def moved(value: Any) -> Any:
            if isinstance(value, list):
                return [moved(item) for item in value]
            if not is_array(value):
                return value
            there = asarray(value, dtype=dtype_name(first.data.dtype), device=device_of(first))
            return namespace(there).asarray(there, copy=True)

        return {key: moved(value) for key, value in state.items()}

    def state_dict(self) -> dict[str, Any]:
        """Return a snapshot, with PyTorch's names: numbers, vectors, and lists of vectors."""
        group = self.param_groups[0]
        first = group["params"][0]
        state = {0: self._there(first, self.state[first])} if first in self.state else {}
        positions = list(range(len(group["params"])))
        return {"state": state, "param_groups": [{**group, "params": positions}]}

    def _loaded_state(self, parameter: Parameter, saved: Mapping[str, Any]) -> State:
        size = sum(math.prod(p.data.shape) for p in self.param_groups[0]["params"])
        vectors = [*saved.get("old_dirs", ()), *saved.get("old_stps", ())]
        vectors += [saved[key] for key in ("d", "prev_flat_grad") if saved.get(key) is not None]
        for vector in vectors:
            if tuple(vector.shape) != (size,):
                raise ShapeError(
                    f"LBFGS.load_state_dict: vectors must have the size of all parameters, "
                    f"({size},), got {tuple(vector.shape)}; load the state of the same model"
                )
        state = {key: value for key, value in saved.items() if key != "al" and value is not None}
        for key in ("t", "H_diag", "prev_loss"):
            if key in state:
                state[key] = number(state[key])
        if "ro" in state:
            state["ro"] = [number(ro) for ro in state["ro"]]
        return self._there(parameter, state)


def _require_counts(**counts: Any) -> None:
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ArgumentError(
                f"LBFGS: {name} must be a positive integer, got {value!r}; usual values are "
                "max_iter=20 and history_size=100"
            )
