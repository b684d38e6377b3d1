"""Parameter groups: parameters that share their options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ArgumentError, choose
from ..nn import Module, Parameter
from .options import checked

__all__ = ["Group", "complete_group", "split_into_groups"]

Group = dict[str, Any]
"""``{"params": [Parameter, ...], "lr": ..., ...}``: each option of the optimizer has an entry."""

# entries of a group that are not options: names of the parameters, and what a schedule started from
_BESIDES_OPTIONS = ("params", "param_names", "initial_lr")


def split_into_groups(where: str, params: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Bring the three forms of `params` (parameters, named parameters, groups) into one."""
    if isinstance(params, Module):
        raise ArgumentError(
            f"{where}: params must be an iterable of Parameters, got the module "
            f"{type(params).__name__}; pass model.parameters()"
        )
    if isinstance(params, Parameter):
        raise ArgumentError(
            f"{where}: params must be an iterable of Parameters, got a single Parameter; "
            "put it in a list: [parameter]"
        )
    entries = list(params)
    if not entries:
        raise ArgumentError(
            f"{where}: params must hold at least one Parameter, got none; "
            "does the model have layers, and was the generator used up before?"
        )
    if any(isinstance(entry, Mapping) for entry in entries):
        for entry in entries:
            if not isinstance(entry, Mapping):
                raise ArgumentError(
                    f"{where}: params must be all groups or all Parameters, got a mixture; "
                    'write {"params": [parameter]} for a group of one'
                )
        return entries
    return [{"params": entries}]


def complete_group(where: str, group: Mapping[str, Any], defaults: Mapping[str, Any]) -> Group:
    """Return the group with every option filled in and every entry checked."""
    if "params" not in group:
        raise ArgumentError(
            f"{where}: a parameter group must have an entry 'params', got only "
            f'{sorted(group)}; write {{"params": layer.parameters(), "lr": 1e-3}}'
        )
    given = group["params"]
    entries = [given] if isinstance(given, Parameter) else list(given)
    if not entries:
        raise ArgumentError(
            f"{where}: a parameter group must hold at least one Parameter, got none; "
            "leave the group out"
        )
    names = [entry[0] for entry in entries if isinstance(entry, tuple)]
    params = [entry[1] if isinstance(entry, tuple) else entry for entry in entries]
    if names and len(names) < len(params):
        raise ArgumentError(
            f"{where}: params must be all named or all unnamed, got {len(names)} names for "
            f"{len(params)} parameters; pass model.named_parameters() or model.parameters()"
        )
    for parameter in params:
        if not isinstance(parameter, Parameter):
            raise ArgumentError(
                f"{where}: params must hold Parameters, got {type(parameter).__name__}; "
                "pass model.parameters(), or wrap an array: nn.Parameter(array)"
            )
    options = {key: value for key, value in group.items() if key not in _BESIDES_OPTIONS}
    for key in options:
        choose(where, "option of a parameter group", key, defaults)
    complete: Group = {"params": params, **checked(where, {**defaults, **options})}
    if names:
        complete["param_names"] = names
    if "initial_lr" in group:
        complete["initial_lr"] = group["initial_lr"]
    return complete
