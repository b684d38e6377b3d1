"""What a run is, so that a checkpoint goes on with no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...backend import dtype_name
from ...data import DataLoader
from ...io.manifest import data_checksum
from ..callbacks import Callback, StepSchedule

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["describe", "differences", "with_state"]

OPTIONS = "options of the optimizer"


def describe(trainer: Trainer, loader: DataLoader) -> dict[str, Any]:
    """Return what decides the course of a training, but the state of it, as numbers and text."""
    arrays = trainer.model.state_dict()
    optimizer = trainer.optimizer
    return {
        "model": {name: f"{tuple(x.shape)} {dtype_name(x.dtype)}" for name, x in arrays.items()},
        "optimizer": type(optimizer).__name__,
        OPTIONS: {name: _shown(v) for name, v in optimizer.defaults.items()},
        "parameter groups": [len(group["params"]) for group in optimizer.param_groups],
        "loss": _name(trainer.loss),
        "metrics": [metric.name for metric in trainer.metrics],
        "callbacks with a state": [_called(c) for c in with_state(trainer.callbacks)],
        "clip_norm": trainer.clip_norm,
        "precision": trainer.precision.name,
        "accumulate": trainer.accumulate,
        "batch_size": loader.batch_size,
        "shuffle": loader.shuffle,
        "seed": loader.seed,
        "drop_last": loader.drop_last,
        "transform": None if loader.transform is None else _name(loader.transform),
        "samples": len(loader.dataset),
        "data": data_checksum(loader.dataset),
    }


def differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Return in which respects the run of a checkpoint is not this one, in words.

    Examples
    --------
    >>> differences({"seed": 0, "model": {"w": "(2,)"}}, {"seed": 1, "model": {"w": "(3,)"}})
    ['seed: 0 there, 1 here', 'model w: (2,) there, (3,) here']
    """
    found = []
    keys = dict.fromkeys([*there, *here])
    if there.get("optimizer") != here.get("optimizer"):
        keys.pop(OPTIONS, None)  # each has its own
    for key in keys:
        one, other = there.get(key), here.get(key)
        if one == other:
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            inner = differences(one, other)
            more = [f"... and {len(inner) - 5} more"] if len(inner) > 5 else []
            found += [f"{key} {difference}" for difference in inner[:5]] + more
        else:
            found.append(f"{key}: {_or_nothing(one)} there, {_or_nothing(other)} here")
    return found


def with_state(callbacks: list[Callback]) -> list[Callback]:
    """Return the callbacks that have something to remember."""
    return [c for c in callbacks if type(c).state_dict is not Callback.state_dict]


def _called(callback: Callback) -> str:
    name = type(callback).__name__
    return f"{name} {_name(callback.schedule)}" if isinstance(callback, StepSchedule) else name


def _name(thing: Any) -> str:
    return getattr(thing, "__name__", type(thing).__name__)


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _or_nothing(value: Any) -> Any:
    return "nothing" if value is None else value
