"""Parameters that several modules share."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ModelFileError
from ..nn import Module, Parameter

__all__ = ["tie_parameters", "tied_parameters"]


def _places(model: Module) -> Iterator[tuple[str, Module, str, Parameter]]:
    """Iterate over (full name, module, attribute, parameter), tied parameters several times."""
    for prefix, module in model.named_modules():
        for name, value in list(module.__dict__.items()):
            if isinstance(value, Parameter):
                yield f"{prefix}.{name}" if prefix else name, module, name, value


def tied_parameters(model: Module) -> dict[str, str]:
    """Return, for each further name of a parameter, its first name.

    Examples
    --------
    >>> from xpnet import nn
    >>> model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    >>> model[1].weight = model[0].weight
    >>> tied_parameters(model)
    {'1.weight': '0.weight'}
    """
    first: dict[int, str] = {}
    tied = {}
    for full_name, _, _, parameter in _places(model):
        if id(parameter) in first:
            tied[full_name] = first[id(parameter)]
        first.setdefault(id(parameter), full_name)
    return tied


def tie_parameters(model: Module, tied: dict[str, str], where: str) -> None:
    """Make parameters one again.

    Raises
    ------
    ModelFileError
        If the model has no parameters of these names.
    """
    places = {place[0]: place[1:] for place in _places(model)}
    for full_name, other in tied.items():
        if full_name not in places or not isinstance(other, str) or other not in places:
            raise ModelFileError(
                f"{where} must tie parameters of its architecture, got {full_name!r} = {other!r}; "
                "save the model again"
            )
        module, name, _ = places[full_name]
        setattr(module, name, places[other][2])
