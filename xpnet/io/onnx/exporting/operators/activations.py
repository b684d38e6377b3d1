"""Activations: most are one operator."""

from __future__ import annotations

from typing import Any

from ..namespace import NAMESPACE as xp  # noqa: N811
from ..symbol import Symbol, emit
from .translation import opset, result_of, translates

__all__: list[str] = []

#: ONNX's softplus is log(1 + exp(x)) everywhere, which is x to float32's precision beyond this.
SOFTPLUS_IS_LINEAR = 15.0


def _one(name: str, op: str) -> None:
    @translates(name)
    def translate(x: Symbol) -> Symbol:
        return emit(op, [x], result_of(name, x))


_one("relu", "Relu")
_one("sigmoid", "Sigmoid")
_one("sign", "Sign")
_one("tanh", "Tanh")


@translates("silu")
def silu(x: Symbol) -> Any:
    return x * emit("Sigmoid", [x], result_of("sigmoid", x))


@translates("elu")
def elu(x: Symbol, *, alpha: float = 1.0) -> Symbol:
    return emit("Elu", [x], result_of("elu", x, alpha=alpha), alpha=float(alpha))


@translates("leaky_relu")
def leaky_relu(x: Symbol, *, negative_slope: float = 0.01) -> Symbol:
    result = result_of("leaky_relu", x, negative_slope=negative_slope)
    return emit("LeakyRelu", [x], result, alpha=float(negative_slope))


def _fits_gelu(x: Symbol, **options: Any) -> bool:
    return opset() >= 20


@translates("gelu", _fits_gelu)
def gelu(x: Symbol, *, approximate: str = "none") -> Symbol:
    result = result_of("gelu", x, approximate=approximate)
    return emit("Gelu", [x], result, approximate=approximate)


def _fits_softplus(x: Symbol, *, beta: float = 1.0, threshold: float = 20.0) -> bool:
    return threshold >= SOFTPLUS_IS_LINEAR and x.dtype.itemsize <= 4


@translates("softplus", _fits_softplus)
def softplus(x: Symbol, *, beta: float = 1.0, threshold: float = 20.0) -> Symbol:
    scaled = x if beta == 1 else beta * x
    y = emit("Softplus", [scaled], result_of("softplus", scaled))
    return y if beta == 1 else y / beta


@translates("softmax")
def softmax(x: Symbol, *, axis: int = -1) -> Symbol:
    return emit("Softmax", [x], result_of("softmax", x, axis=axis), axis=axis)


@translates("log_softmax")
def log_softmax(x: Symbol, *, axis: int = -1) -> Symbol:
    return emit("LogSoftmax", [x], result_of("log_softmax", x, axis=axis), axis=axis)


@translates("step")
def step(x: Symbol) -> Any:
    return xp.astype(x > 0, x.dtype)
