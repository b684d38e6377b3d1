"""Integers that follow the size of an axis: told from a few runs with other sizes.

An integer in a list of lengths that is 2 · 12 in a run with 2 rows, 3 · 12 with 3 and 5 · 12 with 5
is 12 · batch. All integers of the runs are explained in one of these ways, the simplest first:

    c                    the same in all runs
    c · S ... S'         a multiple of one size, or of several
    c · S + d            a length less something

A run with other sizes than those that the formula was found from has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import prod
from typing import NamedTuple

__all__ = ["Formula", "explain", "told"]

Sizes = dict[str, int]


def told(sizes: Sizes) -> str:
    """Return the sizes as errors name them."""
    return ", ".join(f"{name} = {n}" for name, n in sizes.items())


class Formula(NamedTuple):
    """factor · product of `symbols` + offset."""

    factor: int
    symbols: tuple[str, ...] = ()
    offset: int = 0

    def __str__(self) -> str:
        text = "*".join([str(self.factor)] * (self.factor != 1) + list(self.symbols))
        return text + (f"{self.offset:+d}" if self.offset else "")

    def at(self, sizes: Sizes) -> int:
        """Return the number for these sizes."""
        return self.factor * prod(sizes[symbol] for symbol in self.symbols) + self.offset


def explain(numbers: Sequence[int], sizes: Sequence[Sizes]) -> Formula | None:
    """Return what gives these numbers for these sizes, None if nothing does.

    Examples
    --------
    >>> runs = [{"batch": 2}, {"batch": 3}, {"batch": 5}]
    >>> explain([7, 7, 7], runs)
    Formula(factor=7, symbols=(), offset=0)
    >>> str(explain([24, 36, 60], runs)), str(explain([1, 2, 4], runs))
    ('12*batch', 'batch-1')
    >>> explain([4, 9, 25], runs)
    """
    if len(set(numbers)) == 1:
        return Formula(numbers[0], (), 0)
    names = list(sizes[0])
    for count in range(1, len(names) + 1):
        for symbols in combinations(names, count):
            whole, rest = divmod(numbers[0], prod(sizes[0][s] for s in symbols))
            found = Formula(whole, symbols, 0)
            if not rest and _explains(found, numbers, sizes):
                return found
    for name in names:
        other = next(i for i, run in enumerate(sizes) if run[name] != sizes[0][name])
        step = sizes[other][name] - sizes[0][name]
        factor, rest = divmod(numbers[other] - numbers[0], step)
        found = Formula(factor, (name,), numbers[0] - factor * sizes[0][name])
        if not rest and _explains(found, numbers, sizes):
            return found
    return None


def _explains(formula: Formula, numbers: Sequence[int], sizes: Sequence[Sizes]) -> bool:
    return all(formula.at(run) == n for n, run in zip(numbers, sizes, strict=True))
