"""Searching hyper-parameters: every point of a grid, or points at random.

A grid of m values for each of d hyper-parameters costs m^d trainings, and tries only m values of
each. The same number of trainings at random points tries as many values of each as there are
trainings, which pays as soon as some hyper-parameters matter more than others.

J. Bergstra, Y. Bengio, 2012, *Random search for hyper-parameter optimization*, JMLR 13, figure 1.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..backend import manual_seed, random
from ..errors import ArgumentError, choose
from .arguments import positive
from .metrics import lower_is_better

__all__ = ["Sweep", "log_uniform", "sweep"]

Draw = Callable[[np.random.Generator], Any]


def sweep(
    run: Callable[..., Any],
    space: Mapping[str, Sequence[Any] | Draw],
    samples: int | None = None,
    seed: int = 0,
) -> Sweep:
    """Call ``run(**settings)`` for points of a space, and return a table of what came of it.

    Parameters
    ----------
    run : callable
        Trains with these settings and returns what was measured on validation data: a dict of
        numbers, or one number, which is called the score. Never measure on test data here: the best
        of many is the best by luck, too.
    space : dict of str to sequence or callable
        The values of each hyper-parameter, or, for random points, a function that draws one from a
        ``numpy.random.Generator``, such as :func:`log_uniform`.
    samples : int, optional
        Take so many points at random; no point of a grid is taken twice. Default: every point of
        the grid.
    seed : int
        Of the points. Before each run the random state is set to it as well, so that runs differ in
        their settings alone.

    Returns
    -------
    Sweep

    Raises
    ------
    ArgumentError
        If the space is empty, a grid has a function in it, or a run returns no numbers.

    Examples
    --------
    >>> def run(lr, units):
    ...     return {"val_loss": abs(lr - 0.1) + 1 / units}
    >>> result = sweep(run, {"lr": [0.01, 0.1, 1.0], "units": [2, 4]})
    >>> result.best("val_loss")
    {'lr': 0.1, 'units': 4, 'val_loss': 0.25}
    >>> print(result.top(2, "val_loss"))
      lr  units  val_loss
     0.1      4      0.25
    0.01      4      0.34
    >>> len(sweep(run, {"lr": log_uniform(0.01, 1.0), "units": [2, 4]}, samples=5))
    5
    """
    result = Sweep(tuple(space))
    for settings in _points(space, samples, seed):
        manual_seed(seed)
        result.append(settings, run(**settings))
    return result


def log_uniform(low: float, high: float) -> Draw:
    """Return a function that draws numbers whose logarithm is uniform: right for learning rates.

    Examples
    --------
    >>> import numpy as np
    >>> draw = log_uniform(1e-4, 1.0)
    >>> rng = np.random.default_rng(0)
    >>> bool(0.3 < np.mean([draw(rng) < 1e-2 for _ in range(1000)]) < 0.7)
    True
    """
    if not 0 < low < high < math.inf:
        raise ArgumentError(
            f"log_uniform: low and high must be positive and low < high, got {low!r} and {high!r}; "
            "as in (1e-4, 1.0)"
        )
    return lambda rng: float(math.exp(rng.uniform(math.log(low), math.log(high))))


class Sweep:
    """One row per run: its settings, and what was measured.

    Parameters
    ----------
    settings : sequence of str
        The names of the hyper-parameters.

    Attributes
    ----------
    rows : list of dict
        In the order of the runs.

    Examples
    --------
    >>> result = Sweep(["lr"])
    >>> result.append({"lr": 0.1}, {"val_accuracy": 0.9})
    >>> result.append({"lr": 9.9}, {"val_accuracy": float("nan")})  # it diverged
    >>> result.columns, result["val_accuracy"]
    (['lr', 'val_accuracy'], [0.9, nan])
    >>> result.best("val_accuracy")
    {'lr': 0.1, 'val_accuracy': 0.9}
    """

    def __init__(self, settings: Sequence[str]) -> None:
        self.settings = tuple(settings)
        self.rows: list[dict[str, Any]] = []

    def append(self, settings: Mapping[str, Any], measured: Any) -> None:
        """Add a run."""
        numbers = measured if isinstance(measured, Mapping) else {"score": measured}
        for name, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int | float | np.number):
                raise ArgumentError(
                    f"sweep: run must return numbers, got {value!r} for {name!r}; return a dict "
                    "such as {'val_accuracy': 0.9}, or one number"
                )
        self.rows.append({**settings, **numbers})

    @property
    def columns(self) -> list[str]:
        """The names of all columns: settings first."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def __getitem__(self, column: str) -> list[Any]:
        """Return a column, with NaN where a run has no such number."""
        choose("Sweep", "column", column, self.columns)
        return [row.get(column, math.nan) for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def top(self, n: int, column: str, mode: str = "auto") -> Sweep:
        """Return the n best runs, best first; runs without a number come last.

        Parameters
        ----------
        n : int
        column : str
        mode : {"auto", "min", "max"}
            Whether small or large is good; "auto" knows it from the name, as in
            :meth:`History.best`.
        """
        positive("Sweep.top", "n", n, "1 is the best run alone")
        choose("Sweep.top", "mode", mode, ("auto", "min", "max"))
        small = lower_is_better(column) if mode == "auto" else mode == "min"
        values = [math.inf if v != v else v if small else -v for v in self[column]]
        best = Sweep(self.settings)
        best.rows = [self.rows[i] for i in sorted(range(len(self)), key=values.__getitem__)[:n]]
        return best

    def best(self, column: str, mode: str = "auto") -> dict[str, Any]:
        """Return the row of the best run.

        Raises
        ------
        ArgumentError
            If there is no such column or no number in it.
        """
        row = self.top(1, column, mode).rows[0]
        if row.get(column, math.nan) != row.get(column, math.nan):
            raise ArgumentError(
                f"Sweep.best: column {column!r} must hold a number, got NaN alone; every run has "
                "diverged: try smaller learning rates"
            )
        return row

    def __str__(self) -> str:
        if not self.rows:
            return "Sweep(no runs)"
        lines = [self.columns, *([_shown(row.get(c)) for c in self.columns] for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(f"{text:>{width}}" for text, width in zip(line, widths, strict=True))
            for line in lines
        )

    def __repr__(self) -> str:
        return f"Sweep({len(self)} runs: {', '.join(self.columns)})"


def _points(
    space: Mapping[str, Sequence[Any] | Draw], samples: int | None, seed: int
) -> Iterator[dict[str, Any]]:
    for name, values in space.items():
        if not callable(values) and (isinstance(values, str) or len(values) == 0):
            raise ArgumentError(
                f"sweep: {name} must be a list of values or a function that draws one, got "
                f"{values!r}; write [{values!r}] for a single value"
            )
    if not space:
        raise ArgumentError(
            "sweep: space must have a hyper-parameter, got none; as in {'lr': [0.01, 0.1]}"
        )
    drawn = [name for name, values in space.items() if callable(values)]
    if samples is None and drawn:
        raise ArgumentError(
            f"sweep: samples must be given where values are drawn, got None for {drawn}; write "
            "samples=20, or list the values"
        )
    if not drawn:
        grid = [dict(zip(space, v, strict=True)) for v in itertools.product(*_lists(space))]
        if samples is not None:
            positive("sweep", "samples", samples, "None takes every point of the grid")
            order = random.stream(seed, "sweep").permutation(len(grid))
            grid = [grid[i] for i in order[:samples]]
        yield from grid
        return
    for i in range(positive("sweep", "samples", samples, "20 is a beginning")):
        rng = random.stream(seed, "sweep", i)  # one more sample leaves the others as they are
        yield {
            name: values(rng) if callable(values) else values[int(rng.integers(len(values)))]
            for name, values in space.items()
        }


def _lists(space: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    return iter(space.values())


def _shown(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    return "" if value is None else str(value)
