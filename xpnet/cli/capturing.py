"""``--capture``: what is said of steps that cannot be recorded."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..training import CaptureWarning

__all__ = ["reasons_told_to"]


@contextmanager
def reasons_told_to(listener: Callable[[str], object]) -> Iterator[None]:
    """Tell a listener why steps are not recorded, where a warning with a line of code would be.

    Examples
    --------
    >>> with reasons_told_to(print):
    ...     warnings.warn(CaptureWarning("Trainer", "precision='float16' decides"), stacklevel=1)
    --precision float16 decides
    """

    def show(message: Warning | str, *where: Any, **more: Any) -> None:
        if isinstance(message, CaptureWarning):
            listener(message.reason.replace("precision='float16'", "--precision float16"))
        else:
            others(message, *where, **more)

    with warnings.catch_warnings():
        warnings.simplefilter("always", CaptureWarning)
        others, warnings.showwarning = warnings.showwarning, show
        yield
