"""Differentiate array API code that has never heard of xpnet.

Newton's method finds the minimum of a function of array-api-extra and of our own, with the gradient
and Hessian-vector products from the tape, on every array library that is installed here.
"""

import array_api_compat
import array_api_extra as xpx

import xpnet as xn
from xpnet.testing import backends


def function(x):
    """A bowl with a ripple, written in the standard and in array-api-extra."""
    xp = array_api_compat.array_namespace(x)
    return xp.sum(x**4) + xp.sum((x - 1) ** 2) + 0.1 * xp.sum(xpx.sinc(x, xp=xp))


def newton_step(x):
    """Solve H s = -g, the columns of the Hessian H being gradients of the gradient."""
    xp = xn.namespace(x)
    gradient = xn.grad(function)
    unit = xp.eye(x.shape[0], dtype=x.dtype, device=x.device)
    along = xn.grad(lambda x, u: xn.namespace(x).sum(gradient(x) * u))
    columns = [along(x, u) for u in xp.unstack(unit)]
    return xp.linalg.solve(xp.stack(columns, axis=1), -gradient(x))


def main(arguments=None):
    sizes = {}
    for backend in backends():
        with backend:
            x = backend.asarray([2.0, -1.0, 0.5], dtype="float64")
            for _ in range(12):
                x = x + newton_step(x)
            slope = xn.to_numpy(xn.grad(function)(x))
            sizes[backend.name] = float(abs(slope).max())
            print(
                f"{backend}: minimum at {xn.to_numpy(x).round(9)}, slope {sizes[backend.name]:.0e}"
            )
    return sizes


if __name__ == "__main__":
    main()
