"""Normalisation."""

from __future__ import annotations

from typing import Any

from .....backend import namespace, unwrap
from .....errors import ShapeError
from .....nn import functional as F
from .....ops.norms.channels import values_per_channel
from .table import Call, Ints, operator


@operator("BatchNormalization")
def batch_normalization(
    call: Call,
    x: Any,
    scale: Any,
    bias: Any,
    mean: Any,
    var: Any,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    training_mode: int = 0,
) -> Any:
    """Normalise by the batch's statistics in training, by the running ones otherwise.

    Which it is the model decides, not ``training_mode`` in the file. As in
    :class:`xpnet.nn.BatchNorm2d`, the variance of a batch enters the running one with n - 1.
    """
    if not call.training:
        return F.batch_norm(x, mean, var, scale, bias, eps=epsilon)
    bare = unwrap(x)
    found = F.batch_statistics(bare)
    y = F.batch_norm(x, None, None, scale, bias, training=True, eps=epsilon)
    n = values_per_channel(bare)
    call.remember(3, momentum * unwrap(mean) + (1 - momentum) * found[0, ...])
    call.remember(4, momentum * unwrap(var) + (1 - momentum) * (n / (n - 1)) * found[1, ...])
    return y


@operator("InstanceNormalization")
def instance_normalization(x: Any, scale: Any, bias: Any, *, epsilon: float = 1e-5) -> Any:
    """Normalise each channel of each sample."""
    return F.group_norm(x, x.shape[1], scale, bias, eps=epsilon)


@operator("GroupNormalization")
def group_normalization(
    x: Any,
    scale: Any,
    bias: Any,
    *,
    num_groups: int,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Any:
    """Normalise groups of channels of each sample; before opset 21 a scale is for a group."""
    channels = x.shape[1]
    if tuple(scale.shape) == (num_groups,) != (channels,) and channels % num_groups == 0:
        xp = namespace(scale, bias)
        each = channels // num_groups
        scale, bias = xp.repeat(scale, each), xp.repeat(bias, each)
    return F.group_norm(x, num_groups, scale, bias, eps=epsilon)


@operator("LayerNormalization", outputs=3, choices={"stash_type": (1,)})
def layer_normalization(
    call: Call,
    x: Any,
    scale: Any,
    bias: Any = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Any:
    """Normalise each sample over the axes from `axis` on; return 1 / deviation too, if asked."""
    axis = axis_of(x, axis)
    shape = tuple(x.shape[axis:])
    if tuple(scale.shape) == shape and (bias is None or tuple(bias.shape) == shape):
        y = F.layer_norm(x, shape, scale, bias, eps=epsilon)
    else:
        y = F.layer_norm(x, shape, eps=epsilon) * scale
        y = y if bias is None else y + bias
    if call.outputs == 1:
        return y
    xp = namespace(x)
    over = tuple(range(axis, len(x.shape)))
    mean = xp.mean(x, axis=over, keepdims=True)
    var = xp.var(x, axis=over, keepdims=True)
    return (y, mean, 1.0 / xp.sqrt(var + epsilon))[: call.outputs]


@operator("RMSNormalization", choices={"stash_type": (1,)})
def rms_normalization(
    x: Any, scale: Any, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Any:
    """Divide each sample by the root of its mean square over the axes from `axis` on."""
    axis = axis_of(x, axis)
    shape = tuple(x.shape[axis:])
    if tuple(scale.shape) == shape:
        return F.rms_norm(x, shape, scale, eps=epsilon)
    return F.rms_norm(x, shape, eps=epsilon) * scale


@operator("MeanVarianceNormalization")
def mean_variance_normalization(x: Any, *, axes: Ints = (0, 2, 3)) -> Any:
    """Return (x - mean) / standard deviation over some axes."""
    xp = namespace(x)
    over = tuple(axis_of(x, axis) for axis in axes)
    centred = x - xp.mean(x, axis=over, keepdims=True)
    return centred / (xp.sqrt(xp.mean(centred * centred, axis=over, keepdims=True)) + 1e-9)


@operator("LpNormalization", choices={"p": (1, 2)})
def lp_normalization(x: Any, *, axis: int = -1, p: int = 2) -> Any:
    """Divide by the 1- or 2-norm along an axis; zeros stay zeros."""
    xp = namespace(x)
    if p == 1:
        norm = xp.sum(xp.abs(x), axis=axis, keepdims=True)
    else:
        squares = xp.sum(x * x, axis=axis, keepdims=True)
        norm = xp.sqrt(xp.where(squares == 0.0, 1.0, squares))
    return x / xp.where(norm == 0.0, 1.0, norm)


@operator("LRN")
def lrn(x: Any, *, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0) -> Any:
    """Divide by a power of the sum of squares in the channels around; as AlexNet did."""
    channels = x.shape[1] if len(x.shape) > 1 else 0
    if size > 2 * channels + 1:  # such a window sees all there is: no need for a larger one
        alpha *= (2 * channels + 1 + size % 2) / size
        size = 2 * channels + 1 + size % 2
    options = {"alpha": alpha, "beta": beta, "k": bias}
    if size % 2:
        return F.local_response_norm(x, size, **options)
    # of an even window, ONNX has the middle on the left of where xpnet has it
    xp = namespace(x)
    return xp.flip(F.local_response_norm(xp.flip(x, axis=1), size, **options), axis=1)


def axis_of(x: Any, axis: int) -> int:
    """Return an axis counted from the start."""
    axes = len(x.shape)
    if not -axes <= axis < max(axes, 1):
        raise ShapeError(
            f"axis must be from {-axes} to {axes - 1}, got {axis} for {tuple(x.shape)}; check the "
            "shape of the input"
        )
    return axis % axes if axes else 0
