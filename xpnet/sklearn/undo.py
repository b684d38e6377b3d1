"""A fit that fails leaves an estimator as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["unchanged_by_errors"]


@contextmanager
def unchanged_by_errors(estimator: Any) -> Iterator[None]:
    """Give an estimator its attributes back if the block raises.

    Attributes that are replaced come back, as ``fit`` replaces what an earlier one has learnt. What
    is changed in place does not: weights of a training that goes on, and diverges.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(classes_=[0, 1])
    >>> try:
    ...     with unchanged_by_errors(model):
    ...         model.classes_, model.module_ = [0], "half made"
    ...         raise ValueError("one class")
    ... except ValueError:
    ...     print(model)
    namespace(classes_=[0, 1])
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
