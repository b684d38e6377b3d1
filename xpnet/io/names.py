"""The names that arrays have in files, and those that a model has for them.

Programs that wrap a model leave their mark in front of its names: ``module.`` (PyTorch's
DataParallel), ``_orig_mod.`` (``torch.compile``), ``model.`` (a model in a model).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from ..errors import ArgumentError, ModelFileError
from ..nn import Module
from ..nn.state import fits

__all__ = ["Rename", "remedy", "renamed"]

Rename = Mapping[str, str] | Callable[[str], str | None]
"""Prefixes and what stands in their place, or a function; None of a name leaves the array out."""

T = TypeVar("T")

WRAPPERS = ("_orig_mod.", "_fsdp_wrapped_module.", "module.")
PART = re.compile(r"(.*)-\d+-of-\d+(\.\w+)")


def renamed(arrays: Mapping[str, T], rename: Rename, where: str) -> dict[str, T]:
    """Return the arrays under their new names.

    Raises
    ------
    ArgumentError
        If `rename` is neither a dict of texts nor a function that returns text or None.
    ModelFileError
        If two arrays get the same name.

    Examples
    --------
    >>> renamed({"module.0.bias": 1, "module.0.weight": 2}, {"module.": ""}, "load")
    {'0.bias': 1, '0.weight': 2}
    >>> renamed({"a.gamma": 1, "step": 2}, {"a.gamma": "a.weight", "step": "steps"}.get, "load")
    {'a.weight': 1, 'steps': 2}
    """
    function = _function(rename)
    origin: dict[str, str] = {}
    for old in arrays:
        new = function(old)
        if new is None:
            continue
        if not isinstance(new, str):
            raise ArgumentError(
                f"load: rename must return a name, or None to leave the array out, got {new!r} "
                f"for {old!r}; return text"
            )
        if new in origin:
            raise ModelFileError(
                f"{where} must get a name of its own for each array from rename, got {new!r} for "
                f"both {origin[new]!r} and {old!r}; return None for the one to be left out"
            )
        origin[new] = old
    return {new: arrays[old] for new, old in origin.items()}


def _function(rename: Rename) -> Callable[[str], str | None]:
    if callable(rename):
        return rename
    if not isinstance(rename, Mapping) or not all(
        isinstance(text, str) for pair in rename.items() for text in pair
    ):
        raise ArgumentError(
            "load: rename must be a dict of prefixes and what stands in their place, or a "
            f"function of a name, got {rename!r}; write rename={{'module.': ''}}"
        )
    longest_first = sorted(rename.items(), key=lambda pair: -len(pair[0]))

    def replace(name: str) -> str:
        for prefix, other in longest_first:
            if name.startswith(prefix):
                return other + name[len(prefix) :]
        return name

    return replace


def remedy(path: str, model: Module, arrays: Mapping[str, T]) -> str:
    """Return what would make arrays that do not fit a model fit; empty if nothing is known."""
    for shown, rename in _attempts(model, list(arrays)):
        try:
            if fits(model, renamed(arrays, rename, "")):
                return (
                    "; but for their names they fit: write\n"
                    f"xpnet.load({path!r}, model=model, rename={shown})"
                )
        except ModelFileError:
            continue
    part = PART.fullmatch(os.path.basename(path))
    if part:
        index = os.path.join(os.path.dirname(path), f"{part[1]}{part[2]}.index.json")
        return f"; this is one of several files of a model: load {index!r}"
    return ""


def _attempts(model: Module, names: list[str]) -> Iterator[tuple[str, Rename]]:
    """Yield Python text and what it means, from simple to less so."""
    given = _common_parts(names)
    own = _common_parts(model.state_dict())
    for cut in range(len(given) + 1):
        for put in range(len(own) + 1):
            old, new = "".join(given[:cut]), "".join(own[:put])
            if old or new:
                yield f"{{{old!r}: {new!r}}}", {old: new}
    for wrapper in WRAPPERS:
        text = f"lambda name: name.replace({wrapper!r}, '')"
        yield text, lambda name, wrapper=wrapper: name.replace(wrapper, "")  # type: ignore[misc]


def _common_parts(names: Iterable[str]) -> list[str]:
    """Return what all names begin with, in parts: ["module.", "0."], say."""
    parents = [name.split(".")[:-1] for name in names]
    common = []
    for parts in zip(*parents, strict=False):
        if len(set(parts)) > 1:
            break
        common.append(f"{parts[0]}.")
    return common
