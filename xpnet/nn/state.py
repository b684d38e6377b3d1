"""Putting a state dict into a module: all of it, or nothing and a list of what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backend import asarray, device_of, namespace, unwrap
from ..errors import ModelFileError
from ..typing import State

if TYPE_CHECKING:
    from .module import Module

__all__ = ["load_state"]


def load_state(module: Module, state: State, strict: bool) -> None:
    """Do what ``Module.load_state_dict`` promises."""
    own = module.state_dict()
    problems = _misfits(own, state)
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
        if name not in state:
            continue
        new = asarray(unwrap(state[name]), before.dtype, device_of(before))
        new = namespace(new).asarray(new, copy=True)
        if name in parameters:
            parameters[name].data = new
        else:
            owner, _, attribute = name.rpartition(".")
            setattr(modules[owner], attribute, new)


def _misfits(own: State, state: State) -> list[str]:
    mismatched = [
        f"{name} must be {tuple(own[name].shape)}, got {tuple(state[name].shape)}"
        for name in own
        if name in state and tuple(own[name].shape) != tuple(state[name].shape)
    ]
    found = {
        "mismatched": mismatched,
        "missing": [name for name in own if name not in state],
        "unexpected": [name for name in state if name not in own],
    }
    return [f"{what}: {', '.join(names)}" for what, names in found.items() if names]
