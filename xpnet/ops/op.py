"""An op: a forward and a backward formula, side by side, as one recorded operation.

``forward(*inputs, **options) -> (y, saved)`` computes the result and whatever the way back needs;
``backward(dy, saved, needs) -> gradients`` returns one gradient per input, None where there is
none or where ``needs`` says that nobody asks. Both are written in the array API, so they run on any
library. For higher derivatives the op is not one step but many: its forward is run again on
Tensors, which records each standard function in it, and its backward is applied to those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

from ..autograd.modes import MODE
from ..autograd.precision import arranged, cast
from ..autograd.tape import Node, Traced, plain, record, require_untouched
from ..backend import is_array, require_one_home
from ..errors import AutogradError
from ..kernels import find
from ..typing import Array
from .single import InSingle, in_single

__all__ = ["OPS", "Op"]

OPS: dict[str, Op] = {}
"""Every op by name. The tests run over this list: an op without a row in their table fails."""


class Op:
    """A differentiable operation with a hand-written derivative.

    Parameters
    ----------
    name : str
        Also the name under which kernels are looked up.
    forward, backward : callable
        See the module's docstring.
    check : callable, optional
        Called with the bare inputs and options before anything is computed; raises the errors
        that users meet.
    """

    def __init__(
        self,
        name: str,
        forward: Callable[..., tuple[Any, Any]],
        backward: Callable[..., Sequence[Array | None]],
        check: Callable[..., None] | None = None,
    ) -> None:
        self.name = name
        self.forward = forward
        self.backward = backward
        self.check = check
        self.__doc__ = forward.__doc__
        OPS[name] = self

    def __repr__(self) -> str:
        return f"<Op {self.name}>"

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute; record if an input is a Tensor that requires a gradient."""
        precision = MODE.precision
        if precision is not None:
            inputs, back = arranged(self.name, inputs)
            if back:
                return cast(self(*inputs, **options), back)
        arrays = [x.data if isinstance(x, Traced) else x for x in inputs]
        kind = type(arrays[0])
        for array in arrays:
            if type(array) is not kind and array is not None:
                require_one_home(self.name, arrays)
                break
        if self.check is not None:
            self.check(*arrays, **options)
        implementation: Any = find(self.name, *arrays, **options) or self
        if precision is not None and in_single(self.name, arrays[0]):
            implementation = InSingle(self)
        try:
            y, saved = implementation.forward(*arrays, **options)
        except Exception:
            require_one_home(self.name, arrays)  # the likeliest cause, said clearly
            raise
        tensors = [x for x in inputs if isinstance(x, Traced)]
        if not tensors:
            return y
        wanted = [x for x in tensors if x.requires_grad] if MODE.recording else None
        if not wanted:
            return record(self, (), y, None, arrays)
        needs = tuple(isinstance(x, Traced) and x.requires_grad for x in inputs)
        saved = (saved, implementation.backward, needs, arrays, options)
        return record(self, wanted, y, saved, arrays)

    def pull_back(self, node: Node, dy: Any, create_graph: bool) -> list[Array | None]:
        """Apply the backward formula and keep the gradients that were asked for."""
        saved, backward, needs, arrays, options = node.saved
        for tensor, array in zip(node.inputs, compress(arrays, needs), strict=True):
            require_untouched(self, tensor, array)
        if create_graph:
            backward = self.backward
            saved = self._forward_again(node, needs, arrays, options)
        gradients = backward(dy, saved, needs)
        return [g for g, needed in zip(gradients, needs, strict=True) if needed]

    def _forward_again(
        self, node: Node, needs: Sequence[bool], arrays: Sequence[Any], options: Any
    ) -> Any:
        """Recompute what backward needs as Tensors that remember where they come from."""
        recorded = iter(node.inputs)
        tensors = []
        for array, needed in zip(arrays, needs, strict=True):
            if needed:
                tensor = node.as_recorded(next(recorded))
                if tensor.data is not array:
                    raise AutogradError(
                        f"backward(create_graph=True) of {self.name}: a parameter was given a new "
                        "array after it had been used; take the higher derivatives before the "
                        "optimizer's step"
                    )
                tensors.append(tensor)
            else:
                tensors.append(plain(array) if is_array(array) else array)
        return self.forward(*tensors, **options)[1]
