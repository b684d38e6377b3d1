"""Launching the CUDA kernels of this folder, and all that they need of CuPy.

The sources are the ``.cu`` files next to this one. CuPy compiles one at its first use, for a dtype,
and keeps the result on disk. Kernels are raw ones, not CuPy's elementwise kernels, because the same
source then compiles without CuPy: the tests compile every source with nvcc for several GPUs, and
with a C++ compiler for the CPU, where they run each kernel against the generic op.

Arrays are read by their address: a kernel gets them C-contiguous and on the current device, so
forward and backward run inside ``with x.device``.
"""

from __future__ import annotations

import importlib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from ...typing import Array, DType
from .arguments import Arguments, parameters

__all__ = ["DTYPES", "THREADS", "contiguous", "cupy", "launch", "launch_blocks", "wide"]

DTYPES = "efd"
"""The characters of the dtypes that kernels are compiled for: float16, float32, float64."""

THREADS = 256
"""Threads of a block whose threads each work by themselves."""

MAX_THREADS = 512
"""Threads of a block that makes a sum, at most: the sources are compiled for that many."""

MAX_BLOCKS = 1 << 16
"""Larger grids gain nothing: each thread then takes several elements."""

MAX_SMALL = 1 << 30
"""Up to so many elements are counted in 32 bits, whose divisions are several times faster."""

_REAL = {"e": ("__half", "float"), "f": ("float", "float"), "d": ("double", "double")}
_WIDE: dict[str, type] = {"e": np.float32, "f": np.float32, "d": np.float64}


@cache
def cupy() -> Any:
    """Return the package, imported when the first of its arrays has been met, not before."""
    return importlib.import_module("cupy")


def contiguous(x: Array, dtype: DType = None) -> Array:
    """Return `x` if it lies in memory as kernels read it, else a copy that does."""
    there = cupy().ascontiguousarray(x, dtype=dtype)
    return there if x.ndim else there.reshape(())  # as in NumPy, it has an axis then


def wide(dtype: DType) -> type:
    """Return the type that sums of numbers of this dtype are made in."""
    return _WIDE[dtype.char]


def launch(kernel: str, dtype: DType, size: int, *arguments: Any) -> None:
    """Run a kernel that works on `size` elements, each by itself.

    Parameters
    ----------
    kernel : str
        Source and function, as in ``"conv/im2col"``.
    dtype
        What REAL is.
    size : int
        The number of elements; without any, nothing is done.
    *arguments
        A CuPy array for a pointer, None for a null pointer; a NumPy array of one element for a
        struct; any number for a number, which becomes what the source declares.
    """
    if size:
        blocks = min(-(-size // THREADS), MAX_BLOCKS)
        _run(kernel, dtype, blocks, THREADS, size, arguments)


def launch_blocks(kernel: str, dtype: DType, blocks: int, length: int, *arguments: Any) -> None:
    """Run a kernel whose blocks each go together over `length` elements; see `launch`."""
    if blocks:
        threads = 32
        while threads < min(length, MAX_THREADS):
            threads *= 2
        _run(kernel, dtype, blocks, threads, 0, arguments)


def _run(
    kernel: str, dtype: DType, blocks: int, threads: int, size: int, arguments: tuple[Any, ...]
) -> None:
    array = cupy().ndarray
    largest = max([size, *(a.size for a in arguments if isinstance(a, array))])
    index = "int32" if largest <= MAX_SMALL else "int64"
    compiled, declared = _compiled(kernel, dtype.char, index)
    compiled((int(blocks),), (threads,), declared.packed(arguments))


@cache
def _compiled(kernel: str, char: str, index: str) -> tuple[Any, Arguments]:
    """Return the compiled function, of which CuPy keeps one for each device, and what it takes."""
    source, _, name = kernel.partition("/")
    real, sums = _REAL[char]
    macros = {"REAL": real, "WIDE": sums, "INDEX": index}
    options = tuple(f"-D{macro}={kind}" for macro, kind in macros.items())
    half = ("-DHALF",) if char == "e" else ()
    text = code(source)
    declared = Arguments(kernel, parameters(text, name), macros, cupy().ndarray)
    return cupy().RawKernel(text, name, (*options, *half)), declared


@cache
def code(source: str) -> str:
    """Return a source of this folder, with what all begin with."""
    folder = files(__package__)
    names = ("common.cuh", "reduce.cuh", f"{source}.cu")
    return "\n".join(_text(folder, name) for name in names)


def _text(folder: Any, name: str) -> str:
    """Return a file with the others of the folder that it includes in place."""
    lines = [f'#line 1 "{name}"']
    text = folder.joinpath(name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        included = line.startswith('#include "') and line.split('"')[1]
        if included:
            line = f'{_text(folder, included)}\n#line {number + 1} "{name}"'
        lines.append(line)
    return "\n".join(lines)
