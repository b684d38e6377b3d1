"""With which sizes a model is run, so that its graph can be told for any.

The *runs* find the formulas: a model that refuses one of them is run by the next plan. The *probes*
have the last word: sizes of another kind, at which a model may refuse to run (a length that cannot
be halved, more steps than there are positions), but must not compute something else.

====================  ==========================================  ==============================
axis                  runs                                        probes
====================  ==========================================  ==============================
the first of arrays   2, 3, 5; else L, L + 1, L + 3               1, 101 (or 37)
another               L, 2 L, 3 L; else L - 1, L - 2, L - 3       L + 1, 7, 101 (or 37)
====================  ==========================================  ==============================

L is the example's length, which is itself a probe. 101 and 37 are left out where they are too much
to compute. A 1 is spread to other sizes without being asked, so it is no size of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from .sizes import Sizes

__all__ = ["DynamicAxes", "Hint", "Inputs", "Places", "Plan", "advice", "plans", "resized"]

DynamicAxes: TypeAlias = Mapping[str, Mapping[int, str]]
Hint: TypeAlias = Callable[[Sequence[str]], str]
Inputs = dict[str, np.ndarray]
Places = Mapping[str, Sequence[tuple[str, int]]]

ROWS = (2, 3, 5)
PRIMES = (101, 37)
AFFORDABLE = 2**21
"""How many elements all arrays of a run with many rows may have together."""


class Plan(NamedTuple):
    """The sizes of the runs and of the probes, of which one of each group is made."""

    runs: list[Sizes]
    probes: list[list[Sizes]]
    first_axes: frozenset[str]

    def affordable(self, sizes: Sizes, elements: int) -> bool:
        """Whether a run is cheap, if the first one computed so many elements."""
        first = self.runs[0]
        cost = float(elements)
        for symbol, length in sizes.items():
            ratio = max(1.0, length / first[symbol])
            cost *= ratio if symbol in self.first_axes else ratio**2  # attention is quadratic
        return cost <= AFFORDABLE


def plans(arrays: Mapping[str, np.ndarray], places: Places) -> list[Plan]:
    """Return how a model may be run, the usual way first.

    In the first run all sizes are the first ones; in the next, one after the other, a single size
    is another; in the last one all are. In each probe a single size is another than in the first.
    """
    example = {symbol: arrays[where[0][0]].shape[where[0][1]] for symbol, where in places.items()}
    leading = frozenset(symbol for symbol, where in places.items() if where[0][1] == 0)
    found: list[Plan] = []
    for attempt in range(2):
        lengths = {s: _lengths(n, s in leading, attempt) for s, n in example.items()}
        first = {symbol: three[0] for symbol, three in lengths.items()}
        turns = [{**first, symbol: three[1]} for symbol, three in lengths.items()]
        last = {symbol: three[2] for symbol, three in lengths.items()}
        runs = [first, *turns, last]
        probes = [[dict(example)]]
        for symbol, length in example.items():
            others = [1] if symbol in leading else [max(length, 2) + 1, 7]
            probes += [[{**first, symbol: n}] for n in others]
            probes.append([{**first, symbol: n} for n in PRIMES])
        if not found or runs != found[0].runs:
            found.append(Plan(runs, probes, leading))
    return found


def _lengths(length: int, leading: bool, attempt: int) -> tuple[int, int, int]:
    """Return three sizes: small ones of rows, multiples of others, as halving needs them."""
    least = max(length, 2)
    if leading:
        return (least, least + 1, least + 3) if attempt else ROWS
    if attempt and least > 3:  # there is a most
        return least - 1, least - 2, least - 3
    return least, 2 * least, 3 * least


def resized(arrays: Mapping[str, np.ndarray], places: Places, sizes: Sizes) -> Inputs:
    """Repeat or cut the example."""
    found = dict(arrays)
    for symbol, where in places.items():
        for name, axis in where:
            if found[name].shape[axis] != sizes[symbol]:
                wanted = np.arange(sizes[symbol]) % found[name].shape[axis]
                found[name] = np.take(found[name], wanted, axis=axis)
    return found


def advice(
    arrays: Mapping[str, np.ndarray], dynamic: DynamicAxes | None, names: Sequence[str]
) -> str:
    """Return what may be done about a model that computes something else for another size.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray
        The inputs.
    dynamic : mapping or None
        The axes that were named; without it the rows are open alone.
    names : sequence of str
        The sizes at fault.
    """
    if dynamic:
        named = [symbol for axes in dynamic.values() for symbol in axes.values()]
        ways = [f"leave {name!r} out of dynamic" for name in names if name in named]
        ways += ["give dynamic_batch=False"] * any(name not in named for name in names)
        return f"write forward as one formula for all sizes, or {' or '.join(ways)}"
    other = next((name for name, x in arrays.items() if x.ndim > 1), None)
    place = (
        ""
        if other is None
        else f" name the one of the rows if it is not the first (dynamic={{{other!r}: "
        "{1: 'batch'}}),"
    )
    return (
        f"write forward without loops over that axis,{place} or fix the size of the example with "
        "dynamic_batch=False"
    )
