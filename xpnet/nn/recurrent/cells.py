"""One step of a recurrent layer, for loops of your own: the op of the layer on a single step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ...backend import DEFAULT_FLOAT, DeviceLike, namespace
from ...errors import choose
from ...ops.recurrent import gru, lstm, rnn
from .. import init
from ..module import Module
from ..parameter import Parameter
from .arguments import require_input, require_state, require_states

__all__ = ["GRUCell", "LSTMCell", "RNNCell"]


class _Cell(Module):
    gates: ClassVar[int]
    own: ClassVar[float]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = type(self).__name__
        init.require_sizes(where, input_size=input_size, hidden_size=hidden_size)
        init.require_flags(where, bias=bias)
        self.input_size, self.hidden_size = input_size, hidden_size
        rows = self.gates * hidden_size

        def drawn(*shape: int) -> Parameter:
            options: Any = {"fan": hidden_size, "device": device, "dtype": dtype}
            return Parameter(init.draw("default", shape, **options))

        self.weight_ih, self.weight_hh = drawn(rows, input_size), drawn(rows, hidden_size)
        self.bias_ih = drawn(rows) if bias else None
        self.bias_hh = drawn(rows) if bias else None

    def _step(self, op: Any, x: Any, states: Sequence[Any], **options: Any) -> list[Any]:
        where = type(self).__name__
        require_input(where, x, self.input_size, ("N", "D"))
        for name, state in zip(("h", "c"), states, strict=False):
            if state is not None:
                require_state(where, name, state, (x.shape[0], self.hidden_size), x)
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        x = namespace(x).expand_dims(x, axis=0)  # (N, D) -> (1, N, D)
        return list(op(x, *states, *weights, **options)[1:])

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per weight and row, and those of the gates."""
        weights = (self.weight_ih, self.weight_hh)
        per_row = sum(2 * w.shape[0] * w.shape[1] for w in weights) + int(
            self.own * self.hidden_size
        )
        if self.bias_ih is not None:
            per_row += 2 * self.gates * self.hidden_size
        rows: int = inputs[0].shape[0]
        return rows * per_row


class RNNCell(_Cell):
    """One step of :class:`RNN`: (N, D), (N, H) -> (N, H).

    Parameters
    ----------
    input_size : int
        D.
    hidden_size : int
        H.
    bias : bool
    nonlinearity : {"tanh", "relu"}
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight_ih, weight_hh : Parameter, (H, D) and (H, H)
    bias_ih, bias_hh : Parameter, (H,), or None

    Raises
    ------
    ShapeError
        If input or state do not fit.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> cell, h = xn.nn.RNNCell(3, 5), None
    >>> for x_t in np.zeros((7, 2, 3), np.float32):
    ...     h = cell(x_t, h)
    >>> h.shape
    (2, 5)
    """

    gates = 1
    own = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        self.nonlinearity = choose("RNNCell", "nonlinearity", nonlinearity, ("tanh", "relu"))
        super().__init__(input_size, hidden_size, bias, device=device, dtype=dtype)

    def forward(self, x: Any, hx: Any = None) -> Any:
        """Return the next state, from zeros if there is none yet."""
        (h,) = self._step(rnn, x, (hx,), nonlinearity=self.nonlinearity)
        return h


class LSTMCell(_Cell):
    """One step of :class:`LSTM`: (N, D), ((N, H), (N, H)) -> ((N, H), (N, H)).

    Parameters
    ----------
    input_size : int
        D.
    hidden_size : int
        H.
    bias : bool
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight_ih, weight_hh : Parameter, (4H, D) and (4H, H)
        The rows of the gates i, f, g, o in this order.
    bias_ih, bias_hh : Parameter, (4H,), or None

    Raises
    ------
    ShapeError
        If input or states do not fit.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> cell, state = xn.nn.LSTMCell(3, 5), None
    >>> for x_t in np.zeros((7, 2, 3), np.float32):
    ...     state = cell(x_t, state)
    >>> h, c = state
    >>> h.shape, c.shape
    ((2, 5), (2, 5))
    """

    gates = 4
    own = 9

    def forward(self, x: Any, hx: Any = None) -> Any:
        """Return the next pair (h, c), from zeros if there is none yet."""
        states = (None, None) if hx is None else require_states("LSTMCell", hx)
        h, c = self._step(lstm, x, states)
        return h, c


class GRUCell(_Cell):
    """One step of :class:`GRU`: (N, D), (N, H) -> (N, H).

    Parameters
    ----------
    input_size : int
        D.
    hidden_size : int
        H.
    bias : bool
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight_ih, weight_hh : Parameter, (3H, D) and (3H, H)
        The rows of r, z, n in this order.
    bias_ih, bias_hh : Parameter, (3H,), or None

    Raises
    ------
    ShapeError
        If input or state do not fit.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.nn.GRUCell(3, 5)(np.zeros((2, 3), np.float32)).shape
    (2, 5)
    """

    gates = 3
    own = 9

    def forward(self, x: Any, hx: Any = None) -> Any:
        """Return the next state, from zeros if there is none yet."""
        (h,) = self._step(gru, x, (hx,))
        return h
