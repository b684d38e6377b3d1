"""The base of all optimizers: parameter groups, state, and the step that calls the rule.

An optimizer is a pure rule on bare arrays,

``init(p, **options) -> state`` and ``update(p, g, state, **options) -> (p, state)``,

and this class, which holds what the rule does not: parameters, options and the state of each
parameter. The rule rebinds instead of writing in place, so that it runs on immutable arrays; a
kernel may write in place where arrays allow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from .. import kernels
from ..autograd.precision import forget_casts
from ..backend import asarray, device_of, dtype_name, namespace, unwrap
from ..errors import ArgumentError, DeviceError, DTypeError, ShapeError
from ..nn import Parameter
from ..typing import Array, State
from .groups import Group, complete_group, split_into_groups
from .options import checked, plain
from .together import Chosen, advance_together, update_together

__all__ = ["Closure", "Optimizer"]

Closure = Callable[[], Any]
"""Computes the loss anew, with its gradients, and returns it."""


class Optimizer:
    """Changes parameters so that the loss falls.

    A subclass sets `init` and `update` (see this module) and hands its options to `__init__`.

    Parameters
    ----------
    params
        Parameters, ``(name, Parameter)`` pairs, or groups
        ``{"params": [...], "lr": ...}`` with options of their own.
    **defaults
        The options of the rule, for groups that do not set them.

    Attributes
    ----------
    param_groups : list of dict
        The groups, each with all its options; a schedule changes them between steps.
    state : dict
        For each parameter that was updated its memory: arrays and numbers by name (the names
        PyTorch uses). It follows the parameter to another device or dtype.

    Raises
    ------
    ArgumentError
        There is no parameter, one appears twice, or an option makes no sense.
    """

    needs_closure: ClassVar[bool] = False
    """Whether ``step`` has to be given a function that computes the loss anew."""

    init: ClassVar[Callable[..., State]]
    update: ClassVar[Callable[..., tuple[Array, State]]]

    def __init__(self, params: Iterable[Any], **defaults: Any) -> None:
        self._name = type(self).__name__
        # a kernel stands for the rule of a file of this folder, not for whatever bears its name
        rule = getattr(self, "update", type(self))
        self._rule = rule.__module__.removeprefix(f"{__package__}.")
        self.defaults = checked(self._name, defaults)
        self.param_groups: list[Group] = []
        self.state: dict[Parameter, State] = {}
        self._kept: dict[int, dict[str, Any]] = {}  # what a kernel keeps between steps
        for group in split_into_groups(self._name, params):
            self.add_param_group(group)

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Also update the parameters of `group`, a dict as in `param_groups`."""
        complete = complete_group(self._name, group, self.defaults)
        self.check_group(complete)
        seen = {id(parameter) for parameter in self._parameters()}
        for position, parameter in enumerate(complete["params"]):
            if id(parameter) in seen:
                raise ArgumentError(
                    f"{self._name}: params must name each Parameter once, got parameter "
                    f"{position} of group {len(self.param_groups)}, of shape {parameter.shape}, "
                    "twice; remove it from one of its places"
                )
            seen.add(id(parameter))
        self.param_groups.append(complete)

    def check_group(self, group: Group) -> None:
        """Raise if the rule cannot work on this group; a subclass with such cases overrides it."""

    def zero_grad(self) -> None:
        """Forget all gradients: the next backward starts from nothing."""
        for parameter in self._parameters():
            parameter.grad = None

    def step(self, closure: Closure | None = None) -> Any:
        """Update every parameter that has a gradient.

        A closure computes the loss anew (``zero_grad``, forward, ``backward``) and returns it. It
        is called before the update, and its loss is returned; `LBFGS` calls it several times.
        """
        loss = None if closure is None else closure()
        for parameters, options in update_together(self, self._rule, self._kept, self._chosen()):
            for parameter in parameters:
                self._update(parameter, options)
        forget_casts()
        return loss

    def advance(self) -> bool:
        """Do what a step does on the host, before a recorded one is replayed.

        Returns
        -------
        bool
            Whether it may be. Nothing was done if it may not: no kernel can do that, or something
            changed since the recording besides the numbers that may.
        """
        forget_casts()
        return advance_together(self, self._rule, self._kept, self._chosen())

    def _chosen(self) -> list[Chosen]:
        """Return the parameters that have a gradient, by group, with the options."""
        chosen: list[Chosen] = []
        for group in self.param_groups:
            # options may have been changed since the last step, by a schedule or by hand
            options = {name: plain(group[name]) for name in self.defaults}
            chosen.append(([p for p in group["params"] if p.grad is not None], options))
        return chosen

    def _update(self, parameter: Parameter, options: dict[str, Any]) -> None:
        p, g = parameter.data, unwrap(parameter.grad)
        if not (_same_place(p, g) and p.shape == g.shape):
            raise _misfit(self._name, p, g)
        state = self.state.get(parameter)
        state = self.init(p, **options) if state is None else _follow(state, p)
        kernel = kernels.find(self._rule, p, g, state, **options)
        update = self.update if kernel is None else kernel.update
        p, state = update(p, g, state, **options)
        if p.ndim == 0:
            # NumPy's arithmetic turns arrays without axes into scalars
            p, state = _as_array(p), {key: _as_array(value) for key, value in state.items()}
        parameter.data = p
        self.state[parameter] = state

    def state_dict(self) -> dict[str, Any]:
        """Return a snapshot as a dict of numbers and arrays, parameters by their position.

        The arrays are copies, so later steps leave the snapshot as it is.
        """
        position = {id(parameter): i for i, parameter in enumerate(self._parameters())}
        state = {
            position[id(parameter)]: {key: _copy(value) for key, value in memory.items()}
            for parameter, memory in self.state.items()
        }
        groups = [
            {**group, "params": [position[id(parameter)] for parameter in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": dict(sorted(state.items())), "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a snapshot, of xpnet or PyTorch; its arrays may be of any library.

        Raises
        ------
        ArgumentError
            The snapshot has other groups or options: it belongs to another optimizer.
        ShapeError
            An array does not have the shape of its parameter.
        """
        saved_groups = state_dict["param_groups"]
        sizes = [len(group["params"]) for group in self.param_groups]
        saved_sizes = [len(group["params"]) for group in saved_groups]
        if sizes != saved_sizes:
            raise ArgumentError(
                f"{self._name}.load_state_dict: the groups must have {sizes} parameters, got "
                f"{saved_sizes}; build the optimizer with the groups it was saved with"
            )
        options = [self._loaded_options(group) for group in saved_groups]
        saved_positions = [i for group in saved_groups for i in group["params"]]
        state = {
            parameter: self._loaded_state(parameter, state_dict["state"][i])
            for parameter, i in zip(self._parameters(), saved_positions, strict=True)
            if i in state_dict["state"]
        }
        for group, loaded in zip(self.param_groups, options, strict=True):
            group.update(loaded)
        self.state = state

    def _loaded_options(self, saved: Mapping[str, Any]) -> dict[str, Any]:
        missing = [name for name in self.defaults if name not in saved]
        if missing:
            raise ArgumentError(
                f"{self._name}.load_state_dict: a group must have the options "
                f"{sorted(self.defaults)}, got none of {missing}; load the state of the optimizer "
                "it was saved from"
            )
        wanted = [*self.defaults, *(key for key in ("initial_lr",) if key in saved)]
        return checked(self._name, {name: saved[name] for name in wanted})

    def _loaded_state(self, parameter: Parameter, saved: Mapping[str, Any]) -> State:
        p = parameter.data
        state: State = {}
        for key, value in saved.items():
            if value is None:
                continue
            if key == "step":
                state[key] = int(value)
                continue
            if tuple(value.shape) != tuple(p.shape):
                raise ShapeError(
                    f"{self._name}.load_state_dict: {key} must have the parameter's shape "
                    f"{tuple(p.shape)}, got {tuple(value.shape)}; load the state of the same model"
                )
            state[key] = _copy(_to_place_of(value, p))
        return state

    def _parameters(self) -> list[Parameter]:
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def __repr__(self) -> str:
        lines = [f"{self._name}("]
        for number, group in enumerate(self.param_groups):
            options = ", ".join(f"{name}={group[name]!r}" for name in self.defaults)
            lines.append(f"  group {number}: {len(group['params'])} parameters, {options}")
        return "\n".join([*lines, ")"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not hasattr(value, "dtype")


def _same_place(a: Array, b: Array) -> bool:
    """Tell whether two arrays have one dtype and one device, and so one library."""
    # the device first: array-api-strict warns when its dtype meets one of another library
    return bool(a.device == b.device and a.dtype == b.dtype)


def _to_place_of(value: Array, p: Array) -> Array:
    return asarray(value, dtype=dtype_name(p.dtype), device=device_of(p))


def _follow(state: State, p: Array) -> State:
    """Return the state where `p` is; a model may have moved since the last step."""
    # the arrays of one state move together, so the first tells for all
    for first in state.values():
        if type(first) is not int and not _is_number(first):
            if _same_place(first, p):
                return state
            break
    else:
        return state
    return {
        key: value if _is_number(value) else _to_place_of(value, p) for key, value in state.items()
    }


def _as_array(value: Any) -> Any:
    return value if _is_number(value) else namespace(value).asarray(value)


def _copy(value: Any) -> Any:
    return value if _is_number(value) else namespace(value).asarray(value, copy=True)


def _misfit(where: str, p: Array, g: Array) -> Exception:
    """Say in which respect a gradient does not fit its parameter."""
    remedy = "call optimizer.zero_grad() after moving the model, then backward() again"
    if p.shape != g.shape:
        return ShapeError(
            f"{where}: a gradient must have the parameter's shape {tuple(p.shape)}, "
            f"got {tuple(g.shape)}; set p.grad only to arrays like p.data"
        )
    if device_of(p) != device_of(g):
        return DeviceError(
            f"{where}: a gradient must be on the parameter's device {device_of(p).name!r}, "
            f"got {device_of(g).name!r}; {remedy}"
        )
    return DTypeError(
        f"{where}: a gradient must have the parameter's dtype {dtype_name(p.dtype)}, "
        f"got {dtype_name(g.dtype)}; {remedy}"
    )
