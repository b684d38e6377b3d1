"""Training and evaluation mode of a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..nn import Module

__all__ = ["mode_kept"]


@contextmanager
def mode_kept(model: Module) -> Iterator[None]:
    """Leave every module in the mode, training or evaluation, that it had before.

    Examples
    --------
    >>> from xpnet import nn
    >>> model = nn.Linear(2, 2)
    >>> with mode_kept(model):
    ...     _ = model.eval()
    >>> model.training
    True
    """
    before = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in before:
            module.training = training
