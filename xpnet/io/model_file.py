"""Models in files: safetensors, with the architecture as JSON in the header.

======================  ============================================================
``xpnet_format``        the number of this layout, 2
``xpnet_version``       the version that wrote the file
``checksum``            of header and arrays, see ``tensor_file.py``; format 1 has none
``architecture``        JSON, see ``architecture.py``; missing if it could not be told
``no_architecture``     why it is missing
``tied``                JSON, {name: name of the parameter that it is}
``frozen``              JSON, names of the parameters that require no gradient
``notes``               JSON, what the user gave to ``save(notes=...)``
``manifest``            JSON, what the model came from: ``save(manifest=...)``
======================  ============================================================

Nothing in a file is executed: no pickle, no imports. Files of other programs, such as a PyTorch
state dict, load into a model that is given. The layout is documented in docs/model-files.md.
"""

from __future__ import annotations

import json
import os
import warnings
from typing import Any, TypeVar, overload

from .._version import __version__
from ..backend import DeviceLike, as_device
from ..backend import device as on_device
from ..errors import ArgumentError, ModelFileError
from ..nn import Module
from .architecture import describe
from .names import Rename, remedy, renamed
from .rebuild import FORMAT, json_in, rebuilt, require_model
from .shards import INDEX, read_shards
from .tensor_file import read_file, write_file
from .tied import tied_parameters

__all__ = ["load", "read_manifest", "read_notes", "save"]

M = TypeVar("M", bound=Module)


def save(
    model: Module,
    path: str | os.PathLike[str],
    notes: dict[str, Any] | None = None,
    manifest: dict[str, Any] | None = None,
) -> None:
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
    manifest : dict, optional
        What the model came from, see :func:`xpnet.io.manifest`; :func:`xpnet.io.read_manifest`
        gives it back.

    Raises
    ------
    ModelFileError
        If the folder is missing or cannot be written to, the disk is full, or JSON cannot hold
        the notes. A file that was there before stays as it was.

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
    metadata = _metadata(model)
    for key, value in (("notes", notes), ("manifest", manifest)):
        if value is not None:
            metadata[key] = _as_json(key, value)
    write_file("save", path, model.state_dict(), metadata)


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


def _as_json(key: str, value: dict[str, Any]) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelFileError(
            f"save: {key} must be what JSON can hold, got {error}; use numbers, strings, lists "
            "and dicts"
        ) from error


@overload
def load(path: str | os.PathLike[str], device: DeviceLike = ..., model: None = ...) -> Any: ...
@overload
def load(
    path: str | os.PathLike[str],
    device: DeviceLike = ...,
    *,
    model: M,
    rename: Rename | None = ...,
    strict: bool = ...,
) -> M: ...
def load(
    path: str | os.PathLike[str],
    device: DeviceLike = None,
    model: Module | None = None,
    rename: Rename | None = None,
    strict: bool = True,
) -> Any:
    """Read a model from a safetensors file onto any device, whatever it was trained on.

    Parameters
    ----------
    path : path-like
        Also ``*.safetensors.index.json``, a model in several files, with `model`.
    device : str or Device, optional
        Default: the current device, or that of `model`.
    model : Module, optional
        Gets the parameters in the file; they take its device and dtype. Needed for files without
        an architecture and for classes that are not registered
        (:func:`xpnet.io.register_module`), and for a state dict of PyTorch.
    rename : dict or callable, optional
        How names in the file become those of `model`: a dict of prefixes and what stands in their
        place, as in ``{"module.": ""}`` for what PyTorch's DataParallel wrote, of which the longest
        is taken; or a function of a name, which returns None for an array to be left out.
    strict : bool
        Whether names that `model` or the file lacks are an error. Otherwise what fits by name is
        loaded, and the rest of the model stays as it is; shapes must agree always.

    Returns
    -------
    Module
        `model`, or a new one, with the dtype it was saved with.

    Raises
    ------
    ModelFileError
        If there is no such file, it is damaged or of another kind (the message says how to convert
        it), its architecture cannot be built, or names and shapes do not fit.
    ArgumentError
        If `rename` makes no sense, or it or ``strict=False`` was given without a model.

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
    where = f"load: {os.fspath(path)!r}"
    if model is None:
        if rename is not None or not strict:
            raise ArgumentError(
                f"{where} must be loaded into a model for rename and strict to have a meaning, got "
                "model=None; build the model and pass it as model="
            )
        contents = read_file(path)
        require_model(contents.metadata, where)
        with on_device(as_device(device)):
            return rebuilt(contents, where)
    contents = read_shards(path) if os.fspath(path).endswith(INDEX) else read_file(path)
    require_model(contents.metadata, where)
    _fill(model, contents.arrays, rename, strict, os.fspath(path))
    return model if device is None else model.to(device)


def _fill(
    model: Module, arrays: dict[str, Any], rename: Rename | None, strict: bool, path: str
) -> None:
    where = f"load: {path!r}"
    named = arrays if rename is None else renamed(arrays, rename, where)
    try:
        model.load_state_dict(named, strict)
    except ModelFileError as error:
        raise ModelFileError(
            f"{where} must fit the given model; {error}{remedy(path, model, arrays)}"
        ) from error


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
    return _saved_json(path, "notes")


def read_manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the manifest that was saved with a model; empty if there is none.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is no complete safetensors file.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> path = tempfile.mkdtemp() + "/model.safetensors"
    >>> xn.save(xn.nn.Linear(3, 2), path, manifest=xn.io.manifest(seed=5))
    >>> read_manifest(path)["seed"]
    5
    """
    return _saved_json(path, "manifest")


def _saved_json(path: str | os.PathLike[str], key: str) -> dict[str, Any]:
    metadata = read_file(path, arrays=False).metadata
    saved: dict[str, Any] = json_in(metadata, key, {}, f"load: {os.fspath(path)!r}")
    return saved
