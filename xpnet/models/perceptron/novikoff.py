"""How many corrections the perceptron rule makes at most on separable data.

Write z_i = y_i (x_i, 1) and v = (w, b). Let a unit vector u separate with margin γ: u·z_i >= γ > 0
for all i. Let R be the largest ‖z_i‖. With η = 1 and v = 0 at the start, after T corrections

1. u·v >= T γ, as each correction v += z_i adds u·z_i >= γ;
2. ‖v‖² <= T R², as ‖v + z_i‖² = ‖v‖² + 2 v·z_i + ‖z_i‖², where v·z_i <= 0: z_i was misclassified;
3. T γ <= u·v <= ‖v‖ <= √T R, so

       T <= (R / γ)²

It holds for every order, and is the smallest for the u of largest margin, which is p / ‖p‖ for the
point p nearest to the origin in the convex hull of the z_i; its margin is ‖p‖.

A. B. J. Novikoff, 1962, *On convergence proofs on perceptrons*. P. Wolfe, 1976, *Finding the
nearest point in a polytope*.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...backend import to_numpy
from ...errors import ArgumentError, DataError, ShapeError
from .samples import signed_samples

__all__ = ["Bound", "bound"]

TOLERANCE = 1e-9  # of the margin, relative


class Bound(NamedTuple):
    """Novikoff's bound and what it is made of."""

    updates: int
    """The largest whole number up to (radius / margin)²."""
    radius: float
    """R, the largest norm of an (x, 1)."""
    margin: float
    """γ, the least y (w·x + b) of the separator."""
    w: np.ndarray
    """(D,), float64, of the separator, with ‖(w, b)‖ = 1."""
    b: float


def bound(x: Any, y: Any, separator: tuple[Any, float] | None = None) -> Bound:
    """Return Novikoff's bound (R / γ)² on the number of corrections of :func:`learn`.

    It is computed in float64 on the host, once: its worth is in being exact.

    Parameters
    ----------
    x : array, (N, D)
    y : array, (N,)
        Labels, -1 and 1.
    separator : (w, b), optional
        An array (D,) and a number: a hyperplane known to separate. Default: the one with the
        largest margin in the space of the (x, 1), found to a relative 1e-9.

    Returns
    -------
    Bound
        ``updates``, ``radius``, ``margin``, and the separator ``w`` and ``b``.

    Raises
    ------
    ShapeError, DTypeError, DataError, DeviceError, ArgumentError
        As of :func:`learn`; and a DataError if the separator does not separate, or there is none.

    Examples
    --------
    >>> import xpnet as xn
    >>> dataset, hyperplane = xn.data.linearly_separable(100, margin=0.2, signed=True)
    >>> x, y = dataset.arrays
    >>> best, known = bound(x, y), bound(x, y, hyperplane)
    >>> xn.models.perceptron.learn(x, y).updates <= best.updates <= known.updates
    True
    """
    where = "perceptron.bound"
    z = to_numpy(signed_samples(where, x, y)).astype(np.float64)
    if separator is None:
        v = _nearest_to_origin(z)
    else:
        if not isinstance(separator, tuple | list) or len(separator) != 2:
            raise ArgumentError(
                f"{where}: separator must be (w, b), got {type(separator).__name__}; w is an array "
                "(D,) and b a number"
            )
        w, b = (to_numpy(part).astype(np.float64) for part in separator)
        if w.shape != (z.shape[1] - 1,) or b.size != 1:
            raise ShapeError(
                f"{where}: separator must be (w, b) with w of shape ({z.shape[1] - 1},), got "
                f"{w.shape} and b of {b.shape}; one weight for each feature, one bias"
            )
        v = np.append(w, b)
    length = float(np.linalg.norm(v))
    radius = float(np.linalg.norm(z, axis=1).max())
    margin = float((z @ v).min()) / length if length > 0 else 0.0
    if not margin > 1e-12 * radius:
        raise DataError(
            f"{where}: {'the classes' if separator is None else 'by separator, the classes'} must "
            f"lie on two sides of a hyperplane, got a margin of {margin:.1e}; "
            + ("use learn_pocket" if separator is None else "leave it out, and the best is found")
        )
    v = v / length
    most = math.floor((radius / margin) ** 2 * (1 + 1e-12))  # 51 where rounding makes it 50.999...
    return Bound(most, radius, margin, v[:-1], float(v[-1]))


def _nearest_to_origin(points: np.ndarray) -> np.ndarray:
    """Return the point of the convex hull of the rows that is nearest to the origin.

    Wolfe: keep few affinely independent rows, whose hull holds the present point in its inside. Add
    the row that lies farthest towards the origin; go to the point of the rows' affine hull that is
    nearest, and, where the way there leaves the hull, drop the rows of the faces that it leaves by.
    """
    norms = np.linalg.norm(points, axis=1)
    corral = [int(norms.argmin())]
    shares = np.ones(1)
    for _ in range(100 * sum(points.shape)):
        point = shares @ points[corral]
        heights = points @ point
        lowest, height = int(heights.argmin()), float(point @ point)
        done = heights[lowest] >= (1 - TOLERANCE) * height or height <= 1e-26 * norms.max() ** 2
        if done or lowest in corral:
            break
        corral, shares = [*corral, lowest], np.append(shares, 0.0)
        while (wanted := _affine(points[corral])).min() <= 0:
            leaving = wanted <= 0
            gaps = np.maximum(shares[leaving] - wanted[leaving], 1e-300)
            way = min(1.0, float((shares[leaving] / gaps).min()))
            shares = (1 - way) * shares + way * wanted
            shares[np.flatnonzero(leaving)[(shares[leaving]).argmin()]] = 0.0
            kept = shares > 0
            corral, shares = [i for i, keep in zip(corral, kept, strict=True) if keep], shares[kept]
        shares = wanted
        if lowest not in corral:  # rounding: it was no step forward
            break
    return np.asarray(shares @ points[corral])


def _affine(rows: np.ndarray) -> np.ndarray:
    """Return shares, of sum 1, of the point nearest to the origin in the affine hull of rows."""
    others = np.linalg.lstsq((rows[1:] - rows[0]).T, -rows[0], rcond=None)[0]
    return np.concatenate([[1 - others.sum()], others])
