"""Learning-rate schedules as functions of the step.

A `Curve` maps the step, counted from 0, and the learning rate the optimizer was made with to the
learning rate of that step. With the default ``base_lr=1`` it gives the factor::

    lr = cosine_annealing(100)
    lr(0), lr(50), lr(100)              # 1.0, 0.5, 0.0
    lr(50, base_lr=0.1)                 # 0.05
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Protocol

from ...errors import ArgumentError, choose

__all__ = [
    "Curve",
    "constant",
    "cosine_annealing",
    "exponential",
    "linear_warmup",
    "multi_step",
    "one_cycle",
    "phases",
    "scaled",
    "step_decay",
]


class Curve(Protocol):
    """A learning rate as a function of the step."""

    def __call__(self, step: int, base_lr: float = 1.0) -> float:
        """Return the learning rate at `step` >= 0."""


def scaled(factor: Callable[[int], float]) -> Curve:
    """Turn a function step -> factor into a curve: ``lr = base_lr · factor(step)``.

    Examples
    --------
    >>> scaled(lambda step: 1 / (1 + step))(1, base_lr=0.1)
    0.05
    """

    def lr(step: int, base_lr: float = 1.0) -> float:
        return base_lr * factor(step)

    return lr


def constant(factor: float = 1.0) -> Curve:
    """``lr = base_lr · factor``.

    Examples
    --------
    >>> constant()(1000, base_lr=0.1)
    0.1
    """
    return scaled(lambda step: factor)


def step_decay(step_size: int, gamma: float = 0.1) -> Curve:
    """``lr = base_lr · gamma^⌊step / step_size⌋``: a factor `gamma` every `step_size` steps.

    Examples
    --------
    >>> lr = step_decay(30, gamma=0.5)
    >>> lr(29), lr(30), lr(60)
    (1.0, 0.5, 0.25)
    """
    _positive("step_decay", "step_size", step_size, "a usual value is a third of all steps")
    return scaled(lambda step: gamma ** (step // step_size))


def multi_step(milestones: Sequence[int], gamma: float = 0.1) -> Curve:
    """``lr = base_lr · gamma^(number of milestones reached)``.

    Examples
    --------
    >>> lr = multi_step([30, 80], gamma=0.5)
    >>> lr(29), lr(30), lr(80)
    (1.0, 0.5, 0.25)
    """
    in_order = sorted(milestones)
    return scaled(lambda step: gamma ** bisect_right(in_order, step))


def exponential(gamma: float) -> Curve:
    """``lr = base_lr · gamma^step``.

    Examples
    --------
    >>> exponential(0.5)(3)
    0.125
    """
    return scaled(lambda step: gamma**step)


def cosine_annealing(T_max: int, eta_min: float = 0.0) -> Curve:
    """``lr = eta_min + ½ (base_lr − eta_min) (1 + cos(π step / T_max))``.

    I. Loshchilov, F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
    equation 5. After `T_max` steps it rises again, as PyTorch's does.

    Examples
    --------
    >>> lr = cosine_annealing(100)
    >>> lr(0), round(lr(50), 6), lr(100)
    (1.0, 0.5, 0.0)
    """
    _positive("cosine_annealing", "T_max", T_max, "the usual value is the number of all steps")

    def lr(step: int, base_lr: float = 1.0) -> float:
        return eta_min + (base_lr - eta_min) * (1 + math.cos(math.pi * step / T_max)) / 2

    return lr


def linear_warmup(steps: int, after: Curve | None = None, start_factor: float = 0.01) -> Curve:
    """Rise from ``start_factor · base_lr`` to `base_lr` in `steps` steps, then follow `after`.

    `after` counts its steps from the end of the warm-up; without it the learning rate stays.
    P. Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour",
    arXiv:1706.02677, 2017, Section 2.2.

    Examples
    --------
    >>> lr = linear_warmup(10, after=exponential(0.5), start_factor=0.0)
    >>> lr(0), lr(5), lr(10), lr(11)
    (0.0, 0.5, 1.0, 0.5)
    """
    _positive("linear_warmup", "steps", steps, "a usual value is 5 % of all steps")
    then = constant() if after is None else after

    def lr(step: int, base_lr: float = 1.0) -> float:
        if step >= steps:
            return then(step - steps, base_lr)
        return base_lr * (start_factor + (1 - start_factor) * step / steps)

    return lr


def one_cycle(
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Curve:
    """Rise to `max_lr`, then fall far below the start; the base learning rate plays no part.

    L. Smith, N. Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
    Learning Rates", arXiv:1708.07120, 2017. The cycle goes from ``max_lr / div_factor`` to `max_lr`
    in the first `pct_start` of the steps and ends at ``max_lr / div_factor / final_div_factor``,
    where it stays. With `three_phase` it first falls as it rose, as in the paper.

    Examples
    --------
    >>> lr = one_cycle(max_lr=1.0, total_steps=101, pct_start=0.5)
    >>> round(lr(0), 6), round(lr(50), 3), lr(100)
    (0.04, 1.0, 4e-06)
    """
    start = max_lr / div_factor
    values = [start, max_lr, start] if three_phase else [start, max_lr]
    values.append(start / final_div_factor)
    follow = phases(values, total_steps, pct_start, anneal_strategy)
    return lambda step, base_lr=1.0: follow(step)


def phases(
    values: Sequence[float], total_steps: int, pct_start: float, anneal_strategy: str
) -> Callable[[int], float]:
    """Go from value to value: three values are a 1-cycle of two phases, four one of three.

    Examples
    --------
    >>> value = phases([0.0, 1.0, 0.0], total_steps=11, pct_start=0.5, anneal_strategy="linear")
    >>> value(0), value(10), value(11)
    (0.0, 0.0, 0.0)
    """
    _positive("OneCycleLR", "total_steps", total_steps, "it is epochs times batches per epoch")
    choose("OneCycleLR", "anneal_strategy", anneal_strategy, ["cos", "linear"])
    if not 0 <= pct_start <= 1:
        raise ArgumentError(
            f"OneCycleLR: pct_start must be in [0, 1], got {pct_start}; the usual value is 0.3"
        )
    rise = pct_start * total_steps
    ends = [rise - 1, total_steps - 1.0]
    if len(values) == 4:
        ends.insert(1, 2 * rise - 2)

    def value(step: int) -> float:
        begin = 0.0
        for end, left, right in zip(ends, values[:-1], values[1:], strict=True):
            if step <= end:
                share = (step - begin) / (end - begin) if end > begin else 1.0
                if anneal_strategy == "cos":
                    return right + (left - right) / 2 * (1 + math.cos(math.pi * share))
                return left + (right - left) * share
            begin = end
        return values[-1]

    return value


def _positive(where: str, argument: str, value: int, remedy: str) -> None:
    if not value > 0:
        raise ArgumentError(f"{where}: {argument} must be > 0, got {value}; {remedy}")
