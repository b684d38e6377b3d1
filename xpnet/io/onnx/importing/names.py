"""Names in ONNX files as names of parameters: ``/features/0/weight`` is ``features.0.weight``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ....nn import Module

__all__ = ["is_path", "paths"]

PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")


def is_path(text: str) -> bool:
    """Tell whether each part of a dotted name can be an attribute of a module.

    Examples
    --------
    >>> is_path("conv1.weight"), is_path("__class__"), is_path("conv1.forward")
    (True, False, False)
    """
    parts = text.split(".")
    return len(parts) <= 32 and all(
        PART.fullmatch(part) and not hasattr(Module, part) for part in parts
    )


def paths(names: Iterable[str]) -> dict[str, str]:
    """Return a dotted name for each, all different, and none the beginning of another.

    Examples
    --------
    >>> paths(["conv1.weight", "/fc/bias", "onnx::MatMul_7", "train", "conv1"])
    {'conv1.weight': 'conv1.weight', '/fc/bias': 'fc.bias', 'onnx::MatMul_7': 'onnx_MatMul_7', \
'train': 'train_', 'conv1': 'conv1_2'}
    """
    leaves: set[str] = set()
    stems: set[str] = set()
    found = {}
    for name in names:
        path = _cleaned(name)
        number = 2
        while _taken(path, leaves, stems):
            path = f"{_cleaned(name).replace('.', '_')}_{number}"
            number += 1
        leaves.add(path)
        stems.update(_stems(path))
        found[name] = path
    return found


def _cleaned(name: str) -> str:
    parts = []
    for part in re.split(r"[./]+", name):
        word = re.sub(r"[^A-Za-z0-9_]+", "_", part).strip("_")
        if word:
            parts.append(f"{word}_" if hasattr(Module, word) else word)
    return ".".join(parts[-32:]) or "array"


def _stems(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:i]) for i in range(1, len(parts))]


def _taken(path: str, leaves: set[str], stems: set[str]) -> bool:
    return path in leaves or path in stems or any(stem in leaves for stem in _stems(path))
