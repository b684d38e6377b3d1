"""Models in files: safetensors, with the architecture as JSON in the header.

======================  ============================================================
``xpnet_format``        the number of this layout, 1
``xpnet_version``       the version that wrote the file
``architecture``        JSON, see ``architecture.py``; missing if it could not be told
``no_architecture``     why it is missing
``tied``                JSON, {name: name of the parameter that it is}
``frozen``              JSON, names of the parameters that require no gradient
``notes``               JSON, what the user gave to ``save(notes=...)``
======================  ============================================================

Nothing in a file is executed: no pickle, no imports. Files of other programs, such as a PyTorch
state dict, load into a model that is given.
"""

from __future__ import annotations

import json
import os
import warnings
from typing import Any, TypeVar, overload

import numpy as np

from .._version import __version__
from ..backend import DeviceLike, as_device, asarray, to_numpy
from ..backend import device as on_device
from ..errors import ArgumentError, ModelFileError
from ..nn import Module
from ..typing import State
from .architecture import build, describe
from .atomic import atomic_path
from .tied import tie_parameters, tied_parameters

__all__ = ["FORMAT", "load", "read_file", "read_notes", "save"]

FORMAT = 1
"""The number of the layout that this version writes."""

M = TypeVar("M", bound=Module)


def save(model: Module, path: str | os.PathLike[str], notes: dict[str, Any] | None = None) -> None:
    """Write a model's architecture, parameters and buffers to a safetensors file.

    Parameters
    ----------
    model : Module
        On any device.
    path : path-like
        Usually ``*.safetensors``. An existing file is replaced when the new one is complete.
    notes : dict, optional
        What else belongs to the model, such as the names of the classes: anything that JSON can
        hold. :func:`xpnet.io.read_notes` gives it back.

    Raises
    ------
    ModelFileError
        If the folder is missing or cannot be written to, or JSON cannot hold the notes.

    Warns
    -----
    UserWarning
        If the architecture cannot be described, because a constructor was given a function, say.
        The file then holds the parameters alone, and needs ``load(path, model=...)``. Also if an
        option such as ``dropout.p`` was changed after construction: the file holds the first one.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> path = tempfile.mkdtemp() + "/model.safetensors"
    >>> xn.save(xn.nn.Linear(3, 2), path)
    >>> xn.load(path)
    Linear(3, 2)
    """
    if not isinstance(model, Module):
        raise ArgumentError(
            f"save: model must be an nn.Module, got {type(model).__name__}; "
            "write arrays with numpy.savez"
        )
    from safetensors.numpy import save_file

    # safetensors writes the memory of an array whatever its strides: it must be contiguous
    arrays = {
        name: np.asarray(to_numpy(array), order="C") for name, array in model.state_dict().items()
    }
    metadata = _metadata(model)
    if notes is not None:
        metadata["notes"] = _notes_as_json(notes)
    with atomic_path(path, "save", ModelFileError) as temporary:
        save_file(arrays, temporary, metadata=metadata)


def _metadata(model: Module) -> dict[str, str]:
    metadata = {
        "xpnet_format": str(FORMAT),
        "xpnet_version": __version__,
        "tied": json.dumps(tied_parameters(model)),
        "frozen": json.dumps([n for n, p in model.named_parameters() if not p.requires_grad]),
    }
    try:
        metadata["architecture"] = json.dumps(describe(model))
    except ModelFileError as error:
        # raising would cost the user a trained model
        warnings.warn(f"{error} (the parameters are saved)", stacklevel=3)
        metadata["no_architecture"] = str(error)
    return metadata


def _notes_as_json(notes: dict[str, Any]) -> str:
    try:
        return json.dumps(notes)
    except (TypeError, ValueError) as error:
        raise ModelFileError(
            f"save: notes must be what JSON can hold, got {error}; use numbers, strings, lists "
            "and dicts"
        ) from error


@overload
def load(path: str | os.PathLike[str], device: DeviceLike = ..., model: None = ...) -> Any: ...
@overload
def load(path: str | os.PathLike[str], device: DeviceLike = ..., *, model: M) -> M: ...
def load(
    path: str | os.PathLike[str], device: DeviceLike = None, model: Module | None = None
) -> Any:
    """Read a model from a safetensors file onto any device, whatever it was trained on.

    Parameters
    ----------
    path : path-like
    device : str or Device, optional
        Default: the current device, or that of `model`.
    model : Module, optional
        Gets the parameters in the file; they take its device and dtype. Needed for files without
        an architecture and for classes that are not registered
        (:func:`xpnet.io.register_module`).

    Returns
    -------
    Module
        `model`, or a new one, with the dtype it was saved with.

    Raises
    ------
    ModelFileError
        If there is no such file, it is damaged or of another kind, its architecture cannot be
        built, or names and shapes do not fit.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> path = tempfile.mkdtemp() + "/model.safetensors"
    >>> model = xn.nn.Linear(3, 2)
    >>> xn.save(model, path)
    >>> same = xn.load(path, device="cpu")
    >>> bool((same.weight.data == model.weight.data).all())
    True
    """
    metadata, state = read_file(path)
    where = f"load: {os.fspath(path)!r}"
    if model is not None:
        try:
            model.load_state_dict(state)
        except ModelFileError as error:
            raise ModelFileError(f"{where} must fit the given model; {error}") from error
        return model if device is None else model.to(device)
    target = as_device(device)
    with on_device(target):
        built = _build(metadata, where)
        tie_parameters(built, _json(metadata, "tied", {}, where), where)
        _take_over(built, state, where)
    frozen = _json(metadata, "frozen", [], where)
    for name, parameter in built.named_parameters():
        parameter.requires_grad = name not in frozen
    return built


def read_notes(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the notes that were saved with a model; empty if there are none.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is no complete safetensors file.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> path = tempfile.mkdtemp() + "/model.safetensors"
    >>> xn.save(xn.nn.Linear(3, 2), path, notes={"class_names": ["no", "yes"]})
    >>> read_notes(path)
    {'class_names': ['no', 'yes']}
    """
    metadata, _ = read_file(path, arrays=False)
    notes: dict[str, Any] = _json(metadata, "notes", {}, f"load: {os.fspath(path)!r}")
    return notes


def read_file(path: str | os.PathLike[str], arrays: bool = True) -> tuple[dict[str, str], State]:
    """Return the metadata and, if wanted, the NumPy arrays of a safetensors file.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is no complete safetensors file.
    """
    from safetensors import SafetensorError, safe_open

    shown = os.fspath(path)
    if not os.path.isfile(path):
        what = "a folder" if os.path.isdir(path) else "no file"
        raise ModelFileError(
            f"load: path must be a model file, got {what} at {shown!r}; check the name and the "
            f"current folder {os.getcwd()!r}"
        )
    try:
        with safe_open(shown, framework="numpy") as file:
            metadata = dict(file.metadata() or {})
            names = list(file.keys()) if arrays else []
            # copies, because the file may be replaced while it is mapped
            return metadata, {name: np.array(file.get_tensor(name)) for name in names}
    except (SafetensorError, OSError, TypeError, AttributeError) as error:
        raise ModelFileError(
            f"load: {shown!r} must be a complete safetensors file, got one that cannot be read "
            f"({error}); it is of another kind, or was cut off on its way: copy it again"
        ) from error


def _build(metadata: dict[str, str], where: str) -> Module:
    if "no_architecture" in metadata:
        raise ModelFileError(
            f"{where} must hold an architecture, got parameters alone, because: "
            f"{metadata['no_architecture']}"
        )
    if "architecture" not in metadata:
        raise ModelFileError(
            f"{where} must hold an architecture, got a file without one that another program "
            "wrote; build the model yourself and pass it as model="
        )
    number = metadata.get("xpnet_format", "")
    if number != str(FORMAT):
        raise ModelFileError(
            f"{where} must have format {FORMAT}, got {number or 'none'}, written by xpnet "
            f"{metadata.get('xpnet_version', '(unknown)')}; this is "
            f"{__version__}: install that version or a newer one"
        )
    description = _json(metadata, "architecture", {}, where)
    try:
        return build(description)
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFileError(
            f"{where} must have an architecture as xpnet writes it, got one that cannot be read "
            f"({type(error).__name__}: {error}); save the model again"
        ) from error


def _json(metadata: dict[str, str], key: str, default: Any, where: str) -> Any:
    try:
        value = json.loads(metadata[key]) if key in metadata else default
    except (ValueError, RecursionError) as error:
        value = error
    if not isinstance(value, type(default)):
        raise ModelFileError(
            f"{where} must have {key!r} in its metadata as JSON, got {metadata[key][:40]!r}; "
            "save the model again"
        )
    return value


def _take_over(model: Module, state: State, where: str) -> None:
    try:
        model.load_state_dict(state)
    except ModelFileError as error:
        raise ModelFileError(f"{where} must fit its own architecture; {error}") from error
    # load_state_dict keeps the model's dtypes: here the file decides
    for name, parameter in model.named_parameters():
        parameter.data = asarray(state[name])
    modules = dict(model.named_modules())
    for name, _ in list(model.named_buffers()):
        owner, _, attribute = name.rpartition(".")
        setattr(modules[owner], attribute, asarray(state[name]))
