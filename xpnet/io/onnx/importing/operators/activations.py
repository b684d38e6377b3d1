"""Activation functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .....backend import extra, is_floating, namespace
from .....nn import functional as F
from ..room import broadcast_shape
from .table import Call, operator


@operator("Relu")
def relu(x: Any) -> Any:
    """Return max(x, 0), also of whole numbers."""
    return F.relu(x) if is_floating(x) else namespace(x).maximum(x, namespace(x).zeros_like(x))


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    def applied(x: Any) -> Any:
        return function(x)

    return applied


operator("Sigmoid")(_plain(F.sigmoid))
operator("Tanh")(_plain(F.tanh))
operator("Softplus")(_plain(F.softplus))


@operator("LeakyRelu")
def leaky_relu(x: Any, *, alpha: float = 0.01) -> Any:
    """Return x where x > 0, else alpha x."""
    return F.leaky_relu(x, negative_slope=alpha)


@operator("PRelu")
def prelu(x: Any, slope: Any) -> Any:
    """Return x where x > 0, else slope x, with a slope that is learned."""
    broadcast_shape(x.shape, slope.shape)
    xp = namespace(x, slope)
    return xp.where(x > 0, x, slope * x)


@operator("Elu")
def elu(x: Any, *, alpha: float = 1.0) -> Any:
    """Return x where x > 0, else alpha (exp(x) - 1)."""
    return F.elu(x, alpha=alpha)


@operator("Selu")
def selu(
    x: Any,
    *,
    alpha: float = 1.67326319217681884765625,
    gamma: float = 1.05070102214813232421875,
) -> Any:
    """Return gamma times elu, with constants that keep mean and variance."""
    return gamma * F.elu(x, alpha=alpha)


@operator("Celu")
def celu(x: Any, *, alpha: float = 1.0) -> Any:
    """Return x where x > 0, else alpha (exp(x / alpha) - 1)."""
    return alpha * F.elu(x / alpha)


@operator("ThresholdedRelu")
def thresholded_relu(x: Any, *, alpha: float = 1.0) -> Any:
    """Return x where x > alpha, else 0."""
    return namespace(x).where(x > alpha, x, 0.0)


@operator("HardSigmoid")
def hard_sigmoid(x: Any, *, alpha: float = 0.2, beta: float = 0.5) -> Any:
    """Return alpha x + beta, cut off below 0 and above 1."""
    return namespace(x).clip(alpha * x + beta, 0.0, 1.0)


@operator("HardSwish")
def hard_swish(x: Any) -> Any:
    """Return x times x / 6 + 1/2, that cut off below 0 and above 1."""
    return x * namespace(x).clip(x / 6.0 + 0.5, 0.0, 1.0)


@operator("Softsign")
def softsign(x: Any) -> Any:
    """Return x / (1 + |x|)."""
    return x / (1.0 + namespace(x).abs(x))


@operator("Gelu", choices={"approximate": ("none", "tanh")})
def gelu(x: Any, *, approximate: str = "none") -> Any:
    """Return x times the probability that a standard normal number is below x."""
    return F.gelu(x, approximate=approximate)


@operator("Mish")
def mish(x: Any) -> Any:
    """Return x tanh(log(1 + exp(x)))."""
    return x * F.tanh(F.softplus(x))


@operator("Swish")
def swish(x: Any, *, alpha: float = 1.0) -> Any:
    """Return x times the logistic function of alpha x."""
    return F.silu(x) if alpha == 1.0 else x * F.sigmoid(alpha * x)


@operator("Shrink")
def shrink(x: Any, *, bias: float = 0.0, lambd: float = 0.5) -> Any:
    """Return x brought nearer to zero by `bias`, and 0 where |x| is at most `lambd`."""
    xp = namespace(x)
    return xp.where(x < -lambd, x + bias, xp.where(x > lambd, x - bias, 0.0))


def _over_axis(x: Any, axis: int, flattened: int, function: Callable[[Any, int], Any]) -> Any:
    """Apply a function along an axis, or, as before opset 13, along all from that one on."""
    if not flattened:
        return function(x, axis)
    rows = 1
    for n in x.shape[: axis % max(len(x.shape), 1)]:
        rows *= n
    xp = namespace(x)
    columns = x.size // rows if rows else 1
    return xp.reshape(function(xp.reshape(x, (rows, columns)), -1), x.shape)


@operator("Softmax")
def softmax(x: Any, *, axis: int = -1, flattened: int = 0) -> Any:
    """Return exp(x), scaled to sum to one along an axis."""
    return _over_axis(x, axis, flattened, lambda x, axis: F.softmax(x, axis=axis))


@operator("LogSoftmax")
def log_softmax(x: Any, *, axis: int = -1, flattened: int = 0) -> Any:
    """Return the logarithm of the softmax."""
    return _over_axis(x, axis, flattened, lambda x, axis: F.log_softmax(x, axis=axis))


@operator("Hardmax")
def hardmax(x: Any, *, axis: int = -1, flattened: int = 0) -> Any:
    """Return 1 at the first largest element along an axis, else 0."""

    def largest(x: Any, axis: int) -> Any:
        xp = namespace(x)
        winner = xp.argmax(x, axis=axis)
        return xp.moveaxis(extra.one_hot(winner, x.shape[axis], x.dtype, xp), -1, axis)

    return _over_axis(x, axis, flattened, largest)


@operator("Dropout", host=(1, 2), outputs=2)
def dropout(
    call: Call, x: Any, ratio: Any = None, training_mode: Any = None, *, seed: int = 0
) -> Any:
    """Drop elements if the model is in training, whatever the file says; the seed is xpnet's."""
    p = 0.5 if ratio is None else float(ratio.item())
    if call.outputs == 1:
        return F.dropout(x, p, call.training)
    xp = namespace(x)
    kept = F.dropout(xp.ones_like(x), p, call.training)
    return x * kept, kept > 0.0
