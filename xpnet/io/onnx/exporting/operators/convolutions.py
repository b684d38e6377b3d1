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


def _sizes(options: dict[str, Any], axes: int, name: str, default: int) -> list[int]:
    return list(per_axis("conv_transpose", name, options.get(name, default), axes, least=0))


def _at_the_end(options: dict[str, Any], axes: int) -> list[tuple[int, int]]:
    """Return the padding after the image, and the output padding, smaller than the stride.

    What is added to the output is what less padding leaves of it.
    """
    found = []
    names = (("padding", 0), ("output_padding", 0), ("stride", 1))
    for p, more, s in zip(*(_sizes(options, axes, *name) for name in names), strict=True):
        less = min(p, more) if more >= s else 0
        found.append((p - less, more - less))
    return found


def _fits_stride(x: Symbol, *inputs: Any, **options: Any) -> bool:
    """Run-times refuse more output padding, which a dilation allows."""
    axes = x.ndim - 2
    strides = _sizes(options, axes, "stride", 1)
    return all(m < s for (_, m), s in zip(_at_the_end(options, axes), strides, strict=True))


@translates("conv_transpose", _fits_stride)
def conv_transpose(x: Symbol, w: Symbol, b: Symbol | None = None, **options: Any) -> Symbol:
    axes = x.ndim - 2
    ends = _at_the_end(options, axes)
    return emit(
        "ConvTranspose",
        _given(x, w, b),
        result_of("conv_transpose", x, w, b, **options),
        kernel_shape=list(w.shape[2:]),
        strides=_sizes(options, axes, "stride", 1),
        pads=_sizes(options, axes, "padding", 0) + [after for after, _ in ends],
        output_padding=[more for _, more in ends],
        dilations=_sizes(options, axes, "dilation", 1),
        group=int(options.get("groups", 1)),
    )
