"""Small parameters of a group, updated as if they were one.

A step of Adam calls NumPy a dozen times, and for a few hundred numbers a call takes longer than its
arithmetic. So biases and small weights of a group lie behind each other in one piece of memory, and
so does their state; each parameter is a view of its part. The rules work number by number, so they
do to the whole what they would do to the parts. Gradients arrive one by one and are copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...typing import Array, State
from . import memory

__all__ = ["LARGEST", "together"]

LARGEST = 1 << 14
"""Parameters of more numbers are updated on their own: there copying the gradient would count."""

Update = Callable[..., tuple[Array, State]]


class _Joint:
    """Parameters and their states, moved behind each other."""

    def __init__(self, ps: Sequence[Array], states: Sequence[State]) -> None:
        first, dtype = states[0], ps[0].dtype
        self.names = [name for name, value in first.items() if type(value) is not int]
        ends = np.cumsum([p.size for p in ps]).tolist()
        self.parts = [slice(end - p.size, end) for end, p in zip(ends, ps, strict=True)]
        self.p = memory.aligned(ends[-1], dtype)
        self.g = memory.aligned(ends[-1], dtype)
        self.state: State = {name: value for name, value in first.items() if type(value) is int}
        for name in self.names:
            self.state[name] = memory.aligned(ends[-1], dtype)
        for part, p, state in zip(self.parts, ps, states, strict=True):
            self.p[part] = p.reshape(-1)
            for name in self.names:
                self.state[name][part] = state[name].reshape(-1)
        self.ps = [self.p[part].reshape(p.shape) for part, p in zip(self.parts, ps, strict=True)]
        self.states = list(states)
        self.seen: list[list[Array]] = []
        self.show(list(self.state))

    def show(self, names: Sequence[str]) -> None:
        """Let the state of each parameter be its parts of the whole."""
        self.names = [name for name in names if type(self.state[name]) is not int]
        self.seen = []
        for part, p, state in zip(self.parts, self.ps, self.states, strict=True):
            views = [self.state[name][part].reshape(p.shape) for name in self.names]
            state.update(self.state)
            state.update(zip(self.names, views, strict=True))
            self.seen.append(views)

    def holds(self, ps: Sequence[Array], states: Sequence[State]) -> bool:
        """Tell whether parameters and states are what the last step left here."""
        if len(ps) != len(self.ps):
            return False
        names, numbers = self.names, self.state.keys() - self.names
        for p, q, state, kept, views in zip(
            ps, self.ps, states, self.states, self.seen, strict=True
        ):
            if p is not q or not _is_part(p, self.p) or state is not kept:
                return False
            if len(state) != len(self.state):
                return False
            for name, view in zip(names, views, strict=True):
                if state.get(name) is not view or not _is_part(view, self.state[name]):
                    return False
            for name in numbers:
                if state[name] != self.state[name]:
                    return False
        return True

    def step(
        self,
        update: Update,
        gs: Sequence[Array],
        decays: Sequence[float],
        options: dict[str, Any],
    ) -> None:
        for part, g, decay in zip(self.parts, gs, decays, strict=True):
            d = self.g[part]
            if decay:
                np.multiply(self.p[part], decay, out=d)
                np.add(d, g.reshape(-1), out=d)
            else:
                d[...] = g.reshape(-1)
        before = self.state
        _, self.state = update(self.p, self.g, before, **options)
        if self.state.keys() == before.keys():
            changed = {name: n for name, n in self.state.items() if name not in self.names}
            for state in self.states:
                state.update(changed)
        else:
            self.show(list(self.state))
        # new views: by that the tape recognises that what it has recorded was overwritten
        self.ps = [p.view() for p in self.ps]


def together(
    update: Update,
    kept: dict[str, Any],
    ps: Sequence[Array],
    gs: Sequence[Array],
    states: Sequence[State],
    decays: Sequence[float],
    options: dict[str, Any],
) -> Sequence[Array] | None:
    """Update small parameters in one go; see :class:`xpnet.kernels.Kernel`."""
    joint: _Joint | None = kept.get("joint")
    if joint is None or not joint.holds(ps, states):
        if not _are_alike(ps, states):
            return None
        joint = _Joint(ps, states)
    dtype = joint.p.dtype
    for p, g in zip(joint.ps, gs, strict=True):
        if type(g) is not np.ndarray or g.dtype != dtype or g.shape != p.shape:
            return None
    kept["joint"] = joint
    joint.step(update, gs, decays, options)
    return joint.ps


def _are_alike(ps: Sequence[Array], states: Sequence[State]) -> bool:
    """Tell whether all are plain arrays of one dtype, with states of one age."""
    dtype, first = ps[0].dtype, states[0]
    if dtype.char not in "fd":
        return False
    for p, state in zip(ps, states, strict=True):
        if type(p) is not np.ndarray or p.dtype != dtype or not p.flags.writeable or p.ndim == 0:
            return False
        if state.keys() != first.keys():
            return False
        for name, value in state.items():
            if type(value) is int:
                if value != first[name]:
                    return False
            elif type(value) is not np.ndarray or value.dtype != dtype or value.shape != p.shape:
                return False
    return True


def _is_part(view: Array, whole: Array) -> bool:
    """Tell whether it is one still: deepcopy makes arrays of their own of both."""
    return view.base is not None and view.base is whole.base
