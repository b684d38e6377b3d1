"""What is imported: a path, an open file, its bytes, or what the package onnx made of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

from ....errors import ArgumentError, ModelFileError
from ...foreign import refuse_instead

__all__ = ["Source", "SourceLike", "opened"]

SourceLike: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Any"


class Source(NamedTuple):
    """A ModelProto, how messages call it, and where weights beside it may lie."""

    proto: Any
    where: str
    folder: Path | None


def opened(source: SourceLike) -> Source:
    """Return what a file says, as protobuf has it.

    Raises
    ------
    ArgumentError
        If it is none of those, or the package onnx is missing.
    ModelFileError
        If there is no such file, or it is damaged.
    """
    try:
        import onnx
    except ImportError as error:
        raise ArgumentError(
            f"import_onnx: the package onnx must be installed, got {error}; "
            "pip install 'xpnet[onnx]' (a model saved with xpnet.save loads without it)"
        ) from error
    if isinstance(source, onnx.ModelProto):
        return _whole(Source(source, "import_onnx: the ModelProto", None))
    if isinstance(source, bytes | bytearray | memoryview):
        where = f"import_onnx: the {len(source):,} bytes"
        return _whole(Source(_parsed(onnx.ModelProto(), bytes(source), where), where, None))
    if isinstance(source, str | os.PathLike):
        return _whole(_of_path(onnx.ModelProto(), source))
    if callable(getattr(source, "read", None)):
        return _whole(_of_file(onnx.ModelProto(), source))
    raise ArgumentError(
        "import_onnx: path must be the path of an ONNX file, an open file, bytes or a ModelProto, "
        f"got {type(source).__name__}; give it one of those"
    )


def _of_path(proto: Any, path: str | os.PathLike[str]) -> Source:
    if not os.path.isfile(path):
        what = "a folder" if os.path.isdir(path) else "no file"
        raise ModelFileError(
            f"import_onnx: path must be an ONNX file, got {what} at {os.fspath(path)!r}; check "
            f"the name and the current folder {os.getcwd()!r}"
        )
    where = f"import_onnx: {os.fspath(path)!r}"
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise _unreadable(where, error) from error
    folder = Path(os.path.dirname(os.path.abspath(path)))
    return Source(_parsed(proto, content, where), where, folder)


def _of_file(proto: Any, file: IO[bytes]) -> Source:
    """Read on from where an open file is; if it is of a folder, weights beside it are found."""
    name = getattr(file, "name", None)
    known = isinstance(name, str) and os.path.isfile(name)
    where = f"import_onnx: {name!r}" if known else "import_onnx: the file"
    content = file.read()
    if not isinstance(content, bytes):
        raise ArgumentError(
            f"import_onnx: files must be open for bytes, got {type(content).__name__}; open it by "
            "open(path, 'rb')"
        )
    folder = Path(os.path.dirname(os.path.abspath(str(name)))) if known else None
    return Source(_parsed(proto, content, where), where, folder)


def _parsed(proto: Any, content: bytes, where: str) -> Any:
    refuse_instead(content, f"{where} must be a complete ONNX file")
    try:
        proto.ParseFromString(content)
    except Exception as error:  # protobuf has its own classes
        raise _unreadable(where, error) from error
    return proto


def _unreadable(where: str, error: Exception) -> ModelFileError:
    return ModelFileError(
        f"{where} must be a complete ONNX file, got one that cannot be read ({error}); it is "
        "of another kind, or was damaged or cut off on its way: copy it again"
    )


def _whole(source: Source) -> Source:
    if not source.proto.HasField("graph"):
        raise ModelFileError(
            f"{source.where} must be a complete ONNX file, got one without a graph; it is of "
            "another kind, or was damaged or cut off on its way: copy it again"
        )
    return source
