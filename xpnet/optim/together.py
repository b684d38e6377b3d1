"""Small parameters, which a kernel updates in one go; see :class:`xpnet.kernels.Kernel`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .. import kernels
from ..backend import unwrap
from ..nn import Parameter

if TYPE_CHECKING:
    from .optimizer import Optimizer

__all__ = ["Chosen", "advance_together", "update_together"]

Chosen = tuple[list[Parameter], dict[str, Any]]
"""Parameters to be updated, and the options of the rule."""


class _Family(NamedTuple):
    """Parameters whose options are equal; those of `decays` may differ where it is not in them."""

    parameters: list[Parameter]
    decays: list[float]
    options: dict[str, Any]


def update_together(
    optimizer: Optimizer, rule: str, kept: dict[int, dict[str, Any]], groups: list[Chosen]
) -> list[Chosen]:
    """Update the small parameters of all groups where a kernel can, and return the others."""
    kernel = _kernel(rule, groups)
    if kernel is None or kernel.together is None:
        return groups
    families, left = _families(kernel, groups)
    for number, family in enumerate(families):
        memory = kept.setdefault(number, {})
        # one that can be recorded goes the same way when it is and when it is not
        alone = len(family.parameters) < 2 and kernel.advance is None
        if alone or not _update(optimizer, kernel.together, memory, family):
            left += [
                ([p], {**family.options, "weight_decay": decay} if decay else family.options)
                for p, decay in zip(family.parameters, family.decays, strict=True)
            ]
    return left


def advance_together(
    optimizer: Optimizer, rule: str, kept: dict[int, dict[str, Any]], groups: list[Chosen]
) -> bool:
    """Prepare the replay of a recorded step of all groups, and tell whether it can be replayed."""
    kernel = _kernel(rule, groups)
    if kernel is None or kernel.advance is None:
        return False
    families, left = _families(kernel, groups)
    if any(parameters for parameters, _ in left):
        return False
    for number, (parameters, decays, options) in enumerate(families):
        if not parameters:
            continue
        states = [optimizer.state.get(parameter) for parameter in parameters]
        if None in states:
            return False
        if not kernel.advance(kept.setdefault(number, {}), states, decays, options):
            return False
    return True


def _kernel(rule: str, groups: list[Chosen]) -> kernels.Kernel | None:
    kind = next((type(p.data) for parameters, _ in groups for p in parameters), None)
    return None if kind is None else kernels.find_for(rule, kind)


def _families(kernel: kernels.Kernel, groups: list[Chosen]) -> tuple[list[_Family], list[Chosen]]:
    """Put the small parameters of all groups into families; return the others too."""
    kind = next(type(p.data) for parameters, _ in groups for p in parameters)
    left: list[Chosen] = []
    families: list[_Family] = []
    for parameters, options in groups:
        small: list[Parameter] = []
        large: list[Parameter] = []
        for p in parameters:
            fits = p.data.size <= kernel.largest and type(p.data) is kind
            (small if fits else large).append(p)
        left.append((large, options))
        decay = 0.0
        if kernel.adds_decay and not options["maximize"]:
            decay, options = options["weight_decay"], {**options, "weight_decay": 0.0}
        if not families or families[-1].options != options:
            families.append(_Family([], [], options))
        families[-1].parameters.extend(small)
        families[-1].decays.extend([decay] * len(small))
    return families, left


def _update(optimizer: Optimizer, together: Any, memory: dict[str, Any], family: _Family) -> bool:
    """Let the kernel update these parameters, and tell whether it did."""
    parameters, decays, options = family
    states = []
    for parameter in parameters:
        state = optimizer.state.get(parameter)
        states.append(optimizer.init(parameter.data, **options) if state is None else state)
    arrays, gradients = [p.data for p in parameters], [unwrap(p.grad) for p in parameters]
    updated = together(memory, arrays, gradients, states, decays, options)
    if updated is None:
        return False
    for parameter, p, state in zip(parameters, updated, states, strict=True):
        parameter.data = p
        optimizer.state[parameter] = state
    return True
