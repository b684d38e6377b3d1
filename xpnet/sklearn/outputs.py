"""What a network says for X, in pieces, where X is."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ..backend import dtype_name, dtype_of, namespace
from ..nn import Module

__all__ = ["outputs_of", "rows_at_once"]

ROWS = 1024  # that go through the network together: a batch that fits in caches
ELEMENTS = 2**22  # of rows that are dense at one time: 32 MB in double precision


def rows_at_once(x: Any, rows: int) -> int:
    """Return how many rows of a matrix become dense together: fewer where they are long.

    Examples
    --------
    >>> rows_at_once(np.zeros((5, 3)), 4096), rows_at_once(sparse.csr_array((5, 2**20)), 4096)
    (4096, 4)
    """
    features = int(x.shape[1])
    return max(1, min(rows, ELEMENTS // max(1, features)))


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
        rows = rows_at_once(x, ROWS)
        starts = range(0, x.shape[0], rows)
        return np.concatenate([outputs_of(module, x[i : i + rows].toarray()) for i in starts])
    xp = namespace(x)
    wanted = dtype_of(xp, dtype_name(next(module.parameters()).dtype))
    return module.predict(x if x.dtype == wanted else xp.astype(x, wanted), batch_size=ROWS)
