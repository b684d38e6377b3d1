"""Everything that the next step of a training depends on, and putting it back.

The state is a tree of numbers, text and arrays (``io/tree.py``):

================  ==========================================================================
``model``         parameters and buffers, by name
``frozen``        names of the parameters that require no gradient
``optimizer``     its options, as a schedule has left them, and its memory
``scaler``        the scale of the loss, with float16
``callbacks``     what each callback has to remember: schedules, the best so far, ...
``random``        where the sequence of random draws is
``loader``        epoch, samples delivered and seed; ``validation``: the same
``history``       the rows of the epochs that are complete
``epoch``, ``step``, ``first_epoch``, ``stopped``, ``finished``, ``best``
``totals``        loss and metrics of the running epoch, and ``seconds`` so far; or None
================  ==========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...backend import random
from ...data import DataLoader
from ..totals import Totals
from .description import with_state

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["collect", "put_back"]


def collect(
    trainer: Trainer, loader: DataLoader, held_out: DataLoader | None, totals: Totals | None
) -> dict[str, Any]:
    """Return the state of a training between two steps."""
    model = trainer.model
    return {
        "model": model.state_dict(),
        "frozen": [name for name, p in model.named_parameters() if not p.requires_grad],
        "optimizer": trainer.optimizer.state_dict(),
        "scaler": trainer.precision.state_dict(),
        "callbacks": [callback.state_dict() for callback in with_state(trainer.callbacks)],
        "random": random.get_state(),
        "loader": loader.state_dict(),
        "validation": None if held_out is None else held_out.state_dict(),
        "history": [
            {name: _number(value) for name, value in row.items()} for row in trainer.history
        ],
        "epoch": trainer.epoch,
        "step": trainer.step,
        "stopped": trainer.stopped,
        "totals": None if totals is None else totals.state_dict(),
    }


def put_back(
    state: dict[str, Any], trainer: Trainer, loader: DataLoader, held_out: DataLoader | None
) -> None:
    """Bring a training to a state of :func:`collect`; its totals are put back when they begin."""
    model = trainer.model
    model.load_state_dict(state["model"])
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name not in state["frozen"]
    trainer.optimizer.load_state_dict(state["optimizer"])
    trainer.precision.load_state_dict(state["scaler"])
    for callback, remembered in zip(with_state(trainer.callbacks), state["callbacks"], strict=True):
        callback.load_state_dict(remembered)
    random.set_state(state["random"])
    loader.load_state_dict(state["loader"])
    if held_out is not None and state["validation"] is not None:
        held_out.load_state_dict(state["validation"])
    trainer.history.rows = list(state["history"])
    running = state["totals"] is not None
    trainer.epoch = state["epoch"] - running  # the loop begins it once more
    trainer.step = state["step"]
    trainer.stopped = "" if running else state["stopped"]


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
