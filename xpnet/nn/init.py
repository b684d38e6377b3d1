"""Initial weights, drawn on the host from the counter-based generator, then moved.

The same seed gives bit-identical weights on every library and device. Why the scale matters: with
weights all equal, all units of a layer stay equal (zero initialisation never breaks the symmetry);
with weights too large, saturating units stop learning; with weights of variance 1/fan, signals keep
their size from layer to layer.

Functions with a trailing underscore give a Parameter new values, as in PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend import DEFAULT_FLOAT, DeviceLike, asarray, device_of, dtype_name, random
from ..errors import ArgumentError, ShapeError, choose
from ..typing import Array, Shape
from .budget import spend
from .parameter import Parameter

__all__ = [
    "constant_",
    "default_",
    "draw",
    "he_normal_",
    "he_uniform_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "lecun_normal_",
    "normal_",
    "ones_",
    "orthogonal_",
    "require_sizes",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]


_COUNTED = {
    "channels": "channels",
    "layers": "layers",
    "head": "heads",
    "num_embeddings": "rows",
    "length": "positions",
}
"""What a size counts whose name has this in it; others count units."""


def require_flags(where: str, **flags: Any) -> None:
    """Raise an ArgumentError unless every flag is True or False."""
    for name, flag in flags.items():
        if not isinstance(flag, bool | np.bool_):
            raise ArgumentError(
                f"{where}: {name} must be True or False, got {flag!r}; is an argument in the "
                "place of another? Name it"
            )


def require_sizes(where: str, **sizes: Any) -> None:
    """Raise an ArgumentError unless every size is a positive integer."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            counted = next((what for part, what in _COUNTED.items() if part in name), "units")
            raise ArgumentError(
                f"{where}: {name} must be a positive integer, got {size!r}; it is a number of "
                f"{counted}"
            )


def fans(shape: Shape) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a weight (M, D) or (out, in, kh, kw).

    Examples
    --------
    >>> fans((10, 784)), fans((6, 1, 5, 5))
    ((784, 10), (25, 150))
    """
    if len(shape) < 2:
        raise ShapeError(
            f"init: a weight needs at least two axes to have a fan-in, got shape {tuple(shape)}; "
            "use normal_ or zeros_ for vectors"
        )
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


Scheme = Callable[..., np.ndarray]


def _uniform(rng: np.random.Generator, shape: Shape, bound: float) -> np.ndarray:
    return rng.uniform(-bound, bound, tuple(shape))


def _normal(rng: np.random.Generator, shape: Shape, std: float, mean: float = 0.0) -> np.ndarray:
    return mean + std * rng.standard_normal(tuple(shape))


def _orthogonal(rng: np.random.Generator, shape: Shape, gain: float) -> np.ndarray:
    fans(shape)  # raises for vectors
    rows, columns = shape[0], math.prod(shape[1:])
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diagonal(r))  # makes the distribution uniform over orthogonal matrices
    return gain * np.reshape(q if rows >= columns else q.T, tuple(shape))


_SCHEMES: dict[str, Scheme] = {
    "zeros": lambda rng, shape: np.zeros(tuple(shape)),
    "ones": lambda rng, shape: np.ones(tuple(shape)),
    "constant": lambda rng, shape, value: np.full(tuple(shape), float(value)),
    "uniform": lambda rng, shape, low=0.0, high=1.0: rng.uniform(low, high, tuple(shape)),
    "normal": lambda rng, shape, std=0.01, mean=0.0: _normal(rng, shape, std, mean),
    "default": lambda rng, shape, fan=None: _uniform(
        rng, shape, 1 / math.sqrt(fans(shape)[0] if fan is None else fan)
    ),
    "xavier_uniform": lambda rng, shape, gain=1.0: _uniform(
        rng, shape, gain * math.sqrt(6 / sum(fans(shape)))
    ),
    "xavier_normal": lambda rng, shape, gain=1.0: _normal(
        rng, shape, gain * math.sqrt(2 / sum(fans(shape)))
    ),
    "he_uniform": lambda rng, shape, slope=0.0: _uniform(
        rng, shape, math.sqrt(6 / ((1 + slope**2) * fans(shape)[0]))
    ),
    "he_normal": lambda rng, shape, slope=0.0: _normal(
        rng, shape, math.sqrt(2 / ((1 + slope**2) * fans(shape)[0]))
    ),
    "lecun_normal": lambda rng, shape: _normal(rng, shape, math.sqrt(1 / fans(shape)[0])),
    "orthogonal": lambda rng, shape, gain=1.0: _orthogonal(rng, shape, gain),
}


def draw(
    scheme: str,
    shape: Shape,
    *,
    device: DeviceLike = None,
    dtype: Any = DEFAULT_FLOAT,
    **options: Any,
) -> Array:
    """Return initial values of a shape as an array on a device.

    Parameters
    ----------
    scheme : str
        A function of this module without the underscore, as in ``"he_normal"``.
    shape : tuple of int
    device : str or Device, optional
        Default: the current device.
    dtype : str or data type
        The draw is made in float64 and then rounded, so float32 weights are the rounded float64
        ones.
    **options
        Of the scheme, as in ``std=0.01``.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.manual_seed(0)
    >>> draw("normal", (2, 2), std=0.01).dtype
    dtype('float32')
    """
    choose("init", "scheme", scheme, _SCHEMES)
    if spend(shape):
        return asarray(np.zeros(tuple(shape), np.float32), dtype, device)
    host = _SCHEMES[scheme](random.next_stream(), shape, **options)
    name = dtype if isinstance(dtype, str) else dtype_name(dtype)
    if name in ("float32", "float64"):
        return asarray(host.astype(name), device=device)
    return asarray(host, dtype, device)


def _fill(parameter: Parameter, scheme: str, **options: Any) -> Parameter:
    parameter.data = draw(
        scheme,
        parameter.shape,
        device=device_of(parameter),
        dtype=dtype_name(parameter.dtype),
        **options,
    )
    return parameter


def zeros_(parameter: Parameter) -> Parameter:
    """Fill with zeros: right for biases; weights that are all equal never become different."""
    return _fill(parameter, "zeros")


def ones_(parameter: Parameter) -> Parameter:
    """Fill with ones: right for the scales of normalisation layers."""
    return _fill(parameter, "ones")


def constant_(parameter: Parameter, value: float) -> Parameter:
    """Fill with one value, e.g. a forget-gate bias of 1."""
    return _fill(parameter, "constant", value=value)


def uniform_(parameter: Parameter, low: float = 0.0, high: float = 1.0) -> Parameter:
    """Draw uniformly from [low, high)."""
    return _fill(parameter, "uniform", low=low, high=high)


def normal_(parameter: Parameter, std: float = 0.01, mean: float = 0.0) -> Parameter:
    """Draw small normal numbers: breaks the symmetry, but signals shrink in deep networks."""
    return _fill(parameter, "normal", std=std, mean=mean)


def default_(parameter: Parameter, fan: int | None = None) -> Parameter:
    """Draw uniformly from ±1/sqrt(fan_in), the default of PyTorch's layers.

    Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, 1998, *Efficient BackProp*, section 4.6 (there for
    variance 1/fan_in; this has a third of it).
    """
    return _fill(parameter, "default", fan=fan)


def xavier_uniform_(parameter: Parameter, gain: float = 1.0) -> Parameter:
    """Draw uniformly with variance 2 / (fan_in + fan_out): for tanh and sigmoid.

    Keeps the variance of signals forward and of gradients backward. X. Glorot, Y. Bengio, 2010,
    *Understanding the difficulty of training deep feedforward neural networks*, equation 16.
    """
    return _fill(parameter, "xavier_uniform", gain=gain)


def xavier_normal_(parameter: Parameter, gain: float = 1.0) -> Parameter:
    """Draw normally with variance 2 / (fan_in + fan_out); see :func:`xavier_uniform_`."""
    return _fill(parameter, "xavier_normal", gain=gain)


def he_uniform_(parameter: Parameter, slope: float = 0.0) -> Parameter:
    """Draw uniformly with variance 2 / fan_in; see :func:`he_normal_`."""
    return _fill(parameter, "he_uniform", slope=slope)


def he_normal_(parameter: Parameter, slope: float = 0.0) -> Parameter:
    """Draw normally with variance 2 / ((1 + slope²) fan_in): for ReLU (slope 0) and leaky ReLU.

    A rectifier halves the variance, hence the 2. K. He, X. Zhang, S. Ren, J. Sun, 2015, *Delving
    deep into rectifiers*, equations 10 and 15.
    """
    return _fill(parameter, "he_normal", slope=slope)


def lecun_normal_(parameter: Parameter) -> Parameter:
    """Draw normally with variance 1 / fan_in: for linear units, scaled tanh and SELU.

    Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, 1998, *Efficient BackProp*, equation 16.
    """
    return _fill(parameter, "lecun_normal")


def orthogonal_(parameter: Parameter, gain: float = 1.0) -> Parameter:
    """Draw a random (semi-)orthogonal matrix: keeps lengths exactly, in networks of any depth.

    A. M. Saxe, J. L. McClelland, S. Ganguli, 2014, *Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks*.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> w = orthogonal_(xn.nn.Parameter(np.zeros((3, 3)))).data
    >>> bool(np.allclose(w @ w.T, np.eye(3)))
    True
    """
    return _fill(parameter, "orthogonal", gain=gain)


kaiming_normal_ = he_normal_
kaiming_uniform_ = he_uniform_
