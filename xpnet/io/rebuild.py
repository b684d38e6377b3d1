"""The model that is in a file: built again, without trusting the file.

Classes are those of :mod:`registry`, no layer is larger than what the file holds, and every way in
which a file can be wrong is a ModelFileError.
"""

from __future__ import annotations

import json
from typing import Any

from .._version import __version__
from ..backend import asarray, namespace
from ..errors import ModelFileError
from ..nn import Module
from ..nn.budget import limited
from ..typing import Array
from .architecture import build
from .tensor_file import CHECKSUM, Contents
from .tied import tie_parameters

__all__ = ["FORMAT", "json_in", "rebuilt", "require_model"]

FORMAT = 2
"""The number of the layout that this version writes; it reads this one and those before."""


def require_model(metadata: dict[str, str], where: str) -> None:
    """Raise if this version cannot read the file, or if it is no model's."""
    if "xpnet_checkpoint" in metadata:
        raise ModelFileError(
            f"{where} must be a model file, got a checkpoint of a training; load "
            "best.safetensors beside it, or go on with fit(checkpoint_dir=...)"
        )
    number = metadata.get("xpnet_format", "")
    ours = any(key in metadata for key in ("architecture", "no_architecture", "xpnet_version"))
    if number not in map(str, range(1, FORMAT + 1)) and (number or ours):
        raise ModelFileError(
            f"{where} must have format 1 to {FORMAT}, got {number or 'none'}, written by xpnet "
            f"{metadata.get('xpnet_version', '(unknown)')}; this is "
            f"{__version__}: install that version or a newer one"
        )
    if number not in ("", "1") and CHECKSUM not in metadata:
        raise ModelFileError(
            f"{where} must have a checksum, as format {number} has, got none; it was damaged or "
            "changed by another program: copy it again"
        )


def rebuilt(contents: Contents, where: str) -> Module:
    """Return the model in a file on the current device.

    Raises
    ------
    ModelFileError
        If its architecture is missing or cannot be built, or the arrays do not fit it.
    """
    metadata = contents.metadata
    tied = json_in(metadata, "tied", {}, where)
    built = _build(metadata, where, _most_elements(contents, tied))
    tie_parameters(built, tied, where)
    _take_over(built, contents, where)
    frozen = json_in(metadata, "frozen", [], where)
    for name, parameter in built.named_parameters():
        parameter.requires_grad = name not in frozen
    return built


def _most_elements(contents: Contents, tied: dict[str, str]) -> int:
    """Return how many initial values the layers of this file's model may ask for."""
    arrays = contents.arrays
    stored = sum(array.size for array in arrays.values())
    stored += sum(arrays[n].size for n in tied.values() if isinstance(n, str) and n in arrays)
    # layers that were replaced after construction are made twice, and so are special first values
    return 4 * stored + 10_000


def _build(metadata: dict[str, str], where: str, most: int) -> Module:
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
    description = json_in(metadata, "architecture", {}, where)
    try:
        with limited(most):
            return build(description)
    except ModelFileError:
        raise
    except Exception as error:
        raise ModelFileError(
            f"{where} must have an architecture as xpnet writes it, got one that cannot be read "
            f"({type(error).__name__}: {error}); save the model again"
        ) from error


def json_in(metadata: dict[str, str], key: str, default: Any, where: str) -> Any:
    """Return what the text of a key says, or the default, whose type it must have."""
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


def _take_over(model: Module, contents: Contents, where: str) -> None:
    try:
        model.load_state_dict(contents.arrays)
    except ModelFileError as error:
        raise ModelFileError(f"{where} must fit its own architecture; {error}") from error
    # it may also take other names of shared arrays, and do without a number of batches
    for name in model.state_dict():
        if name not in contents.arrays:
            raise ModelFileError(
                f"{where} must have all arrays of its own architecture, got none called {name!r}; "
                "save the model again"
            )
    # load_state_dict keeps the model's dtypes: here the file decides
    for name, parameter in model.named_parameters():
        parameter.data = _there(contents, name)
    modules = dict(model.named_modules())
    for name, _ in list(model.named_buffers()):
        owner, _, attribute = name.rpartition(".")
        setattr(modules[owner], attribute, _there(contents, name))


def _there(contents: Contents, name: str) -> Array:
    """Return an array on the current device; bfloat16 where the library has it, else float32."""
    array = asarray(contents.arrays[name])
    xp = namespace(array)
    if name in contents.bfloat16 and hasattr(xp, "bfloat16"):
        return xp.astype(array, xp.bfloat16)
    return array
