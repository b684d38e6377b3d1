"""Reading an ONNX file."""

from __future__ import annotations

from typing import Any

from ....backend import DeviceLike, as_device, asarray
from ....backend import device as on_device
from ....errors import ArgumentError
from ....nn import Parameter
from .assemble import assembled
from .model import OnnxModel
from .parse import read_graph
from .source import SourceLike, opened

__all__ = ["import_onnx"]


def import_onnx(
    path: SourceLike, device: DeviceLike = None, *, max_elements: int | None = None
) -> OnnxModel:
    """Read an ONNX file of any framework as a model that runs and trains on any library.

    Parameters
    ----------
    path : path-like, open file, bytes or onnx.ModelProto
        Weights may lie in a file beside that of the path, inside the same folder.
    device : str or Device, optional
        Default: the current device.
    max_elements : int, optional
        How many elements any array may have that the model computes; kept with the model when it
        is saved. Default: what is computed of the inputs may fill a quarter of the free memory,
        what constants alone ask for must not be much more than the weights.

    Returns
    -------
    OnnxModel
        Takes as many arrays as the graph has inputs. The weights of the file are its parameters,
        to be trained as any others; :func:`xpnet.save` writes it to a model file, which
        :func:`xpnet.load` reads where the package onnx is not installed.

    Raises
    ------
    ArgumentError
        If the package onnx is missing: ``pip install 'xpnet[onnx]'``. If `path` is nothing of
        those, or `max_elements` no positive whole number.
    ModelFileError
        If there is no such file, it is damaged, or something in it is not supported: then the
        message names the first operator, with its node, that is not. Nothing in a file is
        executed, and no number in it makes an array much larger than what the file holds.

    References
    ----------
    The ONNX contributors, *ONNX operators*, https://onnx.ai/onnx/operators.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> from xpnet.io.onnx import export, import_onnx
    >>> path = tempfile.mkdtemp() + "/model.onnx"
    >>> export(xn.nn.Linear(3, 2), xn.asarray([[1.0, 2.0, 3.0]]), path)
    >>> model = import_onnx(path)
    >>> model.predict(xn.asarray([[0.0, 0.0, 0.0]])).shape
    (1, 2)
    """
    _require_count(max_elements)
    source = opened(path)
    description, arrays = assembled(read_graph(source), source.where, max_elements)
    with on_device(as_device(device)):
        model = OnnxModel(description)
        for name, (owner, attribute) in model._plan.places.items():
            array = asarray(arrays[name])
            found = getattr(owner, attribute)
            if isinstance(found, Parameter):
                found.data = array
            else:
                setattr(owner, attribute, array)
    return model


def _require_count(max_elements: Any) -> None:
    if max_elements is None:
        return
    whole = isinstance(max_elements, int) and not isinstance(max_elements, bool)
    if not whole or max_elements < 1:
        raise ArgumentError(
            "import_onnx: max_elements must be a positive whole number or None, got "
            f"{max_elements!r}; give the number of elements of the largest array"
        )
