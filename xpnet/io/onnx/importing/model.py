"""A model that is a graph of ONNX operators."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ....autograd.tape import Traced, plain
from ....backend import DeviceLike, asarray, dtype_name, unwrap
from ....errors import ArgumentError, ModelFileError
from ....nn import Module, Parameter
from ....nn.budget import spend
from ...registry import register_module
from .assemble import numbered
from .graph import Input, Node, from_json, require_order, require_supported
from .inputs import fitted, shown
from .names import is_path
from .room import at_most
from .run import compute, is_on_host, placed

__all__ = ["OnnxModel"]

ALWAYS = 2**22  # elements that an array of constants alone may have: 16 MB of float32
PER_WEIGHT = 2**4  # and that many more for each number in the weights


class _Holder(Module):
    """A part of a model's names: what ``conv1`` is in ``conv1.weight``."""


class _Plan:
    """What a model does, hidden from the search for parameters."""

    def __init__(self, graph: Mapping[str, Any]) -> None:
        where = "OnnxModel"
        self.inputs = [Input(**entry) for entry in graph["inputs"]]
        self.outputs = [str(name) for name in graph["outputs"]]
        self.nodes = [Node(**entry) for entry in graph["nodes"]]
        self.constants = {name: from_json(data) for name, data in graph["constants"].items()}
        self.float = str(graph["float"])
        self.places: dict[str, tuple[Module, str]] = {}
        self.elements = 0
        self.max_elements = graph.get("max_elements")
        if self.max_elements is not None:
            self.max_elements = int(self.max_elements)
        for node in self.nodes:
            require_supported(node, where)
        names = [i.name for i in self.inputs]
        known = [*graph["weights"], *self.constants, *names]
        require_order(self.nodes, known, self.outputs, where)
        self.last_use = self._last_use()
        self.of_inputs = self._of_inputs(names)

    def _last_use(self) -> list[list[str]]:
        """Return for each node what nobody needs after it."""
        last = {name: i for i, node in enumerate(self.nodes) for name in node.inputs}
        freed: list[list[str]] = [[] for _ in self.nodes]
        for name, i in last.items():
            if name and name not in self.outputs:
                freed[i].append(name)
        return freed

    def _of_inputs(self, names: Iterable[str]) -> list[bool]:
        """Return for each node whether it computes something of what the model is given."""
        derived = set(names)
        found = []
        for node in self.nodes:
            found.append(not derived.isdisjoint(node.inputs))
            if found[-1]:
                derived.update(node.outputs)
        return found

    def limit(self, of_inputs: bool) -> tuple[float, str]:
        """Return how many elements an array may have, and what to do about one that has more."""
        if self.max_elements is not None:
            remedy = "give the model a smaller input, or import the file with a larger max_elements"
            return self.max_elements, remedy
        if of_inputs:
            return math.inf, ""  # as much as the memory has
        return ALWAYS + PER_WEIGHT * self.elements, (
            "constants alone ask for it, so a size in the file is probably damaged: export the "
            "model again, or, if it is meant, import it with a larger max_elements"
        )


class _Call:
    """What an operator can learn from its model; see ``operators/table.py``."""

    __slots__ = ("_model", "_node", "outputs", "training")

    def __init__(self, model: OnnxModel, node: Node, training: bool) -> None:
        self._model = model
        self._node = node
        self.training = training
        self.outputs = len(node.outputs)

    def dtype(self, code: int) -> str:
        name = numbered(code)
        return self._model._float() if name == self._model._plan.float else name

    def remember(self, slot: int, array: Any) -> None:
        place = self._model._plan.places.get(self._node.inputs[slot])
        if place is not None:
            owner, attribute = place
            if attribute in owner._buffer_names:
                setattr(owner, attribute, array)


@register_module
class OnnxModel(Module):
    """What :func:`xpnet.io.onnx.import_onnx` returns: a graph of ONNX operators that trains.

    Parameters
    ----------
    graph : dict
        Nodes, names, sizes: what the file says besides its weights, as JSON can hold it.
    device : str or Device, optional
        Where the weights are; default: the current device.

    Attributes
    ----------
    input_names, output_names : list of str

    Raises
    ------
    ModelFileError
        If the graph is none that this version can compute.

    Notes
    -----
    Floating-point initializers are parameters, running statistics and single numbers of formulas
    are buffers. ``state_dict()`` has the names of the file, with dots. Shapes are computed on the
    host. Batch normalisation and dropout follow :meth:`train` and :meth:`eval`.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> from xpnet.io.onnx import export, import_onnx
    >>> path = tempfile.mkdtemp() + "/model.onnx"
    >>> export(xn.nn.Linear(3, 2), xn.asarray([[1.0, 2.0, 3.0]]), path)
    >>> model = import_onnx(path)
    >>> model
    OnnxModel(x: float32 (batch, 3) -> output; 1 node: Gemm 1)
    >>> [name for name, _ in model.named_parameters()]
    ['weight', 'bias']
    """

    def __init__(self, graph: dict[str, Any], *, device: DeviceLike = None) -> None:
        try:
            self._plan = _Plan(graph)
            for name, entry in graph["weights"].items():
                self._place(name, entry, device)
        except ModelFileError:
            raise
        except Exception as error:
            raise ModelFileError(
                "OnnxModel: graph must be what import_onnx makes of a file, got "
                f"{type(error).__name__}: {error}; import the ONNX file again"
            ) from error

    def _place(self, name: str, entry: Mapping[str, Any], device: DeviceLike) -> None:
        """Make a parameter or a buffer of zeros, where its name says."""
        path, shape = entry["path"], tuple(int(n) for n in entry["shape"])
        if not isinstance(path, str) or not is_path(path):
            raise ValueError(f"the name {path!r}")
        spend(shape)
        zeros = asarray(np.zeros(shape, np.dtype(str(entry["dtype"]))), device=device)
        *stem, leaf = path.split(".")
        owner: Module = self
        for part in stem:
            if not hasattr(owner, part):
                setattr(owner, part, _Holder())
            owner = getattr(owner, part)
        if hasattr(owner, leaf):
            raise ValueError(f"the name {path!r} twice")
        if entry["kind"] == "parameter":
            setattr(owner, leaf, Parameter(zeros))
        else:
            owner.register_buffer(leaf, zeros)
        self._plan.places[name] = (owner, leaf)
        self._plan.elements += int(np.prod(shape, dtype=np.float64))

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs in the file, in their order."""
        return [declared.name for declared in self._plan.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs in the file, in their order."""
        return list(self._plan.outputs)

    def forward(self, *inputs: Any) -> Any:
        """Compute the outputs, in the order of the file: one, or a tuple of several."""
        plan = self._plan
        values = self._values(inputs)
        limits = [plan.limit(False), plan.limit(True)]
        training = self.training
        steps = zip(plan.nodes, plan.last_use, plan.of_inputs, strict=True)
        with np.errstate(all="ignore"):
            for node, freed, of_inputs in steps:
                call = _Call(self, node, training)
                given = [values[name] if name else None for name in node.inputs]
                with at_most(*limits[of_inputs]):
                    results = compute(node, given, call, "OnnxModel")
                values.update(zip(node.outputs, results, strict=False))
                for name in freed:
                    values.pop(name, None)
        found = [values[name] for name in plan.outputs]
        like = next((x for x in [*found, *inputs] if not is_on_host(x)), None)
        if like is not None:
            found = [placed(x, like) if is_on_host(x) else x for x in found]
        return found[0] if len(found) == 1 else tuple(found)

    def _values(self, inputs: tuple[Any, ...]) -> dict[str, Any]:
        """Return all values by name that are there before the first node."""
        plan = self._plan
        if len(inputs) != len(plan.inputs):
            wanted = ", ".join(map(shown, plan.inputs))
            raise ArgumentError(
                f"OnnxModel: inputs must be {len(plan.inputs)} ({wanted}), got {len(inputs)}; "
                "call the model with one array for each"
            )
        values: dict[str, Any] = dict(plan.constants)
        usual = {plan.float: self._float_of_weights()}
        for declared, x in zip(plan.inputs, inputs, strict=True):
            x = fitted(declared, x, usual)
            values[declared.name] = x if isinstance(x, Traced) else plain(x)
        for name, (owner, attribute) in plan.places.items():
            weight = getattr(owner, attribute)
            values[name] = weight if isinstance(weight, Traced) else plain(weight)
        return values

    def _float(self) -> str:
        """Return the data type that the model's numbers have now."""
        return self._float_of_weights() or self._plan.float

    def _float_of_weights(self) -> str:
        """Return the data type that the floating-point weights have now; nothing without any."""
        for owner, attribute in self._plan.places.values():
            name = dtype_name(unwrap(getattr(owner, attribute)).dtype)
            if name.startswith(("float", "bfloat")):
                return name
        return ""

    def __repr__(self) -> str:
        plan = self._plan
        counts = Counter(node.op for node in plan.nodes)
        operators = ", ".join(f"{op} {n}" for op, n in counts.most_common(6))
        more = ", ..." if len(counts) > 6 else ""
        inputs = ", ".join(map(shown, plan.inputs))
        return (
            f"OnnxModel({inputs} -> {', '.join(plan.outputs)}; {len(plan.nodes)} "
            f"node{'s'[: len(plan.nodes) != 1]}: {operators}{more})"
        )
