"""Each channel brought to mean 0 and variance 1 over the batch, then scaled and shifted.

    x̂ = (x - μ_c) r_c        r_c = 1 / sqrt(v_c + ε)        y = w_c x̂ + b_c

    x: (N, C, *spatial)   mean, var, w, b: (C,)   y like x

In training, μ and v are the mean and variance of this batch (see ``batch_statistics``), over the n
values of the channel. In evaluation they are given, and the layer is affine. The error of the
layer, δ = dy, reaches the weights by

    db_c = Σ δ        dw_c = Σ δ x̂

In evaluation x reaches y directly alone:

    dx = w r δ        dμ = -w r Σ δ        dv = -½ w r³ Σ δ (x - μ)

In training x also reaches y by way of μ and v, whose derivatives are 1/n and 2 (x - μ)/n:

    dx = w r δ + (dμ + 2 (x - μ) dv) / n  =  w r (δ - db/n - x̂ dw/n)

That is δ with its mean and its component along x̂ removed: no change of the weights before the
layer that merely shifts or scales a channel is worth anything.

A layer needs the batch's statistics too, for its running ones. It computes them once, with
``batch_statistics``, and hands them over as `mean` and `var`; without them they are computed here.

S. Ioffe, C. Szegedy, 2015, *Batch normalization: accelerating deep network training by reducing
internal covariate shift*, algorithm 1 and section 3 (the same derivatives, step by step).
"""

from __future__ import annotations

from typing import Any

from ...backend import is_tensor, namespace
from ...errors import ArgumentError, ShapeError
from ...typing import Array
from ..op import Op
from .batch_statistics import batch_statistics
from .channels import (
    all_but_channels,
    per_channel,
    require_channels,
    require_weights,
    values_per_channel,
)

__all__ = ["batch_norm"]


def check(
    x: Array,
    mean: Array | None = None,
    var: Array | None = None,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> None:
    require_channels("batch_norm", x)
    given = {"mean": mean, "var": var, "weight": weight, "bias": bias}
    require_weights("batch_norm", x, (x.shape[1],), **given)
    if (mean is None) != (var is None) or (mean is None and not training):
        raise ArgumentError(
            "batch_norm: mean and var must both be given in evaluation, got "
            f"{'neither' if mean is var else 'one of them'}; pass the running ones, or "
            "training=True to take those of the batch"
        )
    if training and values_per_channel(x) < 2:
        raise ShapeError(
            "batch_norm: x must have more than one value per channel in training, got "
            f"{tuple(x.shape)}; use a larger batch (DataLoader(..., drop_last=True) leaves out a "
            "last one that is too small), or model.eval() to normalise by the running statistics"
        )


def forward(
    x: Array,
    mean: Any = None,
    var: Any = None,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    # A Tensor comes here when higher derivatives are taken: then the numbers that were given are
    # not enough, how they depend on x has to be recorded.
    if training and (mean is None or is_tensor(x)):
        statistics = batch_statistics(x)
        mean, var = statistics[0, ...], statistics[1, ...]
    r = 1.0 / namespace(x).sqrt(var + eps)
    scale = r if weight is None else r * weight
    y = (x - per_channel(mean, x)) * per_channel(scale, x)
    if bias is not None:
        y = y + per_channel(bias, x)
    return y, (x, mean, r, scale, training)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, mean, r, scale, training = saved
    inputs = len(needs)
    needs = needs + (False,) * (5 - inputs)
    xp = namespace(dy)
    axes = all_but_channels(x)
    dx = dmean = dvar = None
    centred: Any = None
    dw: Any = None
    db: Any = None
    through_statistics = training and needs[0]
    if through_statistics or needs[1] or needs[4]:
        db = xp.sum(dy, axis=axes)  # (C,)
    if through_statistics or needs[2] or needs[3]:
        centred = x - per_channel(mean, x)
        dw = r * xp.sum(dy * centred, axis=axes)  # (C,)
    if not training:
        dx = dy * per_channel(scale, x) if needs[0] else None
        dmean = -scale * db if needs[1] else None
        dvar = -0.5 * scale * r * dw if needs[2] else None
    elif needs[0]:
        n = values_per_channel(x)
        rest = dy - centred * per_channel(r * dw / n, x) - per_channel(db / n, x)
        dx = rest * per_channel(scale, x)
    return (dx, dmean, dvar, dw, db)[:inputs]


batch_norm = Op("batch_norm", forward, backward, check)
