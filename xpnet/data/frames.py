"""Tables of pandas, polars and their like, as arrays; none of these libraries is imported.

A table is known by its method ``to_numpy``. Column names are not kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import is_array
from ..errors import DataError

__all__ = ["is_frame", "rows_of"]

NUMBERS = "biuf"  # NumPy's kinds: bool, int, unsigned, float


def is_frame(x: Any) -> bool:
    """Tell whether `x` is a data frame, or one column of one (a series).

    Examples
    --------
    >>> import numpy as np
    >>> is_frame(np.eye(2)), is_frame([1.0, 2.0])
    (False, False)
    """
    return not isinstance(x, type) and callable(getattr(x, "to_numpy", None)) and not is_array(x)


def rows_of(where: str, frame: Any) -> np.ndarray:
    """Return the numbers of a data frame, (N, D), or of a series, (N,).

    Columns of several data types become the one that holds them all.

    Raises
    ------
    DataError
        If a column holds no numbers; the message names all such columns.
    """
    whole = np.asarray(frame.to_numpy())
    if whole.dtype.kind in NUMBERS:
        return np.ascontiguousarray(whole)
    if whole.ndim < 2:
        shown = [repr(getattr(frame, "name", None) or "of the series")]
        raise _no_numbers(where, shown, f"{frame.dtype}")
    columns = [np.asarray(_column(frame, i).to_numpy()) for i in range(whole.shape[1])]
    wrong = [i for i, column in enumerate(columns) if column.dtype.kind not in NUMBERS]
    if wrong:
        names = list(frame.columns)
        dtypes = {str(_column(frame, i).dtype): None for i in wrong}
        raise _no_numbers(where, [repr(names[i]) for i in wrong], ", ".join(dtypes))
    return np.stack(columns, axis=1)  # such as booleans next to floats, which pandas has as objects


def _column(frame: Any, i: int) -> Any:
    # by position, because pandas lets columns share a name
    return frame.iloc[:, i] if hasattr(frame, "iloc") else frame[:, i]


def _no_numbers(where: str, columns: list[str], dtypes: str) -> DataError:
    shown = ", ".join(columns[:8]) + (", ..." if len(columns) > 8 else "")
    return DataError(
        f"{where}: the columns of a data frame must hold numbers without gaps, got {dtypes} in "
        f"{len(columns)}: {shown}; leave them out, fill the gaps, or turn categories into numbers "
        "(pandas.get_dummies, polars' to_dummies)"
    )
