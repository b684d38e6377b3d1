"""Names in an ONNX graph, where each is given once."""

from __future__ import annotations

__all__ = ["free_name"]


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number behind it if it is taken; it is taken from here on.

    Examples
    --------
    >>> taken = {"x"}
    >>> free_name("x", taken), free_name("x", taken), free_name("y", taken)
    ('x_2', 'x_3', 'y')
    """
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{name}_{count}"
    taken.add(found)
    return found
