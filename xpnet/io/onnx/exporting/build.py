"""The graph as a ModelProto of the package onnx: names, constants, sizes computed from Shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from ...._version import __version__
from ....errors import ArgumentError
from ..free_names import free_name
from .checked import require_types
from .graph import Node, Value
from .reconcile import Follows
from .sizes import Formula, Sizes, explain

__all__ = ["LARGEST", "build"]

LARGEST = 2**31 - 2**16
"""How many bytes of constants fit into a file: protobuf's limit, less room for the nodes."""
SMALL = 16
"""Constants of so many elements are shared, and named by what they hold."""
SLOTS = {
    "Reshape": ("shape",),
    "Expand": ("shape",),
    "Slice": ("starts", "ends", "axes", "steps"),
    "Pad": ("pads", "value"),
    "Tile": ("repeats",),
    "Resize": ("roi", "scales", "sizes"),
}


class _Builder:
    """What is collected while nodes are translated."""

    def __init__(
        self,
        inputs: Mapping[str, Value],
        origins: Mapping[str, tuple[str, int]],
        follows: Mapping[Value, Follows],
        opset: int,
    ) -> None:
        self.opset = opset
        self.nodes: list[Any] = []
        self.sizes: list[Any] = []  # nodes that compute sizes stand first
        self.constants: dict[str, np.ndarray] = {}
        self.taken: set[str] = set(inputs)
        self.names: dict[Value, str] = {value: name for name, value in inputs.items()}
        self.shared: dict[tuple[Any, ...], str] = {}
        self.origins = origins
        self.follows = follows

    # ---- names ---------------------------------------------------------------------------------

    def free(self, name: str) -> str:
        """Return the name, with a number behind it if it is taken."""
        return free_name(name, self.taken)

    def constant(self, array: np.ndarray, name: str = "", owner: str = "") -> str:
        """Return the name of an initializer that holds this array."""
        key = (array.dtype.str, array.shape, array.tobytes() if array.size <= SMALL else None)
        if not name and array.size <= SMALL:
            if key not in self.shared:
                numbers = ",".join(str(n) for n in array.reshape(-1))
                numbers = f"[{numbers}]" if array.ndim else numbers
                self.shared[key] = self.free(f"{array.dtype.name}:{numbers}")
                self.constants[self.shared[key]] = array
            return self.shared[key]
        found = self.free(name or owner)
        self.constants[found] = array
        return found

    def name_of(self, value: Value | None, node: Node | None, slot: int, owner: str) -> str:
        """Return the name of an input of a node."""
        if value is None:
            return ""
        if value in self.follows:
            follows = self.follows[value]
            if node is not None and slot == 1 and node.op in ("Reshape", "Expand"):
                short = _shortened(node, follows.formulas)
                if short is not None:
                    return self.constant(short)
            return self.following(value.array, follows)
        if value not in self.names:
            what = SLOTS.get("" if node is None else node.op, ())
            part = what[slot - 1] if 0 < slot <= len(what) else f"constant_{slot}"
            self.names[value] = self.constant(value.array, value.name, f"{owner}.{part}")
        return self.names[value]

    # ---- sizes ---------------------------------------------------------------------------------

    def add(self, op: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Add a node that computes sizes."""
        found = self.free(name)
        self.sizes.append(helper.make_node(op, list(inputs), [found], name=found, **attributes))
        return found

    def once(
        self, key: tuple[Any, ...], op: str, inputs: Sequence[str], name: str, **a: Any
    ) -> str:
        """Add it unless it is there already."""
        if key not in self.shared:
            self.shared[key] = self.add(op, inputs, name, **a)
        return self.shared[key]

    def size(self, formula: Formula) -> str:
        """Return the name of an array (1,) with this integer."""
        if not formula.symbols:
            return self.constant(np.asarray([formula.offset + formula.factor], np.int64))
        found = ""
        for symbol in formula.symbols:
            source, axis = self.origins[symbol]
            one = self.once((symbol,), "Shape", [source], symbol, start=axis, end=axis + 1)
            key = ("product", found, one)
            found = one if not found else self.once(key, "Mul", [found, one], f"{found}*{symbol}")
        name = str(formula)
        if formula.factor != 1:
            factor = self.constant(np.asarray([formula.factor], np.int64))
            found = self.once(("times", found, factor), "Mul", [found, factor], name)
        if formula.offset:
            offset = self.constant(np.asarray([formula.offset], np.int64))
            found = self.once(("plus", found, offset), "Add", [found, offset], name)
        return found

    def sizes_together(self, formulas: Sequence[Formula]) -> str:
        """Return the name of an array with these integers."""
        parts = [self.size(formula) for formula in formulas]
        if len(parts) == 1:
            return parts[0]
        name = "sizes[" + ",".join(map(str, formulas)) + "]"
        return self.once(("together", *formulas), "Concat", parts, name, axis=0)

    def following(self, array: np.ndarray, follows: Follows) -> str:
        """Return the name of an array that follows the sizes."""
        lengths = self.sizes_together(follows.formulas)
        if follows.slice is not None:
            part = self.constant(follows.slice, "", "repeated")
            return self.once(
                ("expand", part, lengths), "Expand", [part, lengths], part + ".expanded"
            )
        found = lengths
        if array.shape != (len(follows.formulas),):
            shape = self.constant(np.asarray(array.shape, np.int64))
            name = found + ".reshaped"
            found = self.once(("reshape", found, shape), "Reshape", [found, shape], name)
        if array.dtype != np.int64:
            to = _type(array.dtype)
            found = self.once(("cast", found, to), "Cast", [found], found + ".cast", to=to)
        return found

    # ---- nodes ---------------------------------------------------------------------------------

    def translate(self, node: Node) -> None:
        """Add a node of the model."""
        name = self.free(f"{node.scope}/{node.op}" if node.scope else node.op)
        inputs = [self.name_of(value, node, i, name) for i, value in enumerate(node.inputs)]
        while inputs and not inputs[-1]:
            inputs.pop()
        for value in node.outputs:
            if value not in self.names:
                self.names[value] = name if len(node.outputs) == 1 else f"{name}:{value.index}"
        outputs = [self.names[value] for value in node.outputs]
        attributes = {key: _attribute(value) for key, value in node.attributes.items()}
        self.nodes.append(helper.make_node(node.op, inputs, outputs, name=name, **attributes))
        require_types(node, self.opset)


def _shortened(node: Node, formulas: Sequence[Formula]) -> np.ndarray | None:
    """Return the lengths without formulas, if the operator can find them by itself.

    Reshape takes 0 for the length that the input has at this place, and -1 for what is left over;
    Expand takes 1 for the length that the input has.
    """
    given = node.inputs[0]
    before = [] if given is None else given.shapes
    after = node.outputs[0].shapes
    kept = 0 if node.op == "Reshape" else 1
    found = []
    for i, formula in enumerate(formulas):
        place = i if node.op == "Reshape" else i - len(formulas)
        inside = bool(before) and (i < len(before[0]) if kept == 0 else -place <= len(before[0]))
        if not formula.symbols:
            found.append(formula.factor + formula.offset)
        elif inside and all(b[place] == a[i] for b, a in zip(before, after, strict=True)):
            found.append(kept)
        elif kept == 0 and -1 not in found:
            found.append(-1)
        else:
            return None
    lost = kept == 0 and any(not f.symbols and not f.factor for f in formulas)
    return None if lost else np.asarray(found, np.int64)


def _type(dtype: Any) -> int:
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _attribute(value: Any) -> Any:
    if isinstance(value, np.dtype):
        return _type(value)
    return numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value


def _described(name: str, value: Value, sizes: Sequence[Sizes]) -> Any:
    """Return the type and the shape of an input or output, by names where it follows a size."""
    shape: list[int | str | None] = []
    for lengths in zip(*(value.shapes or [value.array.shape]), strict=True):
        formula = explain(lengths, sizes) if len(lengths) > 1 else Formula(lengths[0])
        if formula is None:
            shape.append(None)
        else:
            shape.append(str(formula) if formula.symbols else formula.factor)
    return helper.make_tensor_value_info(name, _type(value.array.dtype), shape)


def build(
    nodes: Sequence[Node],
    inputs: Mapping[str, Value],
    outputs: Mapping[str, Value],
    *,
    follows: Mapping[Value, Follows],
    origins: Mapping[str, tuple[str, int]],
    sizes: Sequence[Sizes],
    opset: int,
    name: str,
) -> Any:
    """Return the ModelProto.

    Parameters
    ----------
    nodes : sequence of Node
    inputs, outputs : mapping of str to Value
    follows : mapping of Value to Follows
        The constants that follow a size.
    origins : mapping of str to (str, int)
        For each symbol the input and the axis that have its size.
    sizes : sequence of dict
        The sizes in the runs.
    opset : int
    name : str
        What the graph is called.
    """
    builder = _Builder(inputs, origins, follows, opset)
    builder.taken |= set(outputs)
    copies = []
    for output, value in outputs.items():
        if value.node is not None and value not in builder.names:
            builder.names[value] = output
        else:
            copies.append((output, value))
    for node in nodes:
        builder.translate(node)
    for output, value in copies:
        given = builder.name_of(value, None, 0, output)
        builder.nodes.append(helper.make_node("Identity", [given], [output], name=output))
    total = sum(array.nbytes for array in builder.constants.values())
    if total > LARGEST:
        raise ArgumentError(
            f"export: the parameters must be less than 2 GB together, got {total / 1e9:.1f} GB; "
            "convert the model with model.to(dtype='float16'), or save it with xn.save"
        )
    graph = helper.make_graph(
        builder.sizes + builder.nodes,
        name,
        [_described(key, value, sizes) for key, value in inputs.items()],
        [_described(key, value, sizes) for key, value in outputs.items()],
        [
            numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), key)
            for key, array in builder.constants.items()
        ],
    )
    versions = [helper.make_opsetid("", opset)]
    return helper.make_model(
        graph,
        producer_name="xpnet",
        producer_version=__version__,
        opset_imports=versions,
        ir_version=min(10, helper.find_min_ir_version_for(versions)),
    )
