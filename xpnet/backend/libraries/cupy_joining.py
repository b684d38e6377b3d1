"""Arrays that are joined while a step is recorded.

CuPy joins more than 8 arrays in one launch, by a table of their addresses that it copies from the
host: a recording would keep the place of the table on the host, where something else is by the
time of the replay. Up to 8 it copies one by one, so many are joined in groups then.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from ...typing import Array, Namespace
from ..recording import recording

__all__ = ["joining_in_groups"]

MOST = 8
"""So many arrays CuPy joins without a table."""


def joining_in_groups(xp: Namespace) -> Namespace:
    """Return the namespace with `concat` and `stack` that can be recorded.

    Examples
    --------
    >>> import array_api_compat.numpy
    >>> xp = joining_in_groups(array_api_compat.numpy)
    >>> xp.concat([xp.ones(2), xp.zeros(1)])
    array([1., 1., 0.])
    """

    def concat(arrays: Sequence[Array], /, *, axis: int | None = 0) -> Array:
        parts = list(arrays)
        if recording() is not None and len(parts) > MOST:
            if axis is None:
                parts, axis = [xp.reshape(x, (-1,)) for x in parts], 0
            while len(parts) > MOST:
                groups = [parts[i : i + MOST] for i in range(0, len(parts), MOST)]
                parts = [xp.concat(group, axis=axis) for group in groups]
        return xp.concat(parts, axis=axis)

    def stack(arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
        if recording() is None or len(arrays) <= MOST:
            return xp.stack(arrays, axis=axis)
        return concat([xp.expand_dims(x, axis=axis) for x in arrays], axis=axis)

    joined = ModuleType(xp.__name__, xp.__doc__)
    own = {"concat": concat, "stack": stack, "__getattr__": lambda name: getattr(xp, name)}
    vars(joined).update(vars(xp), **own)
    return joined
