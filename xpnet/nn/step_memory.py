"""How much memory a step of training takes, found out by taking one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..backend import current_device, device_of, dtype_name, is_floating, random, unwrap
from ..backend.memory import release, shown
from ..typing import Array
from .module import Module

__all__ = ["StepMemory", "measure_step"]

_BYTES = {"bool": 1, "bfloat16": 2, "complex64": 8, "complex128": 16}


class StepMemory(NamedTuple):
    """The memory of one training step, in bytes, without the state of an optimizer.

    Attributes
    ----------
    device : str
    batch : int
        Samples.
    parameters, gradients, inputs : int
        What parameters (with running statistics), their gradients and the batch take.
    peak : int or None
        The most that was in use at any time, all of these among it. None if the library cannot
        tell.
    """

    device: str
    batch: int
    parameters: int
    gradients: int
    inputs: int
    peak: int | None

    def __str__(self) -> str:
        if self.peak is None:
            most = "its library does not tell the peak memory"
        else:
            most = f"peak memory {shown(self.peak)}"
        return (
            f"training step of {self.batch:,} on {self.device}: {most} (parameters "
            f"{shown(self.parameters)}, gradients {shown(self.gradients)}, inputs "
            f"{shown(self.inputs)}; an optimizer's state comes on top)"
        )


def measure_step(model: Module, x: Array) -> StepMemory:
    """Take a step without an update, forward and backward, and leave the model as it was.

    CuPy's pool and PyTorch's allocator on CUDA devices are asked; Python counts the memory of
    NumPy's arrays. The step is taken twice: the first time, much is made that stays.

    Parameters
    ----------
    model : Module
    x : array, (N, ...)
        On the model's device.
    """
    parameters = list(model.parameters())
    device = device_of(parameters[0]) if parameters else current_device()
    arrays = [p.data for p in parameters]
    buffers = [b for part in model.modules() for b in _buffers(part).values()]
    with _as_it_was(model):
        _step(model, x)
        _forget(model)
        release()  # or the second time would find memory that is counted already
        with device.library.measure_peak(device.native) as peak:
            _step(model, x)
        gradients = _size(unwrap(p.grad) for p in parameters if p.grad is not None)
    kept, inputs = _size([*arrays, *buffers]), _size([unwrap(x)])
    most = None if peak.bytes is None else peak.bytes + kept + inputs
    return StepMemory(device.name, x.shape[0], kept, gradients, inputs, most)


def _step(model: Module, x: Array) -> None:
    sums = [part.sum() for part in _results(model(x)) if part.requires_grad and is_floating(part)]
    if sums:
        sum(sums[1:], start=sums[0]).backward()


def _results(output: Any) -> Iterator[Any]:
    if isinstance(output, tuple | list):
        for part in output:
            yield from _results(part)
    else:
        yield output


def _forget(model: Module) -> None:
    for parameter in model.parameters():
        parameter.grad = None


@contextmanager
def _as_it_was(model: Module) -> Iterator[None]:
    """Train inside the block, and put back modes, running statistics, gradients, random draws."""
    modules = list(model.modules())
    modes = [part.training for part in modules]
    buffers = [_buffers(part) for part in modules]
    gradients = [(p, p.grad) for p in model.parameters()]
    draws = random.get_state()
    try:
        model.train()
        _forget(model)
        yield
    finally:
        random.set_state(draws)
        for part, training, kept in zip(modules, modes, buffers, strict=True):
            part.training = training
            for name, value in kept.items():
                setattr(part, name, value)
        for parameter, gradient in gradients:
            parameter.grad = gradient


def _buffers(part: Module) -> dict[str, Array]:
    return {name: getattr(part, name) for name in part._buffer_names}


def _size(arrays: Iterable[Array]) -> int:
    return sum(math.prod(x.shape) * _width(dtype_name(x.dtype)) for x in arrays)


def _width(name: str) -> int:
    """Return the bytes of one number, from names like float32."""
    return _BYTES.get(name) or int("".join(filter(str.isdigit, name))) // 8
