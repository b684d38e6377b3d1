"""Module: parameters, sub-modules and a forward.

What a module owns is found by looking at its attributes: Parameters, Modules, and lists, tuples
and dicts of them, in the order in which they were set. So a new layer needs no
``super().__init__()`` and no registration, only a ``forward``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from ..autograd.tape import Traced, plain
from ..backend import DeviceLike, is_array
from ..typing import Array, State
from .move import move
from .ownership import found_in, join, require_no_arguments
from .parameter import Parameter
from .predict import PREDICTING, predict, require_arrays
from .state import load_state

__all__ = ["Module"]


class Module:
    """Base class of all layers and models.

    Attributes
    ----------
    training : bool
        Whether layers such as dropout behave as in training; see :meth:`train` and :meth:`eval`.
        False within :meth:`predict`.

    Examples
    --------
    >>> import xpnet as xn
    >>> class Scale(xn.nn.Module):
    ...     def __init__(self, factor):
    ...         self.factor = xn.nn.Parameter(factor)
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> model = Scale([2.0])
    >>> model.predict(xn.asarray([1.0, 3.0]))
    array([2., 6.], dtype=float32)
    """

    _training: bool = True
    _buffer_names: tuple[str, ...] = ()
    _hooks: tuple[Any, ...] = ()
    _init_args: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember the arguments, from which model files rebuild the architecture."""
        require_no_arguments(cls, args, kwargs)
        self = super().__new__(cls)
        object.__setattr__(self, "_init_args", (args, kwargs))
        return self

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every layer defines this."""
        raise NotImplementedError(f"{type(self).__name__} has no forward method; define one")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run :meth:`forward`, then the hooks.

        Bare arrays are wrapped in Tensors first. The weights are Tensors, so what a forward
        computes from them is; with its input one as well, ``namespace(x)`` fits them all.
        """
        if not (len(args) == 1 and isinstance(args[0], Traced)):  # as between the layers of a model
            args = tuple(plain(x) if is_array(x) else x for x in args)
        if kwargs:
            kwargs = {name: plain(x) if is_array(x) else x for name, x in kwargs.items()}
        try:
            out = self.forward(*args, **kwargs)
        except AttributeError as error:
            # the likeliest cause, said clearly; `obj` is what has no shape
            require_arrays(type(self).__name__, [x for x in args if x is error.obj])
            raise
        for hook in self._hooks:
            hook(self, args, out)
        return out

    # ---- what it owns --------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the sub-modules directly inside, with their names."""
        for name, value in self.__dict__.items():
            if name != "_init_args":
                yield from found_in(Module, name, value)

    def children(self) -> Iterator[Module]:
        """Iterate over the sub-modules directly inside."""
        return (child for _, child in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Iterate over this module and all inside it, each once, with dotted names."""
        seen: set[int] = set()

        def visit(module: Module, name: str) -> Iterator[tuple[str, Module]]:
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module
                for key, child in module.named_children():
                    yield from visit(child, f"{name}.{key}" if name else key)

        return visit(self, prefix)

    def modules(self) -> Iterator[Module]:
        """Iterate over this module and all inside it."""
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Iterate over all parameters, each once, with dotted names such as ``"0.weight"``."""
        seen: set[int] = set()
        for prefix, module in self.named_modules():
            for attribute, value in module.__dict__.items():
                if attribute == "_init_args":
                    continue
                for name, parameter in found_in(Parameter, attribute, value):
                    if id(parameter) not in seen:
                        seen.add(id(parameter))
                        yield join(prefix, name), parameter

    def parameters(self) -> Iterator[Parameter]:
        """Iterate over all parameters."""
        return (parameter for _, parameter in self.named_parameters())

    def register_buffer(self, name: str, array: Array) -> None:
        """Own an array that is saved and moved with the module but not trained."""
        self._buffer_names = (*self._buffer_names, name)
        setattr(self, name, array)

    def named_buffers(self) -> Iterator[tuple[str, Array]]:
        """Iterate over all buffers with dotted names."""
        for prefix, module in self.named_modules():
            for name in module._buffer_names:
                yield join(prefix, name), getattr(module, name)

    def buffers(self) -> Iterator[Array]:
        """Iterate over all buffers."""
        return (buffer for _, buffer in self.named_buffers())

    # ---- state ---------------------------------------------------------------------------

    def state_dict(self) -> State:
        """Return all parameters and buffers as bare arrays by name.

        They are those of the model, not copies, and the next step may write into them. To keep
        them as they are, take ``copy.deepcopy(model.state_dict())``.

        Examples
        --------
        >>> import xpnet as xn
        >>> {k: v.shape for k, v in xn.nn.Linear(3, 2).state_dict().items()}
        {'weight': (2, 3), 'bias': (2,)}
        """
        state = {name: p.data for name, p in self.named_parameters()}
        state.update(self.named_buffers())
        return state

    def load_state_dict(self, state: State, strict: bool = True) -> None:
        """Take over parameters and buffers, of any library, onto this module's device and dtype.

        Parameters
        ----------
        state : dict of str to array
            An array that several modules share may have any of its names, or all of them.
        strict : bool
            Whether names that are missing or unexpected are an error. Shapes must always agree.

        Raises
        ------
        ModelFileError
            Lists all that is missing, unexpected, or of another shape; nothing is changed then.
        """
        load_state(self, state, strict)

    # ---- modes, devices, gradients ---------------------------------------------------------

    @property
    def training(self) -> bool:  # noqa: D102 - an attribute of the class's docstring
        return self._training and not PREDICTING.on

    @training.setter
    def training(self, mode: bool) -> None:
        self._training = mode

    def train(self, mode: bool = True) -> Self:
        """Switch this module and all inside it to training (or evaluation) behaviour."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation behaviour."""
        return self.train(False)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` with each module inside and, last, with this one, and return this one."""
        for module in reversed(list(self.modules())):
            fn(module)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; `set_to_none` is ignored, as they are None."""
        for parameter in self.parameters():
            parameter.grad = None

    def to(self, device: DeviceLike = None, dtype: Any = None) -> Self:
        """Move to a device and/or change the floating-point data type, in place.

        Parameters
        ----------
        device : str or Device, optional
        dtype : str or data type, optional
            As in ``"float64"``. Integer buffers keep theirs.

        Returns
        -------
        Module
            Itself.
        """
        return move(self, device, dtype)

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """Compute the output without a tape, in evaluation behaviour.

        Parameters
        ----------
        x : array of any library
            If it lives elsewhere than the model it is moved there, and the result moved back.
        batch_size : int, optional
            Work through `x` in pieces of this many rows, which bounds memory.

        Returns
        -------
        array
            A bare array of the library and device of `x`.
        """
        return predict(self, x, batch_size)

    # ---- looking at it -----------------------------------------------------------------------

    def register_forward_hook(self, hook: Any) -> Any:
        """Call ``hook(module, inputs, output)`` after each forward.

        Returns
        -------
        callable
            Call it to remove the hook.
        """
        self._hooks = (*self._hooks, hook)

        def remove() -> None:
            self._hooks = tuple(h for h in self._hooks if h is not hook)

        return remove

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Return the floating-point operations of one forward, without those of sub-modules."""
        return 0

    def summary(self, x: Any, memory: bool = False) -> Any:
        """Return a table of layers, output shapes, parameters and FLOPs.

        Parameters
        ----------
        x : array or tuple of int
            An example input, or its shape (with the batch axis).
        memory : bool
            Measure the peak memory of a training step of it too, by taking one.

        Examples
        --------
        >>> import xpnet as xn
        >>> print(xn.nn.Sequential(xn.nn.Linear(4, 3), xn.nn.ReLU()).summary((1, 4)))
        layer        output   parameters   FLOPs
        ----------------------------------------
        0: Linear    (1, 3)           15      27
        1: ReLU      (1, 3)            0       3
        ----------------------------------------
        Sequential   (1, 3)           15      30
        """
        from .summary import summarize

        return summarize(self, x, memory)

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr of a layer."""
        args, kwargs = self._init_args
        shown = [repr(a) for a in args] + [f"{key}={value!r}" for key, value in kwargs.items()]
        return ", ".join(shown)

    def __repr__(self) -> str:
        children = list(self.named_children())
        if not children:
            return f"{type(self).__name__}({self.extra_repr()})"
        lines = [f"  ({name}): {child!r}".replace("\n", "\n  ") for name, child in children]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])
