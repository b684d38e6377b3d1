"""Checking derivatives against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..autograd import Tensor, no_grad, value_and_grad
from ..backend import (
    asarray,
    device_of,
    dtype_name,
    is_array,
    is_floating,
    namespace,
    random,
    to_numpy,
    unwrap,
)
from ..errors import DTypeError

__all__ = ["gradcheck"]


def gradcheck(
    f: Callable[..., Any],
    *args: Any,
    order: int = 1,
    directions: int = 3,
    eps: float = 1e-6,
    tol: float = 1e-6,
    seed: int = 0,
) -> None:
    """Raise an AssertionError unless the gradient of `f` agrees with finite differences.

    The derivative along random directions u is compared: <grad, u> against
    (f(x + eps u) - f(x - eps u)) / (2 eps), for a random weighting of all results of `f`.

    Parameters
    ----------
    f : callable
        Takes arrays, returns an array or a tuple of arrays; smooth at `args`.
    *args : float64 arrays of any library, or anything else
        Floating-point arrays are varied, everything else is passed on.
    order : {1, 2}
        2 also checks the gradient of the gradient.
    directions : int
        How many random directions.
    eps : float
        Step of the differences.
    tol : float
        Allowed error, relative to the larger of 1 and the value.
    seed : int
        Of the directions.

    Raises
    ------
    AssertionError
        If they differ; says by how much.
    DTypeError
        If a floating-point argument is not float64: differences need the digits.

    Examples
    --------
    >>> gradcheck(lambda x: x * x * x, np.asarray([1.0, 2.0]))
    """
    varied = [i for i, x in enumerate(args) if is_array(unwrap(x)) and is_floating(x)]
    for i in varied:
        if dtype_name(args[i].dtype) != "float64":
            raise DTypeError(
                f"gradcheck: argument {i + 1} must be float64, got {args[i].dtype}; convert it, "
                "e.g. xp.astype(x, xp.float64)"
            )
    rng = random.stream(seed, "gradcheck")
    total = _weighted_total(f, rng)
    compare = _Comparison(directions, eps, tol, rng)
    compare(total, args, varied, "gradient")
    if order >= 2:
        first = value_and_grad(total, tuple(varied))

        def along(*xs: Any) -> Any:
            gradients = first(*xs)[1]
            return sum(
                (
                    namespace(g).sum(g * _like(g, np.cos(np.arange(_size(g)) + k)))
                    for k, g in enumerate(gradients)
                ),
                start=0.0,
            )

        compare(along, args, varied, "second derivative")


def _size(x: Any) -> int:
    return int(np.prod(x.shape, dtype=int))


def _like(x: Any, host: np.ndarray) -> Any:
    return asarray(host.reshape(x.shape).astype(dtype_name(x.dtype)), device=device_of(x))


def _weighted_total(f: Callable[..., Any], rng: np.random.Generator) -> Callable[..., Any]:
    """Reduce all results of `f` to one number, with weights that stay the same."""
    weights: dict[int, np.ndarray] = {}

    def total(*xs: Any) -> Any:
        out = f(*xs)
        parts: Sequence[Any] = out if isinstance(out, tuple | list) else (out,)
        value: Any = 0.0
        for k, y in enumerate(parts):
            if is_floating(y):
                host = weights.setdefault(k, rng.uniform(0.5, 1.5, tuple(y.shape)))
                value = value + namespace(y).sum(y * _like(y, host))
        return value

    return total


class _Comparison:
    def __init__(self, directions: int, eps: float, tol: float, rng: np.random.Generator) -> None:
        self.directions = directions
        self.eps = eps
        self.tol = tol
        self.rng = rng

    def __call__(
        self, f: Callable[..., Any], args: Sequence[Any], varied: Sequence[int], what: str
    ) -> None:
        args = tuple(unwrap(x) for x in args)
        _, gradients = value_and_grad(f, tuple(varied))(*args)
        for _ in range(self.directions):
            steps = {i: self.rng.standard_normal(tuple(args[i].shape)) for i in varied}
            expected = (self._moved(f, args, steps, 1) - self._moved(f, args, steps, -1)) / (
                2 * self.eps
            )
            actual = sum(
                float(np.sum(to_numpy(g) * steps[i]))
                for i, g in zip(varied, gradients, strict=True)
            )
            if not abs(actual - expected) <= self.tol * max(1.0, abs(expected)):
                raise AssertionError(
                    f"gradcheck: the {what} along a random direction is {actual!r}, finite "
                    f"differences give {expected!r}"
                )

    def _moved(
        self, f: Callable[..., Any], args: Sequence[Any], steps: dict[int, Any], sign: int
    ) -> float:
        moved = [
            x + _like(x, sign * self.eps * steps[i]) if i in steps else x
            for i, x in enumerate(args)
        ]
        with no_grad():
            out = f(*[Tensor(x) if i in steps else x for i, x in enumerate(moved)])
        return float(to_numpy(out))
