"""The simple recurrent layer."""

from __future__ import annotations

from typing import Any

from ...backend import DEFAULT_FLOAT, DeviceLike
from ...errors import choose
from ...ops.recurrent import rnn
from .base import Recurrent

__all__ = ["RNN"]


class RNN(Recurrent):
    """Simple recurrent layers: h_t = φ(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh).

    Over many steps its gradients vanish or explode: :class:`LSTM` and :class:`GRU` remember longer,
    and ``optim.clip_grad_norm_`` bounds the gradient.

    Parameters
    ----------
    input_size : int
        D, the features of a step.
    hidden_size : int
        H, the units of a layer and direction.
    num_layers : int
        How many layers are stacked, each on the outputs of the one before.
    nonlinearity : {"tanh", "relu"}
        φ.
    bias : bool
    batch_first : bool
        Whether input and output are (N, T, ...) and not (T, N, ...); states never are.
    dropout : float
        In training, the share of a layer's outputs that the next one does not see.
    bidirectional : bool
        Whether a second set of weights runs from the end to the beginning; its outputs are put
        after those of the first, so there are 2H of them.
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0 : Parameter, (H, D) and (H, H)
        Of layer 0, and so on; those of the way back end with ``_reverse``. Initially uniform in
        ±1/sqrt(H).
    bias_ih_l0, bias_hh_l0 : Parameter, (H,)

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
    J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.RNN(3, 5, batch_first=True)
    >>> y, h = layer(np.zeros((2, 7, 3), np.float32), lengths=[7, 4])
    >>> y.shape, h.shape
    ((2, 7, 5), (1, 2, 5))
    """

    gates = 1
    own = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        self.nonlinearity = choose("RNN", "nonlinearity", nonlinearity, ("tanh", "relu"))
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias=bias,
            batch_first=batch_first,
            dropout=dropout,
            bidirectional=bidirectional,
            device=device,
            dtype=dtype,
        )

    def forward(self, x: Any, hx: Any = None, lengths: Any = None) -> Any:
        """Run over the sequences.

        Parameters
        ----------
        x : (T, N, D), or (N, T, D) with batch_first
        hx : (layers · directions, N, H), optional
            The initial states; zeros by default. To carry a state on from one piece of a long
            sequence to the next without its gradient, pass ``h.detach()``.
        lengths : (N,) integers, optional
            How many steps of each sequence count. Those beyond leave the state as it is, their
            outputs are 0, and they get no gradient. A list or a NumPy array is best: an array on
            a device has to be fetched.

        Returns
        -------
        y : (T, N, H · directions), or (N, T, H · directions)
            The state of the last layer after each step.
        h_n : (layers · directions, N, H)
            The state of each layer and direction after its last step.
        """
        y, (h,) = self._run(rnn, x, (hx,), lengths, nonlinearity=self.nonlinearity)
        return y, h
