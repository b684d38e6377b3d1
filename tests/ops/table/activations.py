"""Rows of the activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .row import K, N, Row, away_from_zero, same

X = away_from_zero(N, K, spread=3.0)  # as far as where activations bend, or are cut off


def with_dim(name: str) -> Callable[..., Any]:
    """The function of this name, with an axis that is called dim."""
    return lambda F, x, axis=-1: getattr(F, name)(x, dim=axis)


def activation(op: str, torch: Any, *variants: dict[str, Any], **facts: Any) -> list[Row]:
    return [Row(op, X, options, torch, **facts) for options in variants or ({},)]


ROWS = [
    *activation("relu", same("relu"), smooth=False),
    Row("relu", away_from_zero(), torch=same("relu"), batch=(), smooth=False, note="a number"),
    *activation("leaky_relu", same("leaky_relu"), {}, {"negative_slope": 0.2}, smooth=False),
    *activation("elu", same("elu"), {}, {"alpha": 0.5}),
    *activation("gelu", same("gelu"), {}, {"approximate": "tanh"}),
    *activation("sigmoid", lambda F, x: x.sigmoid()),
    *activation("silu", same("silu")),
    *activation("softplus", same("softplus"), {}, {"beta": 2.0, "threshold": 1.0}),
    *activation("tanh", lambda F, x: x.tanh()),
    *activation("softmax", with_dim("softmax")),
    *activation("softmax", with_dim("softmax"), {"axis": 0}, batch=()),
    *activation("log_softmax", with_dim("log_softmax")),
    *activation("log_softmax", with_dim("log_softmax"), {"axis": 0}, batch=()),
    *activation("sign", lambda F, x: x.sign(), wrt=()),
    *activation("step", lambda F, x: (x > 0).to(x.dtype), wrt=()),
]
