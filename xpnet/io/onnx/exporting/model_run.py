"""The model run on Symbols: its arrays become constants, its inputs what they are followed from."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ....autograd import no_grad
from ....autograd.modes import MODE
from ....backend import Device, device, dtype_name, is_array, to_numpy, unwrap
from ....backend.random import get_state, set_state
from ....errors import ArgumentError, DeviceError, DTypeError
from ....nn import Module
from ....nn.ownership import join
from ....nn.predict import predicting
from .graph import Trace, Value, tracing
from .reconcile import Run
from .sizes import Sizes
from .symbol import Symbol, constant

__all__ = ["input_names", "known_to_numpy", "output_names", "run", "with_symbols"]

#: What the results of layers that return several are called.
RESULTS = {
    "GRU": ("output", "h_n"),
    "LSTM": ("output", "h_n", "c_n"),
    "LSTMCell": ("h", "c"),
    "MultiheadAttention": ("output", "weights"),
    "RNN": ("output", "h_n"),
}


def with_symbols(model: Module) -> Module:
    """Return a copy of the model whose arrays are constants, called as in ``state_dict()``."""
    memo: dict[int, Any] = {}
    for name, parameter in model.named_parameters():
        memo[id(parameter.data)] = constant(known_to_numpy(parameter.data, name), name)
        if parameter.grad is not None:
            memo[id(parameter.grad)] = None
    for name, buffer in model.named_buffers():
        memo[id(buffer)] = constant(known_to_numpy(buffer, name), name)
    for module in model.modules():  # what watches the model need not watch its copy
        memo[id(module._hooks)] = ()
    twin = _copied(model, memo)
    for prefix, module in twin.named_modules():
        for name, value in module.__dict__.items():
            if name != "_init_args":
                module.__dict__[name] = _replaced(value, join(prefix, name))
    return twin


def known_to_numpy(x: Any, name: str) -> np.ndarray:
    """Return an array as one of NumPy, if its numbers are of a kind that NumPy computes with."""
    dtype = dtype_name(x.dtype)
    if dtype in ("bfloat16", "complex64", "complex128"):
        raise DTypeError(
            f"export: arrays must hold float16, float32, float64, integers or truth values, got "
            f"{dtype} in {name!r}; convert the model with model.to(dtype='float32'), an example "
            "with xp.astype"
        )
    return to_numpy(x)


def _copied(model: Module, memo: dict[int, Any]) -> Module:
    """Copy a model, without the arguments that it was made from: not all can be copied."""
    for module in model.modules():
        memo[id(module._init_args)] = module._init_args
    return copy.deepcopy(model, memo)


def _replaced(x: Any, name: str) -> Any:
    """Turn other arrays of a module into constants too."""
    if isinstance(x, Symbol):
        return x
    if is_array(x):
        return constant(known_to_numpy(x, name), name)
    if type(x) in (list, tuple):
        return type(x)(_replaced(part, f"{name}.{i}") for i, part in enumerate(x))
    if type(x) is dict:
        return {key: _replaced(part, f"{name}.{key}") for key, part in x.items()}
    return x


def run(
    twin: Module, inputs: dict[str, np.ndarray], sizes: Sizes, opset: int, home: Device
) -> tuple[Run, Any]:
    """Run the model in evaluation mode; return what was recorded, and what it returned."""
    trace = Trace(opset)
    model = _copied(twin, {})  # a forward may change the model
    for name, module in model.named_modules():
        module.__dict__["forward"] = _in_scope(module.forward, name, trace)
    given = [Value(array, name=name, is_input=True, varies=True) for name, array in inputs.items()]
    drawn = get_state()
    switches = MODE.precision, MODE.watching
    MODE.precision, MODE.watching = None, False  # neither is part of the model
    MODE.refresh()
    try:
        with predicting(), tracing(trace), device(home), no_grad():
            returned = model(*map(Symbol, given))
    except DeviceError as problem:
        told = str(problem).partition("; move them first")[0]
        raise ArgumentError(
            "export: arrays that forward uses must belong to the model, got one from elsewhere; "
            "keep it in the model with self.register_buffer(name, array), write a number of NumPy "
            f"(np.float32(2)) as one of Python (2.0) ({told})"
        ) from problem
    finally:
        MODE.precision, MODE.watching = switches
        MODE.refresh()
    if get_state() != drawn:
        set_state(drawn)
        raise ArgumentError(
            "export: the model must compute the same each time, got one that draws random numbers; "
            "draw them outside and make them an input, or give functions training=False (as "
            "F.dropout(x, training=self.training))"
        )
    outputs = [symbol.value for _, symbol in _parts(returned, (), _is_layer(twin))]
    for node in trace.nodes:
        for value in node.outputs:
            if value.varies:  # only its shape is asked for from here on
                value.array = np.broadcast_to(np.zeros((), value.array.dtype), value.array.shape)
    return Run(sizes, trace, given, outputs), returned


def _in_scope(forward: Callable[..., Any], scope: str, trace: Trace) -> Callable[..., Any]:
    @functools.wraps(forward)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with trace.inside(scope):
            return forward(*args, **kwargs)

    return inside


def _parts(
    returned: Any, place: tuple[Any, ...], may_lack: bool = False
) -> Iterator[tuple[tuple[Any, ...], Symbol]]:
    """Iterate over the arrays among what a model returned, with their places."""
    bare = unwrap(returned)
    if isinstance(bare, Symbol):
        yield place, bare
    elif isinstance(bare, tuple | list):
        for i, part in enumerate(bare):
            yield from _parts(part, (*place, i), may_lack)
    elif isinstance(bare, dict):
        for key, part in bare.items():
            yield from _parts(part, (*place, key), may_lack)
    elif bare is not None or not may_lack:
        got = "None" if bare is None else type(bare).__name__
        raise ArgumentError(
            f"export: the model must return arrays, got {got}; return what it "
            "computes from its input as an array"
        )


def _is_layer(model: Module) -> bool:
    """Whether it is a layer of xpnet, whose documentation says when a result is None."""
    return type(model).__module__.startswith("xpnet.nn.")


def input_names(model: Module, count: int) -> list[str]:
    """Return the names of the arguments of forward."""
    found: list[str] = []
    for parameter in inspect.signature(model.forward).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            found += [f"{parameter.name}_{i}" for i in range(count - len(found))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            found.append(parameter.name)
    return found[:count] if len(found) >= count else [f"input_{i}" for i in range(count)]


def output_names(model: Module, returned: Any) -> list[str]:
    """Return a name for each array that the model returned."""
    places = [place for place, _ in _parts(returned, (), _is_layer(model))]
    if places == [()]:
        return ["output"]
    known: Sequence[str] = RESULTS.get(type(model).__name__, ())
    if len(places) <= len(known) and _is_layer(model):
        return list(known[: len(places)])
    if all(isinstance(part, str) for place in places for part in place):
        return [".".join(place) for place in places]
    return [f"output_{i}" for i in range(len(places))]
