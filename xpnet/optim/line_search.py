"""A step length along a direction of descent that satisfies the strong Wolfe conditions.

With φ(t) = f(x + t d), so that φ'(t) = ∇f(x + t d)ᵀ d, a step t is good enough if

    φ(t) <= φ(0) + c₁ t φ'(0)        it brings a share of what the slope promised
    |φ'(t)| <= c₂ |φ'(0)|            and leaves little of the slope

First the step grows until an interval is known to hold such a point (algorithm 3.5, bracketing);
then the interval shrinks (algorithm 3.6, zoom), each time to the minimum of the cubic through
values and slopes at its ends (equation 3.59). Details that the book leaves open are those of
PyTorch, so that both take the same steps.

J. Nocedal, S. J. Wright, 2006, *Numerical optimization*, second edition, section 3.5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Point", "cubic_minimum", "strong_wolfe"]


@dataclass(frozen=True)
class Point:
    """A point on the line: the step t, φ(t), the slope φ'(t), and the gradient there."""

    t: float
    f: float
    slope: float
    g: Any


def strong_wolfe(
    evaluate: Callable[[float], Point],
    t: float,
    start: Point,
    longest: float,
    tolerance_change: float,
    max_evals: int,
    c1: float = 1e-4,
    c2: float = 0.9,
) -> tuple[Point, int]:
    """Return a point with a step length that is good enough, and the number of evaluations.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(t)`` returns the point with that step.
    t : float
        The first step to try.
    start : Point
        The one with step 0, whose slope is negative.
    longest : float
        Largest component of the direction, in absolute value.
    tolerance_change : float
        An interval that changes no component by more than that is not made smaller.
    max_evals : int
    c1, c2 : float
        Of the conditions above, 0 < c1 < c2 < 1.

    Examples
    --------
    >>> def evaluate(t):  # of (t - 3)²
    ...     return Point(t, (t - 3) ** 2, 2 * (t - 3), None)
    >>> point, evaluations = strong_wolfe(evaluate, 1.0, evaluate(0.0), 1.0, 1e-9, 25)
    >>> point.t, evaluations
    (1.0, 1)
    """

    def too_high(point: Point) -> bool:
        return point.f > start.f + c1 * point.t * start.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -c2 * start.slope

    previous, point, evaluations = start, evaluate(t), 1
    steps = 0
    while steps < max_evals:
        if too_high(point) or (steps > 1 and point.f >= previous.f):
            break
        if flat(point):
            return point, evaluations
        if point.slope >= 0:
            break
        bounds = point.t + 0.01 * (point.t - previous.t), 10 * point.t
        t = cubic_minimum(previous, point, bounds)
        previous, point = point, evaluate(t)
        evaluations += 1
        steps += 1
    else:
        return min((start, point), key=lambda p: p.f), evaluations

    # zoom: the lowest point seen so far is one end of the interval
    low, high = (previous, point) if previous.f <= point.f else (point, previous)
    stuck = False
    while steps < max_evals and abs(high.t - low.t) * longest >= tolerance_change:
        left, right = min(low.t, high.t), max(low.t, high.t)
        t, stuck = _away_from_ends(cubic_minimum(low, high), left, right, stuck)
        point = evaluate(t)
        evaluations += 1
        steps += 1
        if too_high(point) or point.f >= low.f:
            low, high = (low, point) if low.f <= point.f else (point, low)
        elif flat(point):
            return point, evaluations
        else:
            low, high = point, low if point.slope * (high.t - low.t) >= 0 else high
    return low, evaluations


def _away_from_ends(t: float, left: float, right: float, stuck: bool) -> tuple[float, bool]:
    """Return a step inside the interval, and whether it is close to an end once already."""
    margin = 0.1 * (right - left)
    if not min(right - t, t - left) < margin:
        return t, False
    if stuck or t >= right or t <= left:
        return (right - margin if abs(t - right) < abs(t - left) else left + margin), False
    return t, True


def cubic_minimum(a: Point, b: Point, bounds: tuple[float, float] | None = None) -> float:
    """Return where the cubic with these values and slopes has its minimum, within the bounds.

    Without a minimum it is the middle of the bounds, which are by default the two points.

    Examples
    --------
    >>> cubic_minimum(Point(0.0, 9.0, -6.0, None), Point(4.0, 1.0, 2.0, None))
    3.0
    """
    if a.t > b.t:
        a, b = b, a
    lower, upper = (a.t, b.t) if bounds is None else bounds
    middle = (lower + upper) / 2.0
    if a.t == b.t:
        return middle
    d1 = a.slope + b.slope - 3.0 * (a.f - b.f) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return middle
    d2 = math.sqrt(square)
    below = b.slope - a.slope + 2.0 * d2
    if below == 0:
        return middle
    return min(max(b.t - (b.t - a.t) * ((b.slope + d2 - d1) / below), lower), upper)
