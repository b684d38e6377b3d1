"""The layer that turns numbers of words into vectors."""

from __future__ import annotations

from typing import Any

from ..backend import DEFAULT_FLOAT, DeviceLike, extra, is_array, unwrap
from ..errors import DTypeError
from ..ops.embedding import embedding, require_padding_idx
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["Embedding"]


class Embedding(Module):
    """A table with a row for each word, from which indices pick: (...) -> (..., D).

    Parameters
    ----------
    num_embeddings : int
        V, the number of words (or characters, positions, ...).
    embedding_dim : int
        D.
    padding_idx : int, optional
        The number of a row that stands for no word: initially zero, and without a gradient.
    device : str or Device, optional
        Where the table is created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight : Parameter, (V, D)
        Initially normal with mean 0 and standard deviation 1, as in PyTorch.

    Raises
    ------
    ArgumentError
        If a size is not positive, `padding_idx` is no row, or an index is outside 0 ... V-1 (the
        last only where looking does not wait for a device; elsewhere such rows are NaN).
    DTypeError
        If the indices are not integers.

    References
    ----------
    Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, "A neural probabilistic language model", JMLR 3,
    2003, section 2.

    Examples
    --------
    >>> import xpnet as xn
    >>> layer = xn.nn.Embedding(65, 16, padding_idx=0)
    >>> layer(xn.asarray([[5, 1, 0], [7, 0, 0]])).shape
    (2, 3, 16)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        init.require_sizes("Embedding", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        require_padding_idx("Embedding", padding_idx, num_embeddings)
        shape = (num_embeddings, embedding_dim)
        weight = init.draw("normal", shape, std=1.0, device=device, dtype=dtype)
        if padding_idx is not None:
            padding_idx %= num_embeddings
            weight = extra.write(weight, (padding_idx, ...), 0.0)
        self.padding_idx = padding_idx
        self.weight = Parameter(weight)

    def forward(self, indices: Any) -> Any:
        """Pick rows."""
        if not is_array(unwrap(indices)):
            raise DTypeError(
                f"Embedding: indices must be an array, got a {type(indices).__name__}; convert "
                "them with xn.asarray(indices)"
            )
        return embedding(self.weight, indices, padding_idx=self.padding_idx)
