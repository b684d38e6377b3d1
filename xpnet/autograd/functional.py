"""Gradients as functions: ``grad`` and ``value_and_grad``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from ..backend import is_array, is_floating, namespace, unwrap
from ..errors import ArgumentError, AutogradError, DTypeError
from .modes import MODE, enable_grad
from .primitive import define
from .tape import Traced, plain, record
from .tensor import Tensor
from .walk import depends_on, gradients

__all__ = ["grad", "value_and_grad"]

_identity = define("identity", lambda dy, y, x: dy)

Function = Callable[..., Any]


def grad(f: Function, argnums: int | tuple[int, ...] = 0, *, has_aux: bool = False) -> Function:
    """Return the function that computes the gradient of `f`.

    Parameters
    ----------
    f : callable
        Written in the array API standard; returns a single number (an array without axes).
    argnums : int or tuple of int
        Which positional arguments to differentiate with respect to. Each may be an array or a
        list, tuple or dict of arrays.
    has_aux : bool
        Whether `f` returns ``(value, aux)``; the gradient function then returns ``(grad, aux)``,
        with bare arrays in `aux` (also inside lists, tuples and dicts) where the gradient is bare.

    Returns
    -------
    callable
        Takes the arguments of `f`, returns the gradient(s): bare arrays for bare arrays. Apply
        ``grad`` again for higher derivatives. `f` itself sees all its arrays as Tensors.

    Examples
    --------
    >>> import numpy as np
    >>> def cube(x):
    ...     xp = x.__array_namespace__()
    ...     return xp.sum(x * x * x)
    >>> grad(cube)(np.asarray([1.0, 2.0]))
    array([ 3., 12.])
    >>> grad(grad(cube))(np.asarray(2.0)).round(6)
    np.float64(12.0)
    """
    with_value = value_and_grad(f, argnums, has_aux=has_aux)

    @wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, result = with_value(*args, **kwargs)
        return (result, value[1]) if has_aux else result

    return gradient


def value_and_grad(
    f: Function,
    argnums: int | tuple[int, ...] | None = None,
    *,
    parameters: Any = None,
    has_aux: bool = False,
) -> Function:
    """Return the function that computes the value of `f` and its gradient.

    Parameters
    ----------
    f : callable
        As for :func:`grad`.
    argnums : int or tuple of int, optional
        Positional arguments to differentiate with respect to; default 0, unless `parameters`.
    parameters : Module, dict or list of Parameters, optional
        Differentiate with respect to these instead; the gradient is a dict by name (Module, dict)
        or a list. Their ``.grad`` is not touched.
    has_aux : bool
        Whether `f` returns ``(value, aux)``; the result is then ``((value, aux), gradient)``.

    Examples
    --------
    >>> import numpy as np
    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(np.asarray(2.0), np.asarray(3.0))
    (np.float64(6.0), (np.float64(3.0), np.float64(2.0)))
    """
    if parameters is not None and argnums is not None:
        raise ArgumentError(
            "value_and_grad: give either argnums or parameters, got both; call it twice instead"
        )
    if argnums == ():
        raise ArgumentError(
            "grad: argnums must name at least one argument, got (); 0 is the first one"
        )
    if not (parameters is None or isinstance(parameters, dict) or _is_module(parameters)):
        parameters = list(parameters)  # a generator can be read only once, and there are many calls
    chosen = (argnums,) if isinstance(argnums, int) else argnums or (0,)

    @wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        watched: Any
        linked: dict[int, Any] = {}
        outer = MODE.varied
        with enable_grad():
            if parameters is not None:
                watched = _named(parameters)
            else:
                positions = [_position(i, len(args)) for i in chosen]
                watched = tuple(_map(_watch, args[i]) for i in positions)
                linked = {i: _map(_link, x) for i, x in zip(positions, watched, strict=True)}
            # whichever argument f asks for its namespace, it is to get the differentiable one
            args = tuple(linked.get(i, _map(_wrap, x)) for i, x in enumerate(args))
            kwargs = {name: _map(_wrap, x) for name, x in kwargs.items()}
            leaves = list(_leaves(watched))
            MODE.varied = (*outer, *leaves)
            try:
                out = f(*args, **kwargs)
            finally:
                MODE.varied = outer
        value = out[0] if has_aux else out
        # the gradient is recorded if an argument was; and inside another grad() also if it depends
        # on that one's arguments through a closure
        again = any(x.node is not None for x in leaves) or (
            bool(outer) and isinstance(value, Traced) and depends_on(value, outer)
        )
        aux = out[1] if has_aux else None
        if not again:
            aux = _off_the_tape(aux, outer)  # before the walk back, which uses the tape up
        found = iter(_differentiate(value, leaves, again))
        result = _map(lambda _: next(found), watched)
        if parameters is None and not isinstance(argnums, tuple):
            result = result[0]
        if not again:
            value = value.data
        if not has_aux:
            return value, result
        return (value, aux), result

    return value_and_gradient


def _position(i: int, given: int) -> int:
    if not -given <= i < given:
        raise ArgumentError(
            f"grad: argnums must name positional arguments, got {i} with {given} given; pass the "
            "argument by position"
        )
    return i % given


def _differentiate(value: Any, leaves: list[Traced], again: bool) -> Iterator[Any]:
    if not isinstance(value, Traced):
        raise AutogradError(
            "grad: the function must return a number computed from its arguments, got "
            f"{type(value).__name__} that was not; use functions of the arguments' own namespace"
        )
    shape = tuple(value.data.shape)
    if shape not in ((), (1,)):
        raise AutogradError(
            f"grad: the function must return a single number, got shape {shape}; reduce it, e.g. "
            "with xp.sum"
        )
    ones = namespace(value.data).ones_like(value.data)
    found = gradients([value], leaves, [plain(ones) if again else ones], create_graph=again)
    for leaf, dx in zip(leaves, found, strict=True):
        xp = namespace(leaf if again else leaf.data)
        yield xp.zeros_like(leaf if again else leaf.data) if dx is None else dx


def _watch(x: Any) -> Any:
    """Return a Tensor that gradients can be taken of; linked to `x` if that is itself recorded."""
    if isinstance(x, Traced) and x.requires_grad:
        return _link(x)
    if is_array(unwrap(x)) and not is_floating(x):
        raise DTypeError(
            f"grad: arguments must hold real floating-point numbers, got {x.dtype}; convert them "
            "first, e.g. xp.astype(x, xp.float32)"
        )
    return Tensor(x, requires_grad=True)


def _link(x: Traced) -> Any:
    """Return a Tensor computed from `x`, with its values: unlike a leaf it can be written to."""
    return record(_identity, (x,), x.data, (x.data, (x.data,), {}, (0,)))


def _wrap(x: Any) -> Any:
    return plain(x) if is_array(x) else x


def _is_module(parameters: Any) -> bool:
    return hasattr(parameters, "named_parameters")


def _named(parameters: Any) -> Any:
    if _is_module(parameters):
        return dict(parameters.named_parameters())
    return dict(parameters) if isinstance(parameters, dict) else list(parameters)


def _off_the_tape(tree: Any, outer: tuple[Any, ...]) -> Any:
    """Make bare arrays of Tensors, except of those that an outer call of grad() still needs."""

    def bare(x: Any) -> Any:
        if not isinstance(x, Traced):
            return x
        return x if outer and x.requires_grad and depends_on(x, outer) else x.data

    return _map(bare, tree)


def _map(function: Callable[[Any], Any], tree: Any) -> Any:
    """Apply a function to every array in nested lists, tuples and dicts."""
    if isinstance(tree, dict):
        return {key: _map(function, value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        parts = [_map(function, value) for value in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return function(tree)


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list | tuple):
        for value in tree:
            yield from _leaves(value)
    else:
        yield tree
