"""What the layers of a model give, without changing the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..errors import ArgumentError, choose
from .module import Module
from .predict import bare

__all__ = ["layer_outputs"]


def layer_outputs(model: Module, x: Any, layers: Iterable[str] | None = None) -> dict[str, Any]:
    """Run a model once, as in ``predict``, and return the outputs of its layers by name.

    Parameters
    ----------
    model : Module
    x : array, (N, ...)
        The input, of any library.
    layers : iterable of str, optional
        Names as in ``model.named_modules()``, which may be those of containers. Default: every
        layer without layers inside.

    Returns
    -------
    dict of str to array
        Bare arrays on the model's device, in the order in which the layers ran. A layer that runs
        again is ``"name#2"``, and a model without layers inside goes by the name of its class.

    Raises
    ------
    ArgumentError
        If the model is no Module, or has no layer of such a name.

    Notes
    -----
    Layers are what can be seen: what a forward computes with functions between them cannot.

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.nn.Sequential(xn.nn.Linear(4, 3), xn.nn.ReLU(), xn.nn.Linear(3, 2))
    >>> seen = xn.nn.layer_outputs(model, xn.asarray([[1.0, 2.0, 3.0, 4.0]]))
    >>> {name: output.shape for name, output in seen.items()}
    {'0': (1, 3), '1': (1, 3), '2': (1, 2)}
    >>> bool((seen["1"] >= 0).all())
    True
    """
    if not isinstance(model, Module):
        raise ArgumentError(
            f"layer_outputs: model must be an nn.Module, got {type(model).__name__}; pass the "
            "model first and the input second"
        )
    seen: dict[str, Any] = {}
    removers = [
        module.register_forward_hook(_keep(seen, name))
        for name, module in _observed(model, layers).items()
    ]
    try:
        model.predict(x)
    finally:
        for remove in removers:
            remove()
    return seen


def _observed(model: Module, layers: Iterable[str] | None) -> dict[str, Module]:
    modules = {name or type(model).__name__: module for name, module in model.named_modules()}
    if layers is not None:
        if isinstance(layers, str):
            layers = [layers]
        return {name: modules[choose("layer_outputs", "layer", name, modules)] for name in layers}
    return {name: module for name, module in modules.items() if not any(module.children())}


def _keep(seen: dict[str, Any], name: str) -> Callable[[Module, Any, Any], None]:
    runs = 0

    def keep(module: Module, inputs: Any, output: Any) -> None:
        nonlocal runs
        runs += 1
        seen[name if runs == 1 else f"{name}#{runs}"] = bare(output)

    return keep
