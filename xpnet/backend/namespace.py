"""Which namespace computes with these arrays, and which device they live on."""

from __future__ import annotations

from typing import Any

from ..errors import BackendError, DeviceError
from ..typing import Array, Namespace
from .library import library_of, library_of_type

__all__ = [
    "describe",
    "is_array",
    "is_tensor",
    "namespace",
    "require_one_home",
    "require_one_library",
    "unwrap",
]

# np.float64 is a Python float too: it goes with arrays of any library
_SCALARS = (bool, int, float, complex, type(None))


def is_tensor(x: object) -> bool:
    """Tell whether `x` is a Tensor: an array that remembers how it was computed."""
    return hasattr(type(x), "__wrapped_array__")


def is_array(x: object) -> bool:
    """Tell whether `x` is an array of a known library (Tensors and scalars are not)."""
    return library_of_type(type(x)) is not None and hasattr(x, "dtype") and hasattr(x, "shape")


def unwrap(x: Any) -> Any:
    """Return the bare array inside a Tensor; anything else unchanged."""
    return x.__wrapped_array__ if is_tensor(x) else x


def namespace(*arrays: Array) -> Namespace:
    """Return the array API namespace of the arrays; Python scalars and None are ignored.

    As soon as one of them is a Tensor this is the differentiable namespace, whose functions are
    those of the standard and are recorded.

    Raises
    ------
    DeviceError
        If arrays of several libraries are mixed.
    BackendError
        If there is no array among the arguments, or one of an unknown library.

    Examples
    --------
    >>> import numpy as np
    >>> xp = namespace(np.ones(3))
    >>> float(xp.sum(xp.ones(3)))
    3.0
    """
    kinds = set(map(type, arrays))
    if len(kinds) == 1 and (known := library_of_type(*kinds)) is not None:
        return known.xp
    found: Namespace = None
    home = None
    for x in arrays:
        if isinstance(x, _SCALARS):
            continue
        bare = unwrap(x)
        library = library_of_type(type(bare))
        if library is None:
            return _foreign(x)
        if home is not None and library is not home:
            raise _several_homes("namespace", arrays, library.device_name(library.device(bare)))
        home = library
        if x is not bare:
            found = x.__array_namespace__()
    if home is not None:
        return home.xp if found is None else found
    for x in arrays:
        if is_array(x):  # nothing but scalars of NumPy
            return library_of(x).xp
    raise BackendError(
        "namespace: at least one argument must be an array, got none; make one of a number with "
        "xpnet.asarray"
    )


def _foreign(x: Array) -> Namespace:
    """Let an array of an unregistered library speak for itself if it follows the standard."""
    if hasattr(x, "__array_namespace__"):
        return x.__array_namespace__()
    return library_of(x).xp  # raises, and says which libraries are known


def describe(arrays: Any) -> str:
    """List library, device, dtype and shape of each array, for errors."""
    lines = []
    for x in arrays:
        bare = unwrap(x)
        library = library_of_type(type(bare))
        if library is not None and hasattr(bare, "shape"):
            shape = tuple(bare.shape)
            where = library.device_name(library.device(bare))
            lines.append(f"{library.name} array {shape} {bare.dtype} on {where!r}")
        elif bare is not None:
            lines.append(f"{type(bare).__name__}")
    return "; ".join(lines)


def require_one_library(where: str, arrays: Any) -> None:
    """Raise a DeviceError if the arrays belong to several libraries; quicker than the next."""
    bare = [unwrap(x) for x in arrays if not isinstance(x, _SCALARS)]
    found = {library_of_type(type(x)) for x in bare} - {None}
    if len(found) > 1:
        require_one_home(where, arrays)


def require_one_home(where: str, arrays: Any) -> None:
    """Raise a DeviceError if the arrays live on several devices or in several libraries."""
    homes = set()
    for x in arrays:
        bare = unwrap(x)
        library = library_of_type(type(bare))
        if library is not None and hasattr(bare, "shape") and not isinstance(x, _SCALARS):
            homes.add((library.name, library.device_name(library.device(bare))))
    if len(homes) > 1:
        raise _several_homes(where, arrays, max(name for _, name in homes))


def _several_homes(where: str, arrays: Any, target: str) -> DeviceError:
    return DeviceError(
        f"{where}: arrays must share one library and device, got {describe(arrays)}; "
        f"move them first, e.g. xpnet.to_device(x, {target!r})"
    )
