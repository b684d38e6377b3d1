"""Training and evaluation that run out of memory: what is told, and what is left."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ..data import DataLoader
from ..nn.out_of_memory import explained

__all__ = ["tells_sizes"]

P = ParamSpec("P")
R = TypeVar("R")

REMEDIES = {
    "fit": "take a smaller batch_size, with accumulate= in the Trainer to make as large steps of "
    "several batches, or precision='float16'; {}. After that, fit can be called again",
    "evaluate": "take a smaller batch_size; nothing was changed",
}
BEFORE = "parameters are as before this step"
WITHIN = "it happened in the optimizer's update, so some parameters may be one step ahead of others"


def tells_sizes(method: Callable[P, R]) -> Callable[P, R]:
    """Let a method of the trainer raise an OutOfMemoryError where a library says something alike.

    Gradients, the tape and all else of the step that failed are freed.
    """

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except (MemoryError, RuntimeError) as error:
            trainer: Any = args[0]
            where = method.__name__
            remedy = REMEDIES[where].format(WITHIN if trainer.precision.updating else BEFORE)
            batch = _batch_size(inspect.signature(method), args, kwargs)
            told = explained(where, error, trainer.device, batch, remedy)
            if told is None:
                raise
        raise told  # here, so that it does not refer to what the first error refers to

    return call


def _batch_size(signature: inspect.Signature, args: Any, kwargs: Any) -> int | None:
    """Return the size of the batches of a call."""
    given = signature.bind(*args, **kwargs)
    given.apply_defaults()
    _, data, *_ = given.arguments.values()
    size = data.batch_size if isinstance(data, DataLoader) else given.arguments["batch_size"]
    return size if isinstance(size, int) else None
