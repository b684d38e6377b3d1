"""Recurrent layers.

ONNX keeps the weights of both directions in one array, and the gates in another order than
PyTorch and xpnet: i, o, f, c for an LSTM (here: i, f, g, o) and z, r, h for a GRU (here: r, z, n).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .....backend import namespace
from .....errors import ArgumentError, ShapeError
from .....nn import functional as F
from .shapes import ints
from .table import Strings, operator

DIRECTIONS = ("forward", "reverse", "bidirectional")


def _both(
    x: Any, w: Any, direction: str, lengths: Any, layout: int, run: Callable[..., Any]
) -> tuple[Any, ...]:
    """Run once for each direction; return (T, directions, N, H) and the last states."""
    xp = namespace(x, w)
    if len(x.shape) != 3 or len(w.shape) != 3:
        raise ShapeError(
            f"the input must be (T, N, D) and the weights have 3 axes, got {tuple(x.shape)} and "
            f"{tuple(w.shape)}; check the shape of the input"
        )
    if layout:
        x = xp.permute_dims(x, (1, 0, 2))  # (N, T, D) -> (T, N, D)
    reversed_ = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[direction]
    if w.shape[0] != len(reversed_):
        raise ShapeError(
            f"weights must be for {len(reversed_)} directions, got {tuple(w.shape)}; export the "
            "model again"
        )
    steps = None if lengths is None else ints(lengths)
    found = [run(x, d, {"lengths": steps, "reverse": back}) for d, back in enumerate(reversed_)]
    y = xp.stack([results[0] for results in found], axis=1)  # (T, directions, N, H)
    last = [xp.stack(states, axis=0) for states in list(zip(*found, strict=True))[1:]]
    if layout:
        y = xp.permute_dims(y, (2, 0, 1, 3))
        last = [xp.permute_dims(state, (1, 0, 2)) for state in last]
    return (y, *last)


def _state(state: Any, d: int, layout: int) -> Any:
    if state is None:
        return None
    return state[:, d, :] if layout else state[d, :, :]


def _gates(x: Any, d: int, order: Sequence[int]) -> Any:
    """Return the weights of one direction with the gates in another order."""
    xp = namespace(x)
    part = x[(d, *[slice(None)] * (len(x.shape) - 1))]
    h = part.shape[0] // len(order)
    rest = [slice(None)] * (len(part.shape) - 1)
    return xp.concat([part[(slice(i * h, (i + 1) * h), *rest)] for i in order], axis=0)


def _biases(b: Any, d: int, order: Sequence[int]) -> tuple[Any, Any]:
    if b is None:
        return None, None
    half = b.shape[1] // 2
    return _gates(b[:, :half], d, order), _gates(b[:, half:], d, order)


def _usual(*kinds: Sequence[str]) -> Callable[[Mapping[str, Any]], str]:
    """Return the check that activations are those of one of the kinds, in each direction."""

    def unfit(attributes: Mapping[str, Any]) -> str:
        given = attributes.get("activations")
        count = 2 if attributes.get("direction") == "bidirectional" else 1
        known = [[name.lower() for name in kind] * count for kind in kinds]
        if given and [name.lower() for name in given] not in known:
            listed = " or ".join(", ".join(kind) for kind in kinds)
            return f"activations must be {listed}, got {', '.join(given)[:80]}"
        return ""

    return unfit


@operator(
    "LSTM", host=(4,), outputs=3, unfit=_usual(("Sigmoid", "Tanh", "Tanh")),
    choices={"direction": DIRECTIONS, "input_forget": (0,), "layout": (0, 1)},
)  # fmt: skip
def lstm(
    x: Any,
    w: Any,
    r: Any,
    b: Any = None,
    sequence_lens: Any = None,
    initial_h: Any = None,
    initial_c: Any = None,
    *,
    activations: Strings | None = None,
    direction: str = "forward",
    hidden_size: int = 0,
    input_forget: int = 0,
    layout: int = 0,
) -> Any:
    """Run a long short-term memory, without peepholes."""
    order = (0, 2, 3, 1)

    def run(x: Any, d: int, options: dict[str, Any]) -> Any:
        return F.lstm(
            x, _state(initial_h, d, layout), _state(initial_c, d, layout), _gates(w, d, order),
            _gates(r, d, order), *_biases(b, d, order), **options,
        )  # fmt: skip

    return _both(x, w, direction, sequence_lens, layout, run)


@operator(
    "RNN", host=(4,), outputs=2, unfit=_usual(("Tanh",), ("Relu",)),
    choices={"direction": DIRECTIONS, "layout": (0, 1)},
)  # fmt: skip
def rnn(
    x: Any,
    w: Any,
    r: Any,
    b: Any = None,
    sequence_lens: Any = None,
    initial_h: Any = None,
    *,
    activations: Strings | None = None,
    direction: str = "forward",
    hidden_size: int = 0,
    layout: int = 0,
) -> Any:
    """Run a recurrent layer with tanh or ReLU."""
    kind = "relu" if activations and activations[0].lower() == "relu" else "tanh"

    def run(x: Any, d: int, options: dict[str, Any]) -> Any:
        return F.rnn(
            x, _state(initial_h, d, layout), _gates(w, d, (0,)), _gates(r, d, (0,)),
            *_biases(b, d, (0,)), nonlinearity=kind, **options,
        )  # fmt: skip

    return _both(x, w, direction, sequence_lens, layout, run)


@operator(
    "GRU", host=(4,), outputs=2, unfit=_usual(("Sigmoid", "Tanh")),
    choices={"direction": DIRECTIONS, "layout": (0, 1)},
)  # fmt: skip
def gru(
    x: Any,
    w: Any,
    r: Any,
    b: Any = None,
    sequence_lens: Any = None,
    initial_h: Any = None,
    *,
    activations: Strings | None = None,
    direction: str = "forward",
    hidden_size: int = 0,
    layout: int = 0,
    linear_before_reset: int = 0,
) -> Any:
    """Run a gated recurrent unit, of either kind: the reset before or after the product."""
    if not linear_before_reset and sequence_lens is not None:
        raise ArgumentError(
            "sequence_lens must be absent where linear_before_reset is 0, got some; export the "
            "model with linear_before_reset=1, as PyTorch does"
        )
    order = (1, 0, 2)

    def run(x: Any, d: int, options: dict[str, Any]) -> Any:
        weights = (_gates(w, d, order), _gates(r, d, order), *_biases(b, d, order))
        h = _state(initial_h, d, layout)
        if linear_before_reset:
            return F.gru(x, h, *weights, **options)
        return _reset_first(x, h, *weights, reverse=options["reverse"])

    return _both(x, w, direction, sequence_lens, layout, run)


def _reset_first(
    x: Any, h: Any, w: Any, u: Any, b_ih: Any, b_hh: Any, *, reverse: bool
) -> tuple[Any, Any]:
    """Compute n = tanh(W x + b + U (r h) + c), as K. Cho et al. had it in 2014."""
    xp = namespace(x, w)
    size = u.shape[1]
    if h is None:
        h = xp.zeros((x.shape[1], size), dtype=x.dtype, device=x.device)
    gated = F.linear(x, w, b_ih)  # (T, N, 3 H)
    rz, n = u[: 2 * size, :], u[2 * size :, :]
    b_rz, b_n = (None, None) if b_hh is None else (b_hh[: 2 * size], b_hh[2 * size :])
    states = []
    for t in reversed(range(x.shape[0])) if reverse else range(x.shape[0]):
        step = gated[t, :, :]
        both = F.sigmoid(step[:, : 2 * size] + F.linear(h, rz, b_rz))
        reset, update = both[:, :size], both[:, size:]
        new = xp.tanh(step[:, 2 * size :] + F.linear(reset * h, n, b_n))
        h = (1.0 - update) * new + update * h
        states.append(h)
    return xp.stack(states[::-1] if reverse else states, axis=0), h
