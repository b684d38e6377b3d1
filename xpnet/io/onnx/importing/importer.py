"""Reading an ONNX file."""

from __future__ import annotations

import os

from ....backend import DeviceLike, as_device, asarray
from ....backend import device as on_device
from ....nn import Parameter
from .assemble import assembled
from .model import OnnxModel
from .parse import read_graph

__all__ = ["import_onnx"]


def import_onnx(path: str | os.PathLike[str], device: DeviceLike = None) -> OnnxModel:
    """Read an ONNX file of any framework as a model that runs and trains on any library.

    Parameters
    ----------
    path : path-like
        Weights may lie in a file beside it, inside the same folder.
    device : str or Device, optional
        Default: the current device.

    Returns
    -------
    OnnxModel
        Takes as many arrays as the graph has inputs. The weights of the file are its parameters,
        to be trained as any others; :func:`xpnet.save` writes it to a model file, which
        :func:`xpnet.load` reads where the package onnx is not installed.

    Raises
    ------
    ArgumentError
        If the package onnx is missing: ``pip install 'xpnet[onnx]'``.
    ModelFileError
        If there is no such file, it is damaged, or something in it is not supported: then the
        message names the first operator, with its node, that is not. Nothing in a file is
        executed, and no number in it makes an array larger than what the file holds.

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
    where = f"import_onnx: {os.fspath(path)!r}"
    description, arrays = assembled(read_graph(path), where)
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
