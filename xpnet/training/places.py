"""Where the arrays lie that a recorded step reads and writes: parameters, buffers, memory.

A recorded step works in these places. In between somebody may put another array there (a step that
is not recorded, a callback): its values are then copied to the place, and the place put back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..backend import Recorder, device_of, is_array
from ..nn import Module, Parameter
from ..optim import Optimizer
from ..typing import Array

__all__ = ["Places"]


class _Before:
    """How everything was before a recording."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._data = [(p, p.data, p.grad) for p in places.parameters]
        self._buffers = [(m, name, getattr(m, name)) for m, name, _ in places.buffers]
        state = places.optimizer.state
        self._memory = [(p, memory, dict(memory)) for p, memory in state.items()]

    def put_back(self) -> None:
        """Let everything be as it was."""
        for p, data, grad in self._data:
            p.data, p.grad = data, grad
        for module, name, array in self._buffers:
            setattr(module, name, array)
        self._places.optimizer.state.clear()
        for p, memory, content in self._memory:
            memory.clear()
            memory.update(content)
            self._places.optimizer.state[p] = memory


class Places:
    """The places of a model and its optimizer.

    Parameters
    ----------
    model : Module
    modules : sequence of Module
        All its modules.
    optimizer : Optimizer

    Attributes
    ----------
    parameters : list of Parameter
        Of the model and of the optimizer.
    buffers : list of (module, name, place)
    """

    def __init__(self, model: Module, modules: Sequence[Module], optimizer: Optimizer) -> None:
        every = [*model.parameters(), *(p for g in optimizer.param_groups for p in g["params"])]
        self.optimizer = optimizer
        self.parameters: list[Parameter] = list({id(p): p for p in every}.values())
        self._data = [p.data for p in self.parameters]
        self.buffers = [
            (module, name, getattr(module, name))
            for module in modules
            for name in module._buffer_names
            if is_array(getattr(module, name))
        ]
        self._memory = [
            (p, name, array)
            for p, memory in optimizer.state.items()
            for name, array in memory.items()
            if is_array(array)
        ]

    def now(self) -> _Before:
        """Return how everything is, to be put back."""
        return _Before(self)

    def rebound(self) -> Iterator[tuple[Array, Array]]:
        """Yield each buffer that a step has rebound, and the place of it."""
        for module, name, place in self.buffers:
            now = getattr(module, name)
            if now is not place:
                yield now, place

    def settle(self, recorder: Recorder) -> bool:
        """Bring all values to their places, and tell whether that could be done."""
        moves: list[tuple[Array, Array, Callable[[], None]]] = []
        for p, place in zip(self.parameters, self._data, strict=True):
            if p.data is not place:
                moves.append((p.data, place, _setter(p, "data", place)))
        for module, name, place in self.buffers:
            now = getattr(module, name)
            if now is not place:
                moves.append((now, place, _setter(module, name, place)))
        for p, name, place in self._memory:
            memory = self.optimizer.state.get(p, {})
            if memory.get(name) is not place:
                if name not in memory:
                    return False
                moves.append((memory[name], place, _entry(memory, name, place)))
        if not all(_alike(now, place) for now, place, _ in moves):
            return False
        for now, place, put in moves:
            recorder.copy(now, place)
            put()
        return True

    def renew(self) -> None:
        """Give the parameters new views of their memory."""
        for p in self.parameters:
            p.data = p.data[...]


def _setter(owner: Any, name: str, value: Array) -> Callable[[], None]:
    return lambda: setattr(owner, name, value)


def _entry(memory: dict[str, Any], name: str, value: Array) -> Callable[[], None]:
    return lambda: memory.update({name: value})


def _alike(x: Array, y: Array) -> bool:
    if not is_array(x) or device_of(x) != device_of(y):
        return False
    return bool(x.dtype == y.dtype and tuple(x.shape) == tuple(y.shape))
