"""The Transformer's encoder: attention and a dense network, each with a shortcut around it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from ...backend import DEFAULT_FLOAT, DeviceLike
from ...errors import ArgumentError
from .. import init
from ..activations import get_activation
from ..containers import ModuleList, require_module
from ..dropout import Dropout
from ..linear import Linear
from ..module import Module
from ..norms import LayerNorm
from .multihead import MultiheadAttention

__all__ = ["TransformerEncoder", "TransformerEncoderLayer"]


class TransformerEncoderLayer(Module):
    """Attention, then a dense network at each position: (T, N, D), as it came.

    With ``norm_first`` (which trains without a warm-up of the learning rate)
    x ← x + attention(norm1(x)), x ← x + network(norm2(x)); without, as first published,
    x ← norm1(x + attention(x)), x ← norm2(x + network(x)). The network is
    linear2(activation(linear1(x))), with dropout after the activation and after each part.

    Names, layouts and defaults are PyTorch's, whose state dict loads unchanged.

    Parameters
    ----------
    d_model : int
        D.
    nhead : int
        The number of heads, which divides D.
    dim_feedforward : int
        The units between the two dense layers.
    dropout : float
        The probability of dropout, also of the weights of attention; at least 0, below 1.
    activation : str or callable
        A name as in ``"gelu"``, or what makes a layer, as in ``nn.GELU``.
    layer_norm_eps : float
        Keeps the roots of the norms away from zero.
    batch_first : bool
        Whether input and output are (N, T, D) and not (T, N, D).
    norm_first : bool
        Whether the norms stand before the parts and not after the sums.
    bias : bool
        Whether maps and norms have biases.
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    self_attn : MultiheadAttention
    linear1, linear2 : Linear
    norm1, norm2 : LayerNorm
    dropout, dropout1, dropout2 : Dropout
    activation : Module

    Raises
    ------
    ArgumentError
        If an argument makes no sense.
    ShapeError
        If inputs or masks do not fit.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.1; R. Xiong et al.,
    "On layer normalization in the Transformer architecture", ICML 2020 (norm first).

    Examples
    --------
    >>> import xpnet as xn
    >>> layer = xn.nn.TransformerEncoderLayer(8, nhead=2, dim_feedforward=16, batch_first=True)
    >>> layer(xn.asarray([[[0.5] * 8] * 3]), is_causal=True).shape
    (1, 3, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[], Module] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = "TransformerEncoderLayer"
        init.require_sizes(where, d_model=d_model, nhead=nhead, dim_feedforward=dim_feedforward)
        init.require_flags(where, batch_first=batch_first, norm_first=norm_first, bias=bias)
        home: dict[str, Any] = {"device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, **home
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, **home)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **home)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, **home)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, **home)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = get_activation(activation)()
        self.norm_first = norm_first

    def forward(
        self,
        src: Any,
        src_mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool = False,
    ) -> Any:
        """Apply the layer; the masks are those of :class:`MultiheadAttention`.

        Parameters
        ----------
        src : (T, N, D), or (N, T, D) with `batch_first`, or (T, D)
        src_mask : (T, T) or (N·H, T, T), optional
            True where a position must not look at another; or numbers to add to the scores.
        src_key_padding_mask : (N, T), optional
            True where there is padding.
        is_causal : bool
            Whether a position sees only those before it and itself.

        Returns
        -------
        Tensor
            Like `src`.
        """
        masks = (src_mask, src_key_padding_mask, is_causal)
        if self.norm_first:
            src = src + self._attention(self.norm1(src), *masks)
            return src + self._network(self.norm2(src))
        src = self.norm1(src + self._attention(src, *masks))
        return self.norm2(src + self._network(src))

    def _attention(self, x: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        y, _ = self.self_attn(
            x, x, x, padding, need_weights=False, attn_mask=mask, is_causal=is_causal
        )
        return self.dropout1(y)

    def _network(self, x: Any) -> Any:
        hidden = self.dropout(self.activation(self.linear1(x)))
        return self.dropout2(self.linear2(hidden))


class TransformerEncoder(Module):
    """Layers of the Transformer one after the other: (T, N, D), as it came.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer, or a list of them
        A layer is copied so many times, as in PyTorch: with its weights, precision, device and
        mode. Layers of a list are taken as they are, each with initial weights of its own.
    num_layers : int, optional
        How many copies; a list knows by itself.
    norm : Module, optional
        Applied to what the last layer gives; usual if the layers have ``norm_first=True``.

    Attributes
    ----------
    layers : ModuleList
    norm : Module or None

    Raises
    ------
    ArgumentError
        If the number of layers is not positive, or a layer is no module.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.1.

    Examples
    --------
    >>> import xpnet as xn
    >>> layer = xn.nn.TransformerEncoderLayer(8, nhead=2, dim_feedforward=16, norm_first=True)
    >>> model = xn.nn.TransformerEncoder(layer, 2, norm=xn.nn.LayerNorm(8))
    >>> model(xn.asarray([[[0.5] * 8]] * 3)).shape
    (3, 1, 8)
    """

    def __init__(
        self,
        encoder_layer: Module | Sequence[Module],
        num_layers: int | None = None,
        norm: Module | None = None,
    ) -> None:
        where = "TransformerEncoder"
        given = list(encoder_layer) if isinstance(encoder_layer, list | tuple) else None
        if given is None or not given:
            init.require_sizes(where, num_layers=num_layers)
        elif num_layers not in (None, len(given)):
            raise ArgumentError(
                f"{where}: num_layers must be {len(given)} or None for a list of so many layers, "
                f"got {num_layers!r}; a single layer is copied"
            )
        if norm is not None and not isinstance(norm, Module):
            raise ArgumentError(
                f"{where}: norm must be an nn.Module or None, got {norm!r}; as in "
                "nn.LayerNorm(d_model)"
            )
        if given is None:
            first = require_module(where, encoder_layer)
            given = [copy.deepcopy(first) for _ in range(num_layers or 0)]
        self.layers = ModuleList(require_module(where, layer) for layer in given)
        self.norm = norm

    def forward(
        self,
        src: Any,
        mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool = False,
    ) -> Any:
        """Apply the layers in order; see :meth:`TransformerEncoderLayer.forward`."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, is_causal)
        return src if self.norm is None else self.norm(src)
