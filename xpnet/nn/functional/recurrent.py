"""Recurrent layers over a sequence in one direction, with the weights as arguments."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.recurrent import lengths_of

__all__ = ["gru", "lstm", "rnn"]


def rnn(
    x: Any,
    h0: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    nonlinearity: str = "tanh",
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """Run h_t = φ(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh) over a sequence.

    Parameters
    ----------
    x : (T, N, D) array or Tensor
    h0 : (N, H), or None for zeros
    w_ih, w_hh : (H, D) and (H, H)
    b_ih, b_hh : (H,), optional
    nonlinearity : {"tanh", "relu"}
        φ.
    lengths : (N,) integers, optional
        How many steps of each sequence count; see :class:`xpnet.nn.RNN`.
    reverse : bool
        Whether to run from the last step to the first.

    Returns
    -------
    y : (T, N, H)
        The state after each step, at the step's place.
    h_n : (N, H)
        The last state.

    Raises
    ------
    ShapeError, DTypeError, ArgumentError
        If arguments do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones((1, 1))
    >>> y, h = rnn(np.ones((3, 1, 1)), None, one, one, nonlinearity="relu")
    >>> y[:, 0, 0]
    array([1., 2., 3.])
    """
    options: Any = {"lengths": _lengths("rnn", x, lengths), "reverse": reverse}
    found = ops.rnn(x, h0, w_ih, w_hh, b_ih, b_hh, nonlinearity=nonlinearity, **options)
    return found  # type: ignore[no-any-return]


def lstm(
    x: Any,
    h0: Any,
    c0: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    w_hr: Any = None,
    *,
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any, Any]:
    """Run a long short-term memory over a sequence; the equations are those of `xpnet.nn.LSTM`.

    Parameters
    ----------
    x : (T, N, D) array or Tensor
    h0, c0 : (N, H), or None for zeros
    w_ih, w_hh : (4H, D) and (4H, H)
        The rows of the gates i, f, g, o in this order.
    b_ih, b_hh : (4H,), optional
    w_hr : (P, H), optional
        A projection; then h0, y and h_n have P features and w_hh is (4H, P).
    lengths : (N,) integers, optional
        How many steps of each sequence count; see :class:`xpnet.nn.LSTM`.
    reverse : bool
        Whether to run from the last step to the first.

    Returns
    -------
    y : (T, N, H)
        The output after each step, at the step's place.
    h_n, c_n : (N, H)
        The last states.

    Raises
    ------
    ShapeError, DTypeError, ArgumentError
        If arguments do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> y, h, c = lstm(np.ones((3, 1, 2)), None, None, np.ones((4, 2)), np.ones((4, 1)))
    >>> c.round(3)
    array([[2.561]])
    """
    options: Any = {"lengths": _lengths("lstm", x, lengths), "reverse": reverse}
    return ops.lstm(x, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr, **options)  # type: ignore[no-any-return]


def gru(
    x: Any,
    h0: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """Run a gated recurrent unit over a sequence; the equations are those of `xpnet.nn.GRU`.

    Parameters
    ----------
    x : (T, N, D) array or Tensor
    h0 : (N, H), or None for zeros
    w_ih, w_hh : (3H, D) and (3H, H)
        The rows of r, z, n in this order.
    b_ih, b_hh : (3H,), optional
    lengths : (N,) integers, optional
        How many steps of each sequence count; see :class:`xpnet.nn.GRU`.
    reverse : bool
        Whether to run from the last step to the first.

    Returns
    -------
    y : (T, N, H)
        The state after each step, at the step's place.
    h_n : (N, H)
        The last state.

    Raises
    ------
    ShapeError, DTypeError, ArgumentError
        If arguments do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> y, h = gru(np.ones((3, 1, 2)), None, np.ones((3, 2)), np.ones((3, 1)))
    >>> y[:, 0, 0].round(3)
    array([0.115, 0.207, 0.283])
    """
    options: Any = {"lengths": _lengths("gru", x, lengths), "reverse": reverse}
    return ops.gru(x, h0, w_ih, w_hh, b_ih, b_hh, **options)  # type: ignore[no-any-return]


def _lengths(where: str, x: Any, lengths: Any) -> tuple[int, ...] | None:
    if len(x.shape) != 3:
        return None  # the op says what is wrong
    return lengths_of(where, lengths, x.shape[0], x.shape[1])
