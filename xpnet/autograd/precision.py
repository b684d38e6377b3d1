"""Mixed precision: which operations run in half precision, and how numbers get there and back.

Inside ``with autocast("float16"):`` an operation looks at this table before it computes:

=========  =====================================================================================
HALF       the costly ones, sums of products: their inputs are rounded to half precision
WIDE       where digits are lost or numbers overflow: half precision becomes float32
AROUND     computed as in WIDE, and the result comes back in the dtype of the first input
the rest   takes its inputs as they come; where dtypes meet, the wider one wins
=========  =====================================================================================

A cast is recorded like an operation: the gradient of a float32 parameter is float32 again, so the
optimizer works on float32 "master weights". Each use of a parameter is a cast of its own, whose
gradients are added up in float32, but the rounded numbers are made once: they are kept as long as
the parameter has the same array, and until the next backward, step or end of the block. The way
back runs in the dtypes of the way there, whatever block it is called in. float64 stays float64: who
computes with that does so on purpose.

P. Micikevicius et al., "Mixed precision training", ICLR 2018.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ContextDecorator
from typing import Any, NamedTuple, Self

from ..backend import (
    Device,
    Library,
    as_device,
    current_device,
    dtype_name,
    dtype_of,
    library_of,
)
from ..errors import DTypeError
from ..typing import Array
from .modes import MODE
from .precision_names import precision_name, refuse_pytorchs_call
from .tape import Node, Traced, plain, record

__all__ = ["AROUND", "HALF", "WIDE", "arranged", "autocast", "cast", "forget_casts"]

HALF = frozenset({
    "conv", "conv_transpose", "dense", "gru", "linear", "lstm", "matmul", "rnn",
    "linalg.matmul", "scaled_dot_product_attention", "self_attention",
})  # fmt: skip
"""Ops, and functions of the standard, that run in half precision."""

AROUND = frozenset({"batch_norm", "group_norm"})
"""Those computed in float32 whose result is rounded again if the first input was."""

WIDE = frozenset({
    # losses
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "hinge_loss",
    "huber_loss", "l1_loss", "mse_loss", "multi_margin_loss", "nll_loss", "perceptron_loss",
    "poisson_nll_loss", "quadratic_cost", "quantile_loss",
    # exponentials that are summed, and statistics
    "batch_statistics", "layer_norm", "local_response_norm", "log_softmax", "rms_norm",
    "softmax", "softplus",
    # functions of the standard that sum many numbers, or leave the range of half precision
    "acos", "asin", "cosh", "cumulative_prod", "cumulative_sum", "exp", "expm1", "log", "log10",
    "log1p", "log2", "logaddexp", "mean", "pow", "prod", "reciprocal", "sinh", "std", "sum", "tan",
    "var", "vecdot", "linalg.vecdot", "linalg.vector_norm",
})  # fmt: skip
"""Those that run in float32 where an input is in half precision."""


class _Precision:
    """One block of half precision, and the rounded parameters that it remembers."""

    def __init__(self, name: str) -> None:
        self.name = name
        # by the parameter: itself (so that its id stays its own), its array, and that rounded
        self.casts: dict[int, tuple[Traced, Array, Array]] = {}


class _Kind(NamedTuple):
    """What must be known of the numbers of an array: one entry for each type and dtype."""

    name: str  # of the dtype, if real floating
    library: Library


_KINDS: dict[tuple[type, Any], _Kind] = {}
_WIDTHS = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}


def _kind(x: Any) -> _Kind | None:
    """Return what `x` is if it is an array of real floating-point numbers, else None."""
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        return None
    key = (type(x), dtype)
    found = _KINDS.get(key)
    if found is None:
        name = dtype_name(dtype)
        found = _KINDS[key] = _Kind(name if name in _WIDTHS else "", library_of(x))
    return found if found.name else None


def arranged(name: str, inputs: Any) -> tuple[Any, str]:
    """Return the inputs of an operation in the dtypes that autocast gives them.

    Parameters
    ----------
    name : str
        Of an op or of a function of the standard.
    inputs : sequence
        Tensors, arrays, and anything else, which is returned as it is.

    Returns
    -------
    inputs : sequence
    back : str
        The dtype to which the result is to be rounded again; empty where it stays as it is.
    """
    precision = MODE.precision
    half = name in HALF
    if precision is None or not (half or name in WIDE or name in AROUND):
        return inputs, ""
    kinds = [_kind(x.data if isinstance(x, Traced) else x) for x in inputs]
    known = [kind for kind in kinds if kind is not None]
    if half and any(kind.name == "float64" for kind in known):
        return inputs, ""
    if any(kind.library is not known[0].library for kind in known):
        return inputs, ""  # the operation will say so
    found = []
    for x, kind in zip(inputs, kinds, strict=True):
        if kind is None or (not half and _WIDTHS[kind.name] > 2):
            found.append(x)
        else:
            found.append(cast(x, precision.name if half else "float32"))
    first = kinds[0]
    narrow = first is not None and _WIDTHS[first.name] == 2
    return found, first.name if first is not None and narrow and name in AROUND else ""


def cast(x: Any, name: str) -> Any:
    """Return a Tensor or array in a dtype; recorded, and parameters from memory if possible."""
    if not isinstance(x, Traced):
        return _converted(x, name)
    kind = _kind(x.data)
    if kind is None or kind.name == name:
        return x
    data = _remembered(x, name) if x.node is None and x.requires_grad else _converted(x.data, name)
    if not (x.requires_grad and MODE.recording):
        return plain(data)
    return record(_CAST, (x,), data, kind.name, (x.data,))


def _remembered(x: Traced, name: str) -> Array:
    precision = MODE.precision
    if precision is None or precision.name != name:
        return _converted(x.data, name)
    known = precision.casts.get(id(x))
    if known is None or known[1] is not x.data:
        known = precision.casts[id(x)] = (x, x.data, _converted(x.data, name))
    return known[2]


def _converted(x: Array, name: str) -> Array:
    kind = _kind(x)
    if kind is None or kind.name == name:
        return x
    library = kind.library
    if not hasattr(library.xp, name):
        there = [half for half in ("float16", "bfloat16") if hasattr(library.xp, half)]
        remedy = f"use autocast({there[0]!r})" if there else "train in float32 there"
        raise DTypeError(
            f"autocast: the dtype must be one that {library.title} has, got {name!r}; {remedy}, "
            "or move the model to another library"
        )
    return library.rounded(x, dtype_of(library.xp, name))


class _Cast:
    """The rule of a cast: the gradient takes the way back, to the dtype of what was cast."""

    name = "autocast"

    def pull_back(self, node: Node, dy: Any, create_graph: bool) -> list[Array]:
        """Return the gradient in the dtype that was noted."""
        if create_graph:
            return [cast(dy, node.saved)]
        return [_converted(dy, node.saved)]


_CAST = _Cast()


def forget_casts() -> None:
    """Forget the rounded parameters of the blocks that are open in this thread."""
    if MODE.precision is not None:
        MODE.precision.casts.clear()


class autocast(ContextDecorator):  # noqa: N801 - reads as a statement: `with xn.autocast(...):`
    """Run the costly operations of a block, or of a decorated function, in half precision.

    Dense layers, convolutions, recurrent layers, attention and matrix products round their inputs
    to `dtype`; losses, softmax, norms, sums, exponentials and powers are computed in float32; all
    else takes what comes. Parameters stay what they are, and so do their gradients: call backward
    and the optimizer's step inside or outside of the block. float64 is left alone. With float16,
    gradients need a :class:`xpnet.optim.GradScaler`; with bfloat16 they do not.

    Parameters
    ----------
    dtype : {"float16", "bfloat16", "tf32"} or None
        ``"tf32"`` keeps float32 and lets the products of an NVIDIA GPU round their inputs to 10
        bits. It is a setting of the whole process while the block is open: call backward inside.
        None keeps float32 and float64 inside a block of half precision; TF32, a setting of the
        process, goes on until its own block ends. ``"tf32"`` inside a block of half precision
        replaces it.
    enabled : bool
        False is the same as None.
    device : str or Device, optional
        Where ``"tf32"`` is to hold; default: the current device.

    Raises
    ------
    ArgumentError
        If `dtype` is none of these, a device comes first as in PyTorch, or ``"tf32"`` is asked for
        where there is no CUDA GPU.
    DTypeError
        When the first operation runs, if the library lacks the dtype: NumPy and CuPy have no
        bfloat16, array-api-strict has neither.

    Notes
    -----
    Only what is computed from Tensors and by ops of xpnet is rounded: a product of two bare arrays
    of NumPy is none of them. On NumPy an op rounds inputs and results to float16 and computes in
    float32 between: right, but several times slower than without autocast.

    References
    ----------
    P. Micikevicius et al., "Mixed precision training", ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> layer = xn.nn.Linear(3, 2)
    >>> with xn.autocast("float16"):
    ...     y = layer(np.ones((4, 3), np.float32))
    ...     loss = y.sum()
    >>> y.dtype, loss.dtype
    (dtype('float16'), dtype('float32'))
    >>> loss.backward()
    >>> layer.weight.grad.dtype
    dtype('float32')
    """

    def __init__(
        self, dtype: Any, enabled: bool = True, device: Device | str | None = None
    ) -> None:
        self.name = precision_name(dtype, enabled)
        self.device = device
        self._open: list[tuple[_Precision | None, AbstractContextManager[object] | None]] = []

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """Say what to write for a block of PyTorch, before Python finds two values for `dtype`."""
        refuse_pytorchs_call(given, named)
        return super().__new__(cls)

    __new__.__wrapped__ = __init__  # type: ignore[attr-defined]  # the signature that help shows

    def _recreate_cm(self) -> Self:
        """Give each call of a decorated function its own memory: threads may overlap."""
        return type(self)(self.name, device=self.device)

    def __enter__(self) -> Self:
        before, switch, inside = MODE.precision, None, None
        if self.name == "tf32":
            device = current_device() if self.device is None else as_device(self.device)
            switch = device.library.tf32(device.native)
            switch.__enter__()
        elif self.name is not None:
            same = before is not None and before.name == self.name
            inside = before if same else _Precision(self.name)
        self._open.append((before, switch))
        MODE.precision = inside
        MODE.refresh()
        return self

    def __exit__(self, *error: Any) -> None:
        MODE.precision, switch = self._open.pop()
        MODE.refresh()
        if switch is not None:
            switch.__exit__(*error)
