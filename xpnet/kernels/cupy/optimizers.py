"""Optimizer steps in place: one launch for all parameters; see `together.py` for how.

What comes back are new views of the parameters' memory: by that the tape recognises that an array
it has recorded was overwritten.

A step that is recorded reads its numbers (learning rate, bias correction) from the device, where
`advance` writes them before each replay: a launch that takes them by value, so nobody waits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from ...backend import recording
from ...errors import BackendError
from ...typing import Array, State
from ..registry import register
from .gpu import contiguous, cupy, launch, wide
from .together import NUMBERS, launch_tensors, numbers_struct, tables

__all__: list[str] = []

Options = dict[str, Any]


class Rule(NamedTuple):
    """How the kernel of a rule is called.

    Attributes
    ----------
    name : str
    arrays : callable
        ``arrays(options) -> names`` of the arrays in a parameter's state, in the kernel's order;
        "" for one that it leaves out with these options.
    numbers : callable
        ``numbers(t, options) -> tuple of float`` in step t: all that may change between steps.
    flags : callable
        ``flags(options, first) -> tuple of bool``, the other arguments.
    adds_decay : bool
        Whether weight decay adds λ p to the gradient.
    made_later : bool
        Whether the first array of the state is made in the first step, by the kernel.
    defaults : dict
        Of the options, for a step of one parameter alone.
    kernel : str
        Its name if it is not that of the rule.
    """

    name: str
    arrays: Callable[[Options], tuple[str, ...]]
    numbers: Callable[[int, Options], tuple[float, ...]]
    flags: Callable[[Options, bool], tuple[bool, ...]]
    defaults: Options
    adds_decay: bool = True
    made_later: bool = False
    kernel: str = ""


# ---- the rules -----------------------------------------------------------------------------------


def _sgd_numbers(t: int, options: Options) -> tuple[float, ...]:
    return options["lr"], options["momentum"], 1 - options["dampening"]


def _adam_numbers(t: int, options: Options) -> tuple[float, ...]:
    (beta1, beta2), lr = options["betas"], options["lr"]
    root = math.sqrt(1 - beta2**t)
    step_size = lr * root / (1 - beta1**t)
    return step_size, 1 - beta1, beta2, 1 - beta2, options["eps"] * root, 1.0


def _adamw_numbers(t: int, options: Options) -> tuple[float, ...]:
    return *_adam_numbers(t, options)[:-1], 1 - options["lr"] * options["weight_decay"]


def _rmsprop_numbers(t: int, options: Options) -> tuple[float, ...]:
    alpha = options["alpha"]
    return options["lr"], alpha, 1 - alpha, options["eps"], options["momentum"]


def _adagrad_numbers(t: int, options: Options) -> tuple[float, ...]:
    return options["lr"] / (1 + (t - 1) * options["lr_decay"]), options["eps"]


def _lion_numbers(t: int, options: Options) -> tuple[float, ...]:
    (beta1, beta2), lr = options["betas"], options["lr"]
    return lr, beta1, 1 - beta1, beta2, 1 - beta2, 1 - lr * options["weight_decay"]


def _maximize(options: Options, first: bool) -> tuple[bool, ...]:
    return (options["maximize"],)


def _adam_arrays(options: Options) -> tuple[str, ...]:
    return "exp_avg", "exp_avg_sq", "max_exp_avg_sq" if options["amsgrad"] else ""


_EVERY: Options = {"weight_decay": 0.0, "maximize": False}
_ADAM: Options = {**_EVERY, "betas": (0.9, 0.999), "eps": 1e-8, "amsgrad": False}

RULES = [
    Rule(
        "sgd",
        lambda options: ("momentum_buffer",) if options["momentum"] else ("",),
        _sgd_numbers,
        lambda options, first: (options["nesterov"], options["maximize"], first),
        {**_EVERY, "momentum": 0.0, "dampening": 0.0, "nesterov": False},
        made_later=True,
    ),
    Rule("adam", _adam_arrays, _adam_numbers, _maximize, _ADAM),
    Rule(
        "adamw",
        _adam_arrays,
        _adamw_numbers,
        _maximize,
        {**_ADAM, "weight_decay": 1e-2},
        adds_decay=False,
        kernel="adam",
    ),
    Rule(
        "rmsprop",
        lambda options: (
            "square_avg",
            "momentum_buffer" if options["momentum"] else "",
            "grad_avg" if options["centered"] else "",
        ),
        _rmsprop_numbers,
        _maximize,
        {**_EVERY, "alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "centered": False},
    ),
    Rule(
        "adagrad",
        lambda options: ("sum",),
        _adagrad_numbers,
        _maximize,
        {**_EVERY, "lr_decay": 0.0, "eps": 1e-10},
    ),
    Rule(
        "lion",
        lambda options: ("exp_avg",),
        _lion_numbers,
        _maximize,
        {**_EVERY, "betas": (0.9, 0.99)},
        adds_decay=False,
    ),
]


# ---- a step --------------------------------------------------------------------------------------


def accepts(p: Array, g: Array, state: State, **options: Any) -> bool:
    """Tell whether all arrays have one dtype, and those to be written lie in one piece."""
    if p.dtype.char not in "fd" or g.dtype != p.dtype or not p.flags.c_contiguous:
        return False
    arrays = (value for value in state.values() if type(value) is not int)
    return all(a.dtype == p.dtype and a.flags.c_contiguous for a in arrays)


def _fits(p: Array, g: Array, state: State, dtype: Any, device: Any) -> bool:
    if p.dtype != dtype or type(g) is not type(p) or g.shape != p.shape:
        return False
    arrays = [p, g, *(value for value in state.values() if type(value) is not int)]
    return accepts(p, g, state) and all(a.device == device for a in arrays)


def together(
    rule: Rule,
    kept: dict[str, Any],
    ps: Sequence[Array],
    gs: Sequence[Array],
    states: Sequence[State],
    decays: Sequence[float],
    options: Options,
) -> list[Array] | None:
    """One step of all parameters, in place; see :class:`xpnet.kernels.Kernel`."""
    dtype, device = ps[0].dtype, ps[0].device
    if not all(
        _fits(p, g, state, dtype, device) for p, g, state in zip(ps, gs, states, strict=True)
    ):
        return None
    names = rule.arrays(options)
    first, t = rule.made_later and names[0] not in states[0], _step(states[0])
    for state in states:  # of one age: the numbers are those of all
        if _step(state) != t or (rule.made_later and (names[0] not in state) != first):
            return None
    with device:
        if first and names[0]:
            for p, state in zip(ps, states, strict=True):
                state[names[0]] = cupy().empty(p.shape, p.dtype)
        rows = [
            (p, contiguous(g), *(state[name] if name else None for name in names))
            for p, g, state in zip(ps, gs, states, strict=True)
        ]
        flags = rule.flags(options, bool(first and names[0]))
        numbers: Any = numbers_struct(rule.numbers(t, options), dtype)
        place = None
        begun = recording()
        if begun is not None:
            place = kept.get("numbers")  # all recordings read them in one place
            if place is None or place.dtype != wide(dtype) or place.device != device:
                with begun.lasting():
                    place = kept["numbers"] = cupy().empty(NUMBERS, wide(dtype))
            kept["recorded"] = (flags, _decays(rule, decays, options), names)
        for part in tables(rows, _decays(rule, decays, options)):
            arguments = (numbers, place, *flags)
            launch_tensors(f"optimizers/{rule.kernel or rule.name}", dtype, part, *arguments)
    for state in states:
        if "step" in state:
            state["step"] = t
    return [p.view() for p in ps]


def advance(
    rule: Rule,
    kept: dict[str, Any],
    states: Sequence[State],
    decays: Sequence[float],
    options: Options,
) -> bool:
    """Prepare the replay of a recorded step; see :class:`xpnet.kernels.Kernel`."""
    decays = _decays(rule, decays, options)
    if kept.get("recorded") != (rule.flags(options, False), decays, rule.arrays(options)):
        return False
    t, place = _step(states[0]), kept["numbers"]
    with place.device:
        numbers = numbers_struct(rule.numbers(t, options), place.dtype)
        launch("optimizers/keep", place.dtype, NUMBERS, place, numbers)
    for state in states:
        if "step" in state:
            state["step"] = t
    return True


def update(rule: Rule, p: Array, g: Array, state: State, **options: Any) -> tuple[Array, State]:
    """One step of one parameter, in place."""
    if recording() is not None:
        raise BackendError(
            f"{rule.name}: parameters must be of one dtype and have taken the same number of steps "
            "for a step to be recorded, got others; take it without recording"
        )
    state = dict(state)
    done = together(rule, {}, [p], [g], [state], [0.0], {**rule.defaults, **options})
    return (p if done is None else done[0]), state


def _decays(rule: Rule, decays: Sequence[float], options: Options) -> list[float]:
    """Return what each parameter's weight decay adds to its gradient."""
    if not rule.adds_decay:
        return [0.0] * len(decays)
    return [options["weight_decay"] + decay for decay in decays]


def _step(state: State) -> int:
    """Return the number of the step that is to be done."""
    t: int = state.get("step", 0) + 1
    return t


for _rule in RULES:
    register(
        _rule.name,
        library="cupy",
        update=partial(update, _rule),
        accepts=accepts,
        together=partial(together, _rule),
        advance=partial(advance, _rule),
        largest=1 << 62,
        adds_decay=_rule.adds_decay,
    )
