"""What a network says for X, in pieces, where X is."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ..backend import dtype_name, dtype_of, namespace
from ..nn import Module

__all__ = ["outputs_of"]

ROWS = 1024  # that go through the network together: a batch that fits in caches


def outputs_of(module: Module, x: Any) -> Any:
    """Return the outputs of a network, in the library and on the device of `x`.

    Parameters
    ----------
    module : Module
        May live elsewhere than `x`.
    x : array or CSR matrix, (N, ...)
        Rows of a sparse matrix become dense a piece at a time.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn
    >>> outputs_of(nn.Linear(3, 2), np.ones((4, 3))).dtype
    dtype('float32')
    """
    if sparse.issparse(x):
        starts = range(0, x.shape[0], ROWS)
        return np.concatenate([outputs_of(module, x[i : i + ROWS].toarray()) for i in starts])
    xp = namespace(x)
    wanted = dtype_of(xp, dtype_name(next(module.parameters()).dtype))
    return module.predict(x if x.dtype == wanted else xp.astype(x, wanted), batch_size=ROWS)
