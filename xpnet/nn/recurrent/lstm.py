"""Long short-term memory as a layer."""

from __future__ import annotations

from typing import Any

from ...backend import DEFAULT_FLOAT, DeviceLike
from ...ops.recurrent import lstm
from .arguments import require_states
from .base import Recurrent

__all__ = ["LSTM"]


class LSTM(Recurrent):
    """Long short-term memory: recurrent layers whose cells keep what their gates let them keep.

    With i, f, o = σ(...) and g = tanh(...) of W_ih x_t + b_ih + W_hh h_{t-1} + b_hh, in this order
    of rows i, f, g, o: c_t = f c_{t-1} + i g and h_t = o tanh(c_t).

    Parameters
    ----------
    input_size : int
        D, the features of a step.
    hidden_size : int
        H, the cells of a layer and direction.
    num_layers : int
        How many layers are stacked, each on the outputs of the one before.
    bias : bool
    batch_first : bool
        Whether input and output are (N, T, ...) and not (T, N, ...); states never are.
    dropout : float
        In training, the share of a layer's outputs that the next one does not see.
    bidirectional : bool
        Whether a second set of weights runs from the end to the beginning; its outputs are put
        after those of the first.
    proj_size : int
        P: if not 0, h_t = W_hr (o tanh(c_t)) has this many features instead of H.
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0 : Parameter, (4H, D) and (4H, H or P)
        Of layer 0, and so on; those of the way back end with ``_reverse``. Initially uniform in
        ±1/sqrt(H).
    bias_ih_l0, bias_hh_l0 : Parameter, (4H,)
    weight_hr_l0 : Parameter, (P, H)
        If there is a projection.

    Raises
    ------
    ArgumentError
        If an argument makes no sense, also lengths less than 1 or more than T.
    ShapeError
        If input, states or lengths do not fit.
    DTypeError
        If lengths are no integers.

    References
    ----------
    S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.LSTM(3, 5, num_layers=2, batch_first=True)
    >>> y, (h, c) = layer(np.zeros((2, 7, 3), np.float32), lengths=[7, 4])
    >>> y.shape, h.shape, c.shape
    ((2, 7, 5), (2, 2, 5), (2, 2, 5))
    """

    gates = 4
    own = 9

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias=bias,
            batch_first=batch_first,
            dropout=dropout,
            bidirectional=bidirectional,
            proj_size=proj_size,
            device=device,
            dtype=dtype,
        )

    def forward(self, x: Any, hx: Any = None, lengths: Any = None) -> Any:
        """Run over the sequences.

        Parameters
        ----------
        x : (T, N, D), or (N, T, D) with batch_first
        hx : pair (h_0, c_0), optional
            The initial states (layers · directions, N, H), zeros by default; h_0 has P features
            with a projection. To carry states on from one piece of a long sequence to the next
            without their gradient, pass ``(h.detach(), c.detach())``.
        lengths : (N,) integers, optional
            How many steps of each sequence count. Those beyond leave the states as they are, their
            outputs are 0, and they get no gradient. A list or a NumPy array is best: an array on
            a device has to be fetched.

        Returns
        -------
        y : (T, N, H · directions), or (N, T, H · directions)
            The output of the last layer after each step; P instead of H with a projection.
        (h_n, c_n) : (layers · directions, N, H)
            The states of each layer and direction after its last step.
        """
        hx = (None, None) if hx is None else require_states("LSTM", hx)
        y, (h, c) = self._run(lstm, x, hx, lengths)
        return y, (h, c)
