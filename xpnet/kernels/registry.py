"""Faster versions of named ops and optimizer rules, one library each.

A kernel replaces the generic array API code of an op for the arrays of one library, where its
predicate says that it fits; otherwise the generic code runs. So kernels change speed, never results
of numbers beyond rounding (an infinity or NaN may spread differently): delete every kernel and all
tests still pass. ``XPNET_KERNELS=off`` in the
environment switches them off, :func:`disabled` does so for a block.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..backend.library import library_of_type
from ..errors import ArgumentError

__all__ = ["Kernel", "disabled", "find", "find_for", "register", "registered"]


def _always(*args: Any, **options: Any) -> bool:
    return True


def _not_this_kind(*args: Any, **options: Any) -> Any:
    raise NotImplementedError("an op's kernel has forward and backward, an optimizer's has update")


@dataclass(frozen=True, slots=True)
class Kernel:
    """A faster version of one op or optimizer rule.

    Attributes
    ----------
    name : str
        The op's or optimizer's name, as in ``"linear"``, ``"adam"``.
    library : str
        The name of the array library whose arrays it takes.
    forward, backward : callable
        For an op: same signatures as the generic pair (see ``ops/op.py``).
    update : callable
        For an optimizer: same signature as the generic rule; may write to its arguments.
    together : callable, optional
        For an optimizer: ``together(kept, ps, gs, states, decays, options) -> ps or None`` updates
        several small parameters at once, and their states in place, or returns None without having
        changed anything; then each is updated on its own. `kept` is a dict that is its own.
    advance : callable, optional
        For an optimizer whose `together` can be recorded and replayed: ``advance(kept, states,
        decays, options) -> bool`` comes before each replay. It writes the numbers that change from
        step to step to where the recorded launch reads them, and counts the step in `states`; it
        returns False, having done nothing, if anything else changed since the recording.
    adds_decay : bool
        Whether weight decay adds λ p to the gradient. Then `together` does so, with a λ of each
        parameter in `decays`, and parameters with the same options but for λ are given to it at
        once; otherwise `decays` are zero and λ is among the options.
    largest : int
        How many numbers a parameter may have to be given to `together`.
    accepts : callable
        Called with the arguments of ``forward`` (or ``update``); False sends the call to the
        generic code. It must be cheap.
    optional : bool
        Whether it is there for speed alone, and may be switched off.
    """

    name: str
    library: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    update: Callable[..., Any]
    accepts: Callable[..., bool] = _always
    together: Callable[..., Any] | None = None
    largest: int = 0
    adds_decay: bool = False
    advance: Callable[..., bool] | None = None
    optional: bool = True


_KERNELS: dict[tuple[str, str], Kernel] = {}
_BY_TYPE: dict[tuple[str, type], Kernel | None] = {}
_STAYING: set[str] = set()
"""The libraries with kernels that are not switched off: those that write a graph, not faster."""
_loaded: set[str] = set()
_enabled = os.environ.get("XPNET_KERNELS", "on").lower() not in ("off", "0", "false", "no")


def register(
    name: str,
    *,
    library: str,
    forward: Callable[..., Any] | None = None,
    backward: Callable[..., Any] | None = None,
    update: Callable[..., Any] | None = None,
    accepts: Callable[..., bool] = _always,
    together: Callable[..., Any] | None = None,
    largest: int = 0,
    adds_decay: bool = False,
    advance: Callable[..., bool] | None = None,
    optional: bool = True,
) -> Kernel:
    """Register a kernel; see :class:`Kernel` for the arguments.

    Raises
    ------
    ArgumentError
        If neither an op's pair nor an optimizer's rule is given.
    """
    if (forward is None) != (backward is None) or (forward is None) == (update is None):
        raise ArgumentError(
            f"register: kernel {name!r} must have forward and backward, or update alone; give the "
            "pair for an op, the rule for an optimizer"
        )
    kernel = Kernel(
        name,
        library,
        forward or _not_this_kind,
        backward or _not_this_kind,
        update or _not_this_kind,
        accepts,
        together,
        largest,
        adds_decay,
        advance,
        optional,
    )
    _KERNELS[name, library] = kernel
    if not optional:
        _STAYING.add(library)
    _BY_TYPE.clear()
    return kernel


def find(name: str, first: Any, *args: Any, **options: Any) -> Kernel | None:
    """Return the kernel that fits these arguments, or None. `first` decides the library."""
    kernel = find_for(name, type(first))
    if kernel is None or not kernel.accepts(first, *args, **options):
        return None
    return kernel


def find_for(name: str, kind: type) -> Kernel | None:
    """Return the kernel for arrays of a type, without asking what else it accepts."""
    if not _enabled:
        return _staying(name, kind)
    try:
        return _BY_TYPE[name, kind]
    except KeyError:
        return _look_up(name, kind)


def _staying(name: str, kind: type) -> Kernel | None:
    """Return a kernel that is there although kernels are switched off."""
    if not _STAYING:
        return None
    library = library_of_type(kind)
    if library is None or library.name not in _STAYING:
        return None
    found = _KERNELS.get((name, library.name))
    return None if found is None or found.optional else found


def _look_up(name: str, kind: type) -> Kernel | None:
    library = library_of_type(kind)
    found = None
    if library is not None:
        _load(library.name)
        found = _KERNELS.get((name, library.name))
    _BY_TYPE[name, kind] = found
    return found


def _load(library: str) -> None:
    """Import the kernels of a library when its first array is met, not before."""
    if library not in _loaded:
        _loaded.add(library)
        module = f"{__package__}.{library}"
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module)


def registered(library: str) -> list[Kernel]:
    """Return the kernels of a library, loading them first; tests are generated from this."""
    _load(library)
    return [kernel for kernel in _KERNELS.values() if kernel.library == library]


@contextmanager
def disabled() -> Iterator[None]:
    """Run the generic code inside the block.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import kernels
    >>> with kernels.disabled():
    ...     kernels.find("linear", np.ones(3)) is None
    True
    """
    global _enabled
    before, _enabled = _enabled, False
    try:
        yield
    finally:
        _enabled = before
