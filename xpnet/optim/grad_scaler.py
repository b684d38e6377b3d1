"""Scaling the loss, so that small gradients do not vanish in float16.

The smallest number of float16 is 6·10⁻⁸: gradients below it become 0, and there are many of them.
With the loss multiplied by S, all gradients are S times as large on the way back; before the step
they are divided by S again, in float32,

    g = ∂(S L)/∂w / S

S is as large as it can be without overflow, and that is found by trying: when a gradient is not
finite the step is left out and S halved; after so many good steps in a row it is doubled.

P. Micikevicius et al., "Mixed precision training", ICLR 2018, sections 3.2 and 3.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

from ..autograd import Tensor
from ..backend import is_array, to_numpy
from ..errors import AnomalyError, ArgumentError
from ..typing import Array
from .optimizer import Optimizer
from .scaler_options import (
    factor,
    positive_scale,
    refuse_pytorchs_call,
    steps_in_a_row,
    switch,
)
from .unscale import unscale

__all__ = ["GradScaler"]

SMALLEST = 2.0**-24
"""With a smaller factor no step would ever be good: then it is not the scale that overflows."""

LARGEST = 2.0**127
"""S stays a number of float32."""


class GradScaler:
    """Multiplies the loss before backward and divides the gradients before the step.

    Parameters
    ----------
    init_scale : float
        The first S.
    growth_factor : float
        What S is multiplied by after `growth_interval` good steps in a row.
    backoff_factor : float
        What S is multiplied by after a step that was left out.
    growth_interval : int
    enabled : bool
        False makes everything do nothing but the optimizer's step, for bfloat16 and float32.

    Attributes
    ----------
    skipped : int
        Steps that were left out so far.

    Raises
    ------
    ArgumentError
        If a factor or an interval makes no sense, or the methods are called in another order than
        ``scale``, perhaps ``unscale_``, ``step``, ``update``.
    DTypeError
        If parameters are in half precision: they are to stay in float32, under ``autocast``.
    AnomalyError
        If S has become so small that the gradients cannot overflow for its sake.

    Notes
    -----
    The gradients are looked at on the device. What came of it is fetched once for each optimizer,
    in :meth:`step`, which waits for a GPU: whether the step is to be taken.

    References
    ----------
    P. Micikevicius et al., "Mixed precision training", ICLR 2018, sections 3.2 and 3.3.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> model = xn.nn.Linear(4, 2)
    >>> optimizer = xn.optim.SGD(model.parameters(), lr=0.1)
    >>> scaler = GradScaler()
    >>> x, y = np.ones((3, 4), np.float32), np.asarray([0, 1, 1])
    >>> with xn.autocast("float16"):
    ...     loss = xn.nn.functional.cross_entropy(model(x), y)
    >>> scaler.scale(loss).backward()
    >>> scaler.unscale_(optimizer)  # only if gradients are to be clipped or looked at
    >>> norm = xn.optim.clip_grad_norm_(model.parameters(), 1.0)
    >>> scaler.step(optimizer)
    >>> scaler.update()
    >>> scaler.get_scale()
    65536.0
    """

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._scale = positive_scale("GradScaler: init_scale", init_scale, "2**16 is usual")
        self.growth_factor = factor("growth_factor", growth_factor, 1, math.inf, 2.0)
        self.backoff_factor = factor("backoff_factor", backoff_factor, 0, 1, 0.5)
        self.growth_interval = steps_in_a_row(growth_interval)
        self._enabled = switch(enabled)
        self.skipped = 0
        self._good = 0  # steps in a row
        self._unscaled: dict[Optimizer, list[Array]] = {}  # with whether all was finite
        self._stepped: dict[Optimizer, bool] = {}  # with whether the step was taken

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """Say what to write for a scaler of PyTorch, before Python finds two values for a name."""
        refuse_pytorchs_call(given, named)
        return super().__new__(cls)

    __new__.__wrapped__ = __init__  # type: ignore[attr-defined]  # the signature that help shows

    def is_enabled(self) -> bool:
        """Tell whether it does anything."""
        return self._enabled

    def get_scale(self) -> float:
        """Return S; 1.0 if it is not enabled."""
        return self._scale if self._enabled else 1.0

    def scale(self, loss: Any) -> Any:
        """Return S times a loss, or times each of several in a list or tuple."""
        if not self._enabled:
            return loss
        if isinstance(loss, list | tuple):
            return type(loss)(self.scale(part) for part in loss)
        if not (isinstance(loss, Tensor) or is_array(loss)):
            raise ArgumentError(
                f"GradScaler.scale: loss must be a Tensor, got {type(loss).__name__}; pass what "
                "backward is called on"
            )
        return loss * self._scale

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of an optimizer's parameters by S, e.g. before they are clipped."""
        if not self._enabled:
            return
        if optimizer in self._unscaled or optimizer in self._stepped:
            raise ArgumentError(
                "GradScaler.unscale_: it must be called once before each step, got a second call; "
                "call update() after the step"
            )
        params = [p for group in optimizer.param_groups for p in group["params"]]
        self._unscaled[optimizer] = unscale(params, 1.0 / self._scale)

    def step(self, optimizer: Optimizer) -> None:
        """Let the optimizer step if all of its gradients are finite.

        Raises
        ------
        ArgumentError
            If the optimizer has stepped since the last `update`, or computes the loss itself.
        """
        if optimizer.needs_closure:
            raise ArgumentError(
                f"GradScaler.step: optimizer must not need a closure, got "
                f"{type(optimizer).__name__}; use autocast('bfloat16') with it, or none"
            )
        if not self._enabled:
            optimizer.step()
            return
        if optimizer in self._stepped:
            raise ArgumentError(
                "GradScaler.step: it must be called once for each update, got a second call; call "
                "update() after the steps of all optimizers"
            )
        if optimizer not in self._unscaled:
            self.unscale_(optimizer)
        finite = self._unscaled.pop(optimizer)
        # the one place where a GPU is waited for
        good = all(bool(to_numpy(flag).all()) for flag in finite)
        self._stepped[optimizer] = good
        if good:
            optimizer.step()
        else:
            self.skipped += 1

    def update(self, new_scale: float | None = None) -> None:
        """Adapt S after the steps of all optimizers; or set it.

        Raises
        ------
        ArgumentError, AnomalyError
            If there was no step, or S became so small that something else must be the reason.
        """
        if not self._enabled:
            return
        if new_scale is not None:
            where = "GradScaler.update: new_scale"
            self._scale = positive_scale(where, new_scale, "None lets it be found")
            self._unscaled, self._stepped = {}, {}
            return
        if not self._stepped:
            raise ArgumentError(
                "GradScaler.update: a step must come before it, got none; call "
                "scaler.step(optimizer) first"
            )
        good = all(self._stepped.values())
        self._unscaled, self._stepped = {}, {}
        self._good = self._good + 1 if good else 0
        if not good:
            self._scale *= self.backoff_factor
            if self._scale < SMALLEST:
                raise AnomalyError(
                    f"GradScaler: gradients must be finite at some scale, got none down to "
                    f"{self._scale:g}; training has diverged, or a loss is NaN: try a smaller "
                    "learning rate, and xn.detect_anomaly() to find the operation"
                )
        elif self._good == self.growth_interval:
            grown = self._scale * self.growth_factor
            self._scale = grown if grown < LARGEST else self._scale
            self._good = 0

    def state_dict(self) -> dict[str, Any]:
        """Return everything that it goes on from, under PyTorch's names; numbers alone."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale,
            "growth_factor": self.growth_factor,
            "backoff_factor": self.backoff_factor,
            "growth_interval": self.growth_interval,
            "_growth_tracker": self._good,
            "skipped": self.skipped,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned, also that of PyTorch's scaler.

        Raises
        ------
        ArgumentError
            If the state is that of a scaler that was not enabled.
        """
        if not self._enabled:
            return
        missing = [name for name in self.state_dict() if name not in state and name != "skipped"]
        if missing:
            raise ArgumentError(
                f"GradScaler.load_state_dict: the state must have {sorted(self.state_dict())}, got "
                f"none of {missing}; was the scaler enabled that it is from?"
            )
        self._scale = float(state["scale"])
        self.growth_factor = float(state["growth_factor"])
        self.backoff_factor = float(state["backoff_factor"])
        self.growth_interval = int(state["growth_interval"])
        self._good = int(state["_growth_tracker"])
        self.skipped = int(state.get("skipped", 0))
