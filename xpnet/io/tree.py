"""Numbers, text and arrays in lists, tuples and dicts: as JSON and arrays by name, and back.

JSON has no tuples, no keys but text, and no infinity; what it lacks is tagged by a dict with one
entry: ``{"tuple": [...]}``, ``{"dict": [[key, value], ...]}``, ``{"float": "inf"}``. An array is
``{"array": [name, axes]}``, where axes, their order in memory, is null if that is the usual one: a
product of matrices has other last bits when one of them lies the other way.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..backend import is_array, to_numpy, unwrap
from ..errors import ModelFileError
from ..typing import Array

__all__ = ["flatten", "unflatten"]


def flatten(tree: Any) -> tuple[str, dict[str, Array]]:
    """Return JSON, and the arrays that it names after their places in the tree.

    Raises
    ------
    ModelFileError
        If there is anything else in it.

    Examples
    --------
    >>> flatten({"a": [1, np.asarray(2.0)], "b": {3: (4, 5.5)}})[0]
    '{"a": [1, {"array": ["a.1", null]}], "b": {"dict": [[3, {"tuple": [4, 5.5]}]]}}'
    """
    arrays: dict[str, Array] = {}
    return json.dumps(_plain(tree, "", arrays)), arrays


def unflatten(text: str, arrays: Mapping[str, Array]) -> Any:
    """Return the tree again; its arrays are those given, as they lay in memory.

    Raises
    ------
    ValueError, KeyError, TypeError
        If the text is none of :func:`flatten`.

    Examples
    --------
    >>> unflatten(*flatten({"a": [1, np.asarray(2.0)], "b": {3: (4, float("inf"))}}))
    {'a': [1, array(2.)], 'b': {3: (4, inf)}}
    """
    return _rich(json.loads(text), arrays)


def _plain(value: Any, place: str, arrays: dict[str, Array]) -> Any:
    if value is None or isinstance(value, bool | str) or type(value) is int:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, np.generic) or is_array(value):
        name = place
        while name in arrays:  # "a.b" is the place of two: {"a": {"b": 1}, "a.b": 2}
            name += "'"
        arrays[name] = unwrap(value)
        return {"array": [name, _axes_in_memory(arrays[name])]}
    if isinstance(value, list | tuple):
        items = [_plain(item, _join(place, i), arrays) for i, item in enumerate(value)]
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, Mapping):
        if not all(isinstance(key, str | int) for key in value):
            raise _misfit(next(k for k in value if not isinstance(k, str | int)), place)
        items = [[key, _plain(item, _join(place, key), arrays)] for key, item in value.items()]
        # a dict of one entry could be taken for a tag
        tagged = len(items) == 1 or not all(isinstance(key, str) for key in value)
        return {"dict": items} if tagged else dict(items)
    raise _misfit(value, place)


def _misfit(value: Any, place: str) -> ModelFileError:
    return ModelFileError(
        "checkpoint: a state must be made of numbers, text, arrays, lists, tuples and dicts, got "
        f"{type(value).__name__} in {place or 'it'!r}; return something else from state_dict()"
    )


def _join(place: str, key: Any) -> str:
    return f"{place}.{key}" if place else str(key)


def _axes_in_memory(array: Array) -> list[int] | None:
    """Return the axes of a NumPy array from slow to fast, if they are not in order."""
    if not isinstance(array, np.ndarray) or array.flags.c_contiguous:
        return None
    axes = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    return None if axes == list(range(array.ndim)) else axes


def _rich(value: Any, arrays: Mapping[str, Array]) -> Any:
    if isinstance(value, list):
        return [_rich(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        return {key: _rich(item, arrays) for key, item in value.items()}
    ((tag, content),) = value.items()
    if tag == "array":
        name, axes = content
        return _laid_out(arrays[name], axes)
    if tag == "dict":
        return {key: _rich(item, arrays) for key, item in content}
    if tag == "tuple":
        return tuple(_rich(item, arrays) for item in content)
    if tag == "float":
        return float(content)
    raise ValueError(f"the tag {tag!r}")


def _laid_out(array: Array, axes: list[int] | None) -> Array:
    if axes is None:
        return array
    host = to_numpy(array)
    return np.asarray(host.transpose(axes), order="C").transpose(np.argsort(axes))
