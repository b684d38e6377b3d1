"""Convolution and its transpose."""

from __future__ import annotations

from typing import Any

from .....windows import per_axis, windows
from ..symbol import Symbol, emit
from .translation import result_of, translates

__all__ = ["pads_of"]


def pads_of(padding: Any) -> list[int]:
    """Return pairs (before, after) in ONNX's order: all before, then all after."""
    return [before for before, _ in padding] + [after for _, after in padding]


def _given(*inputs: Symbol | None) -> list[Symbol | None]:
    return list(inputs if inputs[-1] is not None else inputs[:-1])


@translates("conv")
def conv(x: Symbol, w: Symbol, b: Symbol | None = None, **options: Any) -> Symbol:
    stride, padding = options.get("stride", 1), options.get("padding", 0)
    dilation = options.get("dilation", 1)
    win = windows("conv", x.shape[2:], w.shape[2:], stride, padding, dilation)
    return emit(
        "Conv",
        _given(x, w, b),
        result_of("conv", x, w, b, **options),
        kernel_shape=list(win.kernel),
        strides=list(win.stride),
        pads=pads_of(win.padding),
        dilations=list(win.dilation),
        group=int(options.get("groups", 1)),
    )


@translates("conv_transpose")
def conv_transpose(x: Symbol, w: Symbol, b: Symbol | None = None, **options: Any) -> Symbol:
    axes = x.ndim - 2

    def sizes(name: str, default: int) -> list[int]:
        return list(per_axis("conv_transpose", name, options.get(name, default), axes, least=0))

    pads = sizes("padding", 0)
    return emit(
        "ConvTranspose",
        _given(x, w, b),
        result_of("conv_transpose", x, w, b, **options),
        kernel_shape=list(w.shape[2:]),
        strides=sizes("stride", 1),
        pads=pads + pads,
        output_padding=sizes("output_padding", 0),
        dilations=sizes("dilation", 1),
        group=int(options.get("groups", 1)),
    )
