"""A stand-in for CuPy on the CPU: enough of it to run every kernel of this folder from end to end.

Its arrays are NumPy arrays, its `RawKernel` compiles the CUDA source with a C++ compiler
(``host/cuda.h``) and runs it. It is stricter than a GPU is:

- new memory is filled with NaN, and has bytes around it that no kernel may touch;
- a kernel's arguments must have exactly the types of its parameters, and arrays must be
  C-contiguous and on the current device;
- only the functions below exist.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import weakref
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np

from xpnet.kernels.cupy import gpu

HOST = Path(__file__).parent / "host"
COMPILER = shutil.which("g++")
GUARD = 256
WITH_ADDRESSES = ("Tensors",)
PARAMETERS = re.compile(r"^KERNEL (\w+)\(([^)]*)\)", re.MULTILINE)


class Device:
    """A GPU; as a context manager, the current one inside."""

    current: list[Device]

    def __init__(self, number):
        self.id = number

    def __eq__(self, other):
        return isinstance(other, Device) and self.id == other.id

    def __hash__(self):
        return self.id

    def __enter__(self):
        Device.current.append(self)
        return self

    def __exit__(self, *error):
        Device.current.pop()


Device.current = [Device(0)]


class ndarray(np.ndarray):  # noqa: N801
    """An array that knows its device and the memory that it lies in."""

    def __array_finalize__(self, source):
        self.memory = getattr(source, "memory", None)
        self._device = getattr(source, "_device", None) or Device.current[-1]

    @property
    def device(self):
        return self._device

    @property
    def data(self):
        return Address(self.ctypes.data)


ndarray.__module__ = "cupy"


class Address(NamedTuple):
    """Where an array begins."""

    ptr: int


class Memory(np.ndarray):
    """Bytes of the GPU; those at both ends belong to nobody."""


ALIVE = weakref.WeakValueDictionary()
"""All memory there is: a kernel may get addresses that are not arguments of their own."""


def empty(shape, dtype):
    dtype = np.dtype(dtype)
    shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    size = int(np.prod(shape)) * dtype.itemsize
    memory = np.full(size + 2 * GUARD, 0xFF, np.uint8).view(Memory)  # as numbers: NaN, or -1
    ALIVE[id(memory)] = memory
    x = memory[GUARD : GUARD + size].view(dtype).reshape(shape).view(ndarray)
    x.memory = memory
    return x


def zeros(shape, dtype):
    x = empty(shape, dtype)
    x[...] = 0
    return x


def array(values):
    """Return a copy, on the current device."""
    values = np.asarray(values)
    x = empty(values.shape, values.dtype)
    x[...] = values
    return x


def ascontiguousarray(x, dtype=None):
    _require_here(x)
    if x.flags.c_contiguous and dtype in (None, x.dtype):
        return x
    copy = empty(x.shape, dtype or x.dtype)
    copy[...] = x
    return copy


def matmul(a, b, out=None):
    _require_here(a, b, *([] if out is None else [out]))
    if out is None:
        out = empty((a.shape[0], b.shape[1]), a.dtype)
    assert a.ndim == b.ndim == 2, "other products are slower, and fail for some dtypes"
    assert a.dtype == b.dtype == out.dtype
    assert out.flags.c_contiguous
    exact = np.float32 if a.dtype == np.float16 else a.dtype
    out[...] = np.matmul(np.asarray(a, exact), np.asarray(b, exact))
    return out


def add(a, b, out=None, dtype=None):
    _require_here(a, b)
    return np.add(a, b, out=out, dtype=dtype)


def may_share_memory(a, b):
    return np.may_share_memory(a, b)


def _require_here(*arrays):
    for x in arrays:
        assert type(x) is ndarray, f"{type(x)} is not an array of the GPU"
        assert x.device == Device.current[-1], "an array of another device"


class RawKernel:
    """A kernel that runs on the CPU."""

    def __init__(self, code, name, options):
        self.function = getattr(_compiled(code, options), f"run_{name}")
        macros = dict(option.removeprefix("-D").partition("=")[::2] for option in options)
        self.types = {"int": np.int32, "int32": np.int32, "int64": np.int64, "float": np.float32}
        self.types |= {"double": np.float64, "__half": np.float16}
        self.types |= {name: self.types[macros[name]] for name in ("REAL", "WIDE", "INDEX")}
        self.parameters = [
            re.sub(r"^const ", "", " ".join(p.split())).rpartition(" ")[0]
            for p in dict(PARAMETERS.findall(code))[name].split(",")
        ]

    def __call__(self, grid, block, arguments):
        (blocks,), (threads,) = grid, block
        assert 0 < blocks < 2**31 and 0 < threads <= 1024
        assert len(arguments) == len(self.parameters), "number of arguments"
        pairs = list(zip(arguments, self.parameters, strict=True))
        values = [self.packed(a, kind) for a, kind in pairs]
        pointers = (ctypes.c_void_p * len(values))(*(v.ctypes.data for v in values))
        assert self.function(blocks, threads, pointers) == 0, "threads part at a barrier"
        for a, kind in pairs:
            touched = (
                list(ALIVE.values()) if kind in WITH_ADDRESSES else [getattr(a, "memory", None)]
            )
            for memory in touched:
                if memory is not None:
                    edges = (memory[:GUARD], memory[-GUARD:])
                    intact = all((edge == 0xFF).all() for edge in edges)
                    assert intact, "written outside of an array"

    def packed(self, argument, kind):
        """Return the bytes of an argument, of the type that its parameter has."""
        if kind.endswith("*"):
            if type(argument) is np.uintp and argument == 0:
                return np.array([0], np.uintp)
            _require_here(argument)
            assert argument.dtype == self.types[kind[:-1]], f"{argument.dtype} for {kind}"
            assert argument.flags.c_contiguous
            return np.array([argument.ctypes.data], np.uintp)
        if kind in self.types:
            assert type(argument) is self.types[kind], f"{type(argument)} for {kind}"
            return np.array([argument])
        assert type(argument) is np.ndarray and argument.size == 1, f"{type(argument)} for {kind}"
        return argument


@cache
def _folder():
    folder = Path(tempfile.mkdtemp(prefix="xpnet-kernels-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def unavailable():
    """Return why kernels cannot be run on this CPU, None if they can."""
    if COMPILER is None:
        return "g++ is not installed, which compiles the kernels for the CPU"
    source = f'#include "{HOST}/cuda.h"\n#include "{HOST}/cuda_fp16.h"\n__half x;'
    command = [COMPILER, "-std=c++17", "-fsyntax-only", "-w", "-x", "c++", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    if done.returncode:
        return "g++ here knows no half precision or no contexts, which kernels on the CPU need"
    return None


@cache
def _compiled(code, options):
    """Compile a source for the CPU, with a function for each kernel that takes its arguments."""
    runners = []
    for name, parameters in PARAMETERS.findall(code):
        types = [" ".join(p.split()).rpartition(" ")[0] for p in parameters.split(",")]
        values = ", ".join(f"*({kind}*)a[{i}]" for i, kind in enumerate(types))
        body = code.partition(f"KERNEL {name}(")[2].partition("\nKERNEL ")[0]
        barriers = "true" if "block_" in body or "__syncthreads" in body else "false"
        runners.append(
            f"static void call_{name}(void** a) {{ {name}({values}); }}\n"
            f'extern "C" int run_{name}(unsigned blocks, unsigned threads, void** a) '
            f"{{ return run_grid(blocks, threads, {barriers}, call_{name}, a); }}"
        )
    text = "\n".join(['#include "cuda.h"', code, *runners])
    path = _folder() / hashlib.sha256(repr((text, options)).encode()).hexdigest()[:16]
    path.with_suffix(".cpp").write_text(text, encoding="utf-8")
    library = path.with_suffix(".so")
    command = [COMPILER, "-O1", "-std=c++17", "-fPIC", "-shared", "-w", f"-I{HOST}", *options]
    subprocess.run([*command, "-o", library, path.with_suffix(".cpp")], check=True, text=True)
    return ctypes.CDLL(str(library))


@contextmanager
def emulation():
    """Kernels meet this module instead of CuPy inside the block."""
    module = ModuleType("cupy")
    for thing in (
        empty,
        zeros,
        ascontiguousarray,
        matmul,
        add,
        may_share_memory,
        RawKernel,
        ndarray,
    ):
        setattr(module, thing.__name__, thing)
    before = sys.modules.get("cupy")
    sys.modules["cupy"] = module
    caches = (gpu.cupy, gpu._compiled)
    try:
        for cached in caches:
            cached.cache_clear()
        yield module
    finally:
        for cached in caches:
            cached.cache_clear()
        if before is None:
            del sys.modules["cupy"]
        else:
            sys.modules["cupy"] = before
