"""Model files of other programs: told by their first bytes, refused with what to do about them.

Those of PyTorch (``.pt``, ``.pth``, ``.bin``, ``.ckpt``) are pickles, which run code when they are
read; xpnet reads none. The message has the line that converts such a file where PyTorch is.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

from ..errors import ModelFileError

__all__ = ["of_unknown_dtype", "refuse_foreign", "refuse_instead", "torch_line"]

HEAD, TAIL = 512, 2**16
"""So many bytes are looked at: the names in a zip stand before its files, and again at the end."""

LEGACY_TORCH = bytes.fromhex("80028a0a6cfc9c46f9206aa85019")
"""A pickle of the number with which PyTorch began its files before version 1.6."""

BEGINNINGS = {
    b"\x89HDF\r\n\x1a\n": "keras",
    b"\x93NUMPY": "npy",
    b"GGUF": "gguf",
    b"\x1f\x8b": "compressed",
    b"BZh": "compressed",
    b"\xfd7zXZ": "compressed",
    b"(\xb5/\xfd": "compressed",
}

POINTER = b"version https://git-lfs"

PAGES = (b"<!doctype html", b"<html", b"<?xml")
"""What a server sends instead of a file that it does not have, or not for everybody."""

UNREAD = ("F8_E", "F4", "F6_", "I4", "U4", "C128")
"""Data types of safetensors that NumPy or xpnet lacks."""

ENDINGS = {".onnx": "onnx", ".pkl": "pickle", ".pickle": "pickle", ".joblib": "pickle"}

ZIPPED = {  # the first that is found
    b"/constants.pkl": "torchscript",
    b"/data.pkl": "pytorch",
    b".weights.h5": "keras",
    b".npy": "npz",
}


def refuse_foreign(path: str | os.PathLike[str], file: IO[bytes]) -> None:
    """Raise if a file is known to be another program's; else leave it at its beginning.

    Raises
    ------
    ModelFileError
        With the kind of the file and the remedy.
    """
    kind = _kind(os.fspath(path), file)
    file.seek(0)
    if kind:
        shown = os.fspath(path)
        what, remedy = _message(kind, shown)
        raise ModelFileError(f"load: {shown!r} must be a safetensors file, got {what}; {remedy}")


def refuse_instead(content: bytes, what: str) -> None:
    """Raise if these bytes are what is downloaded instead of a file.

    Raises
    ------
    ModelFileError
        With the remedy.
    """
    kind = _instead(content[:HEAD])
    if kind:
        came, remedy = _message(kind, "")
        raise ModelFileError(f"{what}, got {came}; {remedy}")


def _instead(head: bytes) -> str:
    if head.startswith(POINTER):
        return "pointer"
    started = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "page" if started.startswith(PAGES) else ""


def of_unknown_dtype(code: str, known: Sequence[str]) -> Exception:
    """Return the error for a data type in a file: of another kind of number, or damaged.

    Examples
    --------
    >>> type(of_unknown_dtype("F8_E4M3", ["F32"])).__name__
    'ModelFileError'
    """
    if code.startswith(UNREAD):
        return ModelFileError(
            f"load: data types must be {', '.join(known)}, got arrays of {code[:20]!r}, a type "
            "that xpnet does not read; convert them to float16 or float32 where the file was made, "
            "as by tensor.to(torch.float16)"
        )
    return ValueError(f"the dtype {code[:20]!r}, which is none of {', '.join(known)}")


def torch_line(path: str, converted: str) -> str:
    """Return the Python line that writes the tensors of a file of PyTorch as safetensors.

    It takes the dict with the most tensors: the file's own, or one in it such as
    ``"state_dict"``. Tensors that share memory, which safetensors refuses, get copies.

    Examples
    --------
    >>> torch_line("net.pt", "net.safetensors").partition(";")[0]
    'import torch, safetensors.torch'
    """
    # by its name, PyTorch would take it for what it is not
    file = f"open({path!r}, 'rb')" if path.endswith(".safetensors") else repr(path)
    return (
        "import torch, safetensors.torch; "
        f"d = torch.load({file}, map_location='cpu', weights_only=True); "
        "d = max([d, *(v for v in d.values() if isinstance(v, dict))], "
        "key=lambda s: sum(map(torch.is_tensor, s.values()))); "
        "safetensors.torch.save_file({k: v.contiguous().clone() for k, v in d.items() "
        f"if torch.is_tensor(v)}}, {converted!r})"
    )


def _kind(path: str, file: IO[bytes]) -> str:
    head = file.read(HEAD)
    if head[8:9] == b"{" or not head:  # as safetensors has it, which is the usual case
        return ""
    for beginning, kind in BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    if instead := _instead(head):
        return instead
    if head.startswith(b"PK"):
        return _kind_of_zip(head, file)
    if head.startswith(LEGACY_TORCH):
        return "pytorch"
    # a zero would be in the length of a header, whose begin was damaged
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05" and head[2:3] != b"\0":
        return "pickle"
    if head[4:8] == b"TFL3":
        return "tflite"
    # a message of protobuf: the version of the format, then a text or the graph
    if head[:1] == b"\x08" and head[2:3] in (b"\x12", b"\x1a", b"\x3a", b"\x42"):
        return "onnx"
    if path.endswith(".index.json") and head.lstrip().startswith(b"{"):
        return "index"
    return ENDINGS.get(os.path.splitext(path)[1].lower(), "")


def _kind_of_zip(head: bytes, file: IO[bytes]) -> str:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - TAIL))
    seen = head + file.read(TAIL)
    return next((kind for name, kind in ZIPPED.items() if name in seen), "zip")


def _message(kind: str, path: str) -> tuple[str, str]:
    """Return what it is and what to do."""
    stem = os.path.splitext(path)[0]
    converted = stem + ".safetensors"
    if os.path.normcase(converted) == os.path.normcase(path):
        converted = stem + "-converted.safetensors"
    then = f"load {converted!r} with model="
    messages = {
        "pytorch": (
            "a file of PyTorch, a pickle, which runs code when it is read",
            f"convert it once, in Python with torch and safetensors, and {then}:\n"
            f"{torch_line(path, converted)}",
        ),
        "torchscript": (
            "a program of PyTorch (TorchScript)",
            f"write its weights once, in Python with torch and safetensors, and {then}:\n"
            "import torch, safetensors.torch; "
            f"d = torch.jit.load({path!r}, map_location='cpu').state_dict(); "
            "safetensors.torch.save_file({k: v.contiguous().clone() for k, v in d.items()}, "
            f"{converted!r})",
        ),
        "pickle": (
            "a pickle, which runs code when it is read",
            "open it with the program that wrote it, if you trust it, and write its arrays there "
            f"with safetensors.numpy.save_file(arrays, {converted!r}); then {then}",
        ),
        "keras": (
            "a file of Keras (HDF5 or .keras)",
            "convert it once, in Python with keras: keras.saving.load_model"
            f"({path!r}).export({stem + '.onnx'!r}, format='onnx'), and read that by "
            f"xpnet.io.onnx.import_onnx({stem + '.onnx'!r})",
        ),
        "onnx": ("an ONNX file", f"read it by xpnet.io.onnx.import_onnx({path!r})"),
        "npz": (
            "arrays of NumPy (.npz)",
            "if they have the names of a model's parameters, take them by "
            f"model.load_state_dict(dict(numpy.load({path!r}))), and keep it by xpnet.save",
        ),
        "npy": (
            "one array of NumPy (.npy)",
            "a model has several and their names: give the file that xpnet.save wrote",
        ),
        "pointer": (
            "a pointer of Git LFS, which stands for the file in a repository",
            "fetch the file itself by git lfs pull in the clone, or download it from its page",
        ),
        "page": (
            "a web page",
            "the address gave a page instead of the file, as where one must log in: look at it in "
            "a browser, and download the file by the link for its raw content",
        ),
        "index": (
            "the index of a model in several files",
            f"build the model yourself and load it by xpnet.load({path!r}, model=model)",
        ),
        "tflite": ("a file of TensorFlow Lite", "export the model to ONNX where it was made"),
        "gguf": ("a GGUF file, of quantised weights", "take the safetensors that it came from"),
        "compressed": ("a compressed file", "unpack it first"),
        "zip": ("a zip archive", "unpack it, and load the model file in it"),
    }
    return messages[kind]
