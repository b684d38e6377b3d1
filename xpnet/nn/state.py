"""Putting a state dict into a module: all of it, or nothing and a list of what does not fit.

A parameter that several modules share has one name in a state dict of xpnet, the first, and all its
names in one of PyTorch: any of them will do, and if there are several their arrays must be equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..backend import asarray, device_of, namespace, to_numpy, unwrap
from ..errors import ModelFileError
from ..typing import State
from .ownership import found_in, join
from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

__all__ = ["fits", "load_state"]

SHOWN = 30
"""So many names are told of each kind; a network of hundreds of layers would fill the screen."""

COUNT = "num_batches_tracked"
"""The number of batches of a normalisation, which files of old versions of PyTorch do not have."""


def load_state(module: Module, state: State, strict: bool) -> None:
    """Do what ``Module.load_state_dict`` promises."""
    own = module.state_dict()
    given, problems = _found(module, own, state)
    problems += _misfits(own, given)
    if not strict:
        problems = [problem for problem in problems if problem.startswith("mismatched")]
    if problems:
        raise ModelFileError(
            f"load_state_dict: the state must fit {type(module).__name__}, got "
            f"{' | '.join(problems)}; build the model with the same architecture, or pass "
            "strict=False to load what fits by name"
        )
    parameters = dict(module.named_parameters())
    modules = dict(module.named_modules())
    for name, before in own.items():
        if name not in given:
            continue
        new = asarray(unwrap(given[name]), before.dtype, device_of(before))
        new = namespace(new).asarray(new, copy=True)
        if name in parameters:
            parameters[name].data = new
        else:
            owner, _, attribute = name.rpartition(".")
            setattr(modules[owner], attribute, new)


def fits(module: Module, state: State) -> bool:
    """Return whether ``load_state_dict`` would take the state, values of shared ones aside."""
    own = module.state_dict()
    first = _first_names(module)
    return not _misfits(own, {first.get(name, name): array for name, array in state.items()})


def _found(module: Module, own: State, state: State) -> tuple[State, list[str]]:
    """Return the state under the names of the module, and where shared arrays are unequal."""
    if own.keys() == state.keys():
        return state, []
    first = _first_names(module)
    given: State = {}
    unequal = []
    for name, array in state.items():
        to = first.get(name, name)
        if to not in given:
            given[to] = array
        elif not _equal(given[to], array):
            unequal.append(f"{name} must be equal to {to}, with which it is shared")
    return given, [f"mismatched: {', '.join(unequal)}"] if unequal else []


def _equal(a: Any, b: Any) -> bool:
    if tuple(a.shape) != tuple(b.shape):
        return False
    return bool((to_numpy(unwrap(a)) == to_numpy(unwrap(b))).all())


def _first_names(module: Module) -> dict[str, str]:
    """Return the name in the state dict of each name that an array has in a module."""
    first: dict[tuple[int, str], str] = {}
    return {name: first.setdefault(key, name) for name, key in _all_names(module, "", ())}


def _all_names(
    module: Module, prefix: str, above: tuple[Module, ...]
) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield names and what they name, also of modules that occur several times."""
    if any(module is other for other in above):
        return
    for attribute, value in module.__dict__.items():
        if attribute != "_init_args":
            for name, parameter in found_in(Parameter, attribute, value):
                yield join(prefix, name), (id(parameter), "")
    for name in module._buffer_names:
        yield join(prefix, name), (id(module), name)
    for name, child in module.named_children():
        yield from _all_names(child, join(prefix, name), (*above, module))


def _misfits(own: State, state: State) -> list[str]:
    mismatched = []
    for name in own:
        if name in state and tuple(own[name].shape) != tuple(state[name].shape):
            wanted, came = tuple(own[name].shape), tuple(state[name].shape)
            hint = " (its transpose)" if len(came) == 2 and wanted == came[::-1] else ""
            mismatched.append(f"{name} must be {wanted}, got {came}{hint}")
    found = {
        "mismatched": mismatched,
        "missing": [n for n in own if n not in state and n.rpartition(".")[2] != COUNT],
        "unexpected": [name for name in state if name not in own],
    }
    return [f"{what}: {_listed(names)}" for what, names in found.items() if names]


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
