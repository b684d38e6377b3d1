"""A differentiable function of the standard: its name and one derivative rule per argument.

A rule has the form ``rule(dy, y, *args, **kwargs) -> dx``: the gradient of the result, the result,
and the arguments of the call. Rules are written in the array API themselves, so when a gradient is
to be differentiated again they are simply called with Tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backend import is_array, library_of, namespace, require_one_home, require_one_library
from ..errors import AutogradError
from ..typing import Array
from .modes import MODE
from .precision import arranged
from .tape import Node, Traced, plain, record, require_untouched, traced

__all__ = ["PRIMITIVES", "Primitive", "define", "of_dtype", "unbroadcast"]

PRIMITIVES: dict[str, Primitive] = {}
"""Every differentiable function of the standard by name; of extensions as ``"linalg.inv"``."""


NO_OPTIONS: dict[str, Any] = {}
LEFT, RIGHT, BOTH = (0,), (1,), (0, 1)
NUMBERS = frozenset({bool, int, float})


class Primitive:
    """One differentiable function.

    Attributes
    ----------
    name : str
    rules : tuple of callables or None
        ``rules[i]`` differentiates with respect to positional argument ``i``.
    broadcasts : bool
        Whether arguments are broadcast against each other, so that gradients must be summed over
        the axes that were stretched.
    """

    __slots__ = ("broadcasts", "name", "rules")

    def __init__(
        self, name: str, rules: tuple[Callable[..., Array] | None, ...], broadcasts: bool
    ) -> None:
        self.name = name
        self.rules = rules
        self.broadcasts = broadcasts

    def __repr__(self) -> str:
        return f"<Primitive {self.name}>"

    def apply(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
        """Call the library's `function` on bare arrays, and record the call."""
        if MODE.precision is not None:
            args, _ = arranged(self.name, args)
        arrays = []
        inputs = []
        positions = []
        for i, x in enumerate(args):
            if isinstance(x, Traced):
                arrays.append(x.data)
                if x.requires_grad:
                    inputs.append(x)
                    positions.append(i)
            else:
                arrays.append(x)
        if len(self.rules) > 1 and len(set(map(type, arrays)) - NUMBERS) > 1:
            require_one_library(self.name, arrays)
        try:
            out = function(*arrays, **kwargs)
        except Exception:
            require_one_home(self.name, arrays)  # the likeliest cause, said clearly
            raise
        if isinstance(out, list):
            out = tuple(out)
        return record(self, inputs, out, (out, arrays, kwargs, positions), arrays)

    def operate(self, operator: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        """Do the same for a binary Python operator: this path is kept short."""
        x = a.data if isinstance(a, Traced) else a
        y = b.data if isinstance(b, Traced) else b
        if type(x) is not type(y) and type(x) not in NUMBERS and type(y) not in NUMBERS:
            if not understood(self.name, x, y):
                return NotImplemented
            if x is a:
                a = x = as_operand(x, y)
            elif y is b:
                b = y = as_operand(y, x)
        if MODE.special:
            return self.apply(operator, (a, b), {})
        try:
            out = operator(x, y)
        except Exception:
            require_one_home(self.name, (a, b))
            raise
        if MODE.recording:
            if x is not a and a.requires_grad:
                if y is not b and b.requires_grad:
                    return traced(out, Node(self, (a, b), (out, (x, y), NO_OPTIONS, BOTH)))
                return traced(out, Node(self, (a,), (out, (x, y), NO_OPTIONS, LEFT)))
            if y is not b and b.requires_grad:
                return traced(out, Node(self, (b,), (out, (x, y), NO_OPTIONS, RIGHT)))
        return plain(out)

    def pull_back(self, node: Node, dy: Any, create_graph: bool) -> list[Array]:
        """Apply the rules of those arguments that need a gradient."""
        out, args, kwargs, positions = node.saved
        for i, tensor in zip(positions, node.inputs, strict=True):
            require_untouched(self, tensor, args[i])
        if create_graph:
            out, args = _as_tensors(node, out, args, positions)
        if node.results:
            dy = _fill_in_zeros(dy, out)
        gradients = []
        rules, broadcasts = self.rules, self.broadcasts
        for i in positions:
            rule = rules[i] if i < len(rules) else None
            if rule is None:
                raise AutogradError(
                    f"{self.name} has no derivative with respect to argument {i + 1}; take the "
                    "argument out of the tape with .detach(), or use another function"
                )
            dx = rule(dy, out, *args, **kwargs) if kwargs else rule(dy, out, *args)
            if broadcasts:
                dx = unbroadcast(dx, args[i])
            gradients.append(dx)
        return gradients


def define(name: str, *rules: Callable[..., Array] | None, broadcasts: bool = False) -> Primitive:
    """Register the derivative rules of a function, one per positional argument."""
    PRIMITIVES[name] = primitive = Primitive(name, rules, broadcasts)
    return primitive


def understood(name: str, x: Any, y: Any) -> bool:
    """Tell whether Python's operators can take these bare operands of different types together.

    Raises
    ------
    DeviceError
        If they are arrays of several libraries.
    """
    require_one_library(name, (x, y))
    return all(is_array(operand) or type(operand) in NUMBERS for operand in (x, y))


def as_operand(x: Any, other: Array) -> Any:
    """Turn a float of NumPy into Python's, which every library takes, unless it is at home."""
    foreign = is_array(x) and is_array(other) and library_of(x) is not library_of(other)
    return float(x) if foreign and isinstance(x, float) else x


def unbroadcast(dx: Array, x: Array) -> Array:
    """Sum a gradient over the axes along which `x` was stretched, and give it x's dtype."""
    shape = x.shape
    if dx.shape != shape:
        xp = namespace(dx)
        stretched = len(dx.shape) - len(shape)
        axes = tuple(range(stretched)) + tuple(
            i + stretched for i, n in enumerate(shape) if n == 1 and dx.shape[i + stretched] != 1
        )
        if axes:
            dx = xp.sum(dx, axis=axes, dtype=dx.dtype, keepdims=True)
        dx = xp.reshape(dx, shape)
    return dx if dx.dtype is x.dtype or dx.dtype == x.dtype else of_dtype(dx, x)


def of_dtype(dx: Array, x: Array) -> Array:
    """Return a gradient in the dtype of the array it belongs to."""
    if dx.dtype == x.dtype:
        return dx
    xp = namespace(dx)
    if xp.isdtype(dx.dtype, "complex floating"):
        raise AutogradError(
            f"backward: the gradient of a {x.dtype} array became {dx.dtype}; complex numbers are "
            "not supported, compute with real and imaginary parts"
        )
    return xp.astype(dx, x.dtype)


def _as_tensors(node: Node, out: Any, args: Sequence[Any], positions: Sequence[int]) -> Any:
    """Put back the Tensors that the saved bare arrays belong to."""
    args = [plain(a) if is_array(a) else a for a in args]
    for i, tensor in zip(positions, node.inputs, strict=True):
        tensor = node.as_recorded(tensor)
        if tensor.data is not args[i].data:
            raise AutogradError(
                "backward(create_graph=True): a parameter was given a new array after it had been "
                "used; take the higher derivatives before the optimizer's step"
            )
        args[i] = tensor
    if node.results:
        return tuple(traced(part, node, i) for i, part in enumerate(out)), args
    return traced(out, node), args


def _fill_in_zeros(dy: list[Any], out: Sequence[Array]) -> list[Any]:
    """Give results that were not used the gradient zero."""
    return [
        d if d is not None else namespace(y).zeros_like(y) for d, y in zip(dy, out, strict=True)
    ]
