"""Tensor: an array of any library that remembers how it was computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..backend import (
    asarray,
    describe,
    device_of,
    extra,
    is_array,
    is_floating,
    library_of,
    namespace,
    shares_home,
    to_device,
    unwrap,
)
from ..errors import AutogradError, DeviceError, DTypeError, ShapeError
from ..typing import Array, Namespace, NativeDevice
from .attributes import ArrayAttributes
from .modes import MODE
from .namespace import differentiable
from .primitive import define
from .rules import PRIMITIVES
from .rules.indexing import bare_key
from .tape import Traced, plain, record
from .walk import walk_back

__all__ = ["Tensor"]

_getitem = PRIMITIVES["getitem"]
_setitem = PRIMITIVES["setitem"]
_to_device = define("to_device", lambda dy, y, x, device: to_device(dy, device_of(x)))


class Tensor(ArrayAttributes):
    """An array that can be differentiated.

    It has the attributes, operators and indexing of an array in the array API standard, and its
    ``__array_namespace__()`` has the standard's functions, so any code written in the standard
    accepts it. Real numbers only: complex Tensors are not supported.

    Parameters
    ----------
    data : array of any library, or numbers
        Numbers and lists become an array on the current device.
    requires_grad : bool
        Whether gradients are to arrive here.

    Raises
    ------
    DTypeError
        If a gradient is wanted for integers, booleans or complex numbers.

    Examples
    --------
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([2., 4.], dtype=float32)
    """

    __slots__ = ()
    __array_priority__ = 1000

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        if isinstance(data, Traced):
            data = data.data
        elif not is_array(data):
            data = asarray(data)
        if requires_grad and not is_floating(data):
            raise DTypeError(
                f"Tensor: requires_grad needs real floating-point numbers, got {data.dtype}; "
                "convert the array first, e.g. xp.astype(x, xp.float32)"
            )
        self.data = data
        self.grad = None
        self.node = None
        self.index = 0
        self.requires_grad = requires_grad

    # ---- differentiation -----------------------------------------------------------------

    def backward(
        self,
        gradient: Array | None = None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
    ) -> None:
        """Add the gradient of this Tensor to the ``.grad`` of every leaf it depends on.

        The arrays in ``.grad`` may share memory with each other; give ``.grad`` a new array rather
        than write into it.

        Parameters
        ----------
        gradient : array, optional
            The cotangent, of the same shape, dtype and device; may be left out for a single number.
        retain_graph : bool
            Keep the tape, so that backward can be called again.
        create_graph : bool
            Record the gradients too, so that they can be differentiated (``.grad`` is a Tensor).

        Raises
        ------
        AutogradError
            If nothing was recorded, the tape is used up, or `gradient` is missing.
        ShapeError, DTypeError, DeviceError
            If `gradient` is not like this Tensor.
        """
        if not self.requires_grad:
            raise AutogradError(
                "backward: this Tensor does not depend on anything that requires a gradient; "
                "create inputs with requires_grad=True and compute outside no_grad()"
            )
        if gradient is None:
            if self.size != 1:
                raise AutogradError(
                    f"backward: a Tensor of shape {self.shape} needs a gradient argument of the "
                    "same shape; reduce it first, e.g. with mean(), or pass gradient="
                )
            gradient = namespace(self.data).ones_like(self.data)
        else:
            self._require_likeness(gradient)
        if isinstance(gradient, Traced) and not create_graph:
            gradient = gradient.data
        elif not isinstance(gradient, Traced) and create_graph:
            gradient = plain(gradient)
        walk_back(
            [(self, gradient)],
            create_graph=create_graph,
            retain_graph=retain_graph or create_graph,
        )

    def _require_likeness(self, gradient: Any) -> None:
        bare = unwrap(gradient)
        if not is_array(bare):
            raise DTypeError(
                f"backward: gradient must be an array of {self.dtype}, got "
                f"{type(gradient).__name__}; multiply the loss instead, or pass an array of its "
                "shape"
            )
        if tuple(bare.shape) != self.shape:
            raise ShapeError(
                f"backward: gradient must have shape {self.shape}, got {tuple(bare.shape)}; "
                "it is the derivative with respect to each element of this Tensor"
            )
        if not shares_home(self, bare):
            raise DeviceError(
                f"backward: gradient must live where the Tensor does, got {describe((bare,))} for "
                f"{describe((self,))}; move it, e.g. xpnet.to_device(g, xpnet.device_of(y))"
            )
        if bare.dtype != self.dtype:
            raise DTypeError(
                f"backward: gradient must be of the Tensor's dtype {self.dtype}, got {bare.dtype}; "
                "convert it first, e.g. xp.astype(g, y.dtype)"
            )

    def detach(self) -> Tensor:
        """Return a Tensor with the same array and no history."""
        detached: Tensor = plain(self.data)
        return detached

    def with_array(self, data: Array) -> Tensor:
        """Return a leaf around another array that requires a gradient if this Tensor does."""
        return Tensor(data, requires_grad=self.requires_grad)

    # ---- the standard: namespace and device ----------------------------------------------

    def __array_namespace__(self, *, api_version: str | None = None) -> Namespace:
        """Return the differentiable namespace over this array's library."""
        return differentiable(library_of(self.data))

    def to_device(self, device: NativeDevice, /, *, stream: Any = None) -> Tensor:
        """Move to another device of the same library; gradients move back."""
        return _to_device.apply(library_of(self.data).transfer, (self, device), {})  # type: ignore[no-any-return]

    # ---- indexing ------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i, ...] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Tensor:
        key = bare_key(key)
        out = self.data[key]
        inputs = (self,) if self.requires_grad else ()
        result: Tensor = record(_getitem, inputs, out, (out, (self.data, key), {}, (0,)), (self,))
        return result

    def __setitem__(self, key: Any, value: Any) -> None:
        """Write into a copy, which then takes this Tensor's place; the tape keeps the original."""
        key = bare_key(key)
        if not MODE.recording:
            self.data = _written(self.data, unwrap(value), key)
            return
        if self.requires_grad and self.node is None:
            raise AutogradError(
                "a leaf that requires a gradient cannot be written to; write to a copy (x + 0), "
                "or inside no_grad()"
            )
        before: Tensor = plain(self.data)
        before.node, before.index, before.requires_grad = self.node, self.index, self.requires_grad
        if hasattr(self, "before"):
            before.before = self.before
        after = _setitem.apply(_written, (before, value, key), {})
        self.data, self.node, self.index = after.data, after.node, after.index
        self.requires_grad = after.requires_grad
        if after.node is not None:
            self.before = before


def _written(x: Array, value: Any, key: Any) -> Array:
    return extra.write(x, key, value, keep=True)


Traced.plain = Tensor  # what recorded operations return
