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
import math
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from functools import cache, partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np

from tests.kernels.cupy.standin import arrays, device, pinned
from tests.kernels.cupy.standin.arrays import array, require_here
from tests.kernels.cupy.standin.cublas import Library
from tests.kernels.cupy.standin.device import (
    Device,
    Held,
    memory_at,
    nobody_waits,
    perform,
    place_of,
    require_intact,
)
from tests.kernels.cupy.standin.namespace import Namespace
from xpnet.backend.device import _found
from xpnet.backend.libraries import cupy_recorder, cupy_uploader
from xpnet.backend.libraries.cupy_joining import joining_in_groups
from xpnet.backend.library import library
from xpnet.kernels.cupy import gpu, products

__all__ = ["Device", "array", "emulation", "nobody_waits", "unavailable"]

HOST = Path(__file__).parent / "host"
COMPILER = shutil.which("g++")
WITH_ADDRESSES = ("Tensors",)
PARAMETERS = re.compile(r"^KERNEL (\w+)\(([^)]*)\)", re.MULTILINE)


class RawKernel:
    """A kernel that runs on the CPU."""

    def __init__(self, code, name, options):
        self.function = getattr(_compiled(code, options), f"run_{name}")
        macros = dict(option.removeprefix("-D").partition("=")[::2] for option in options)
        self.types = {"int": np.int32, "int32": np.int32, "int64": np.int64, "uint8": np.uint8}
        self.types |= {"__half": np.float16, "float": np.float32, "double": np.float64}
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
        places = [place_of(a) for a in arguments if type(a) is arrays.ndarray]
        others = [m for a, kind in pairs if kind in WITH_ADDRESSES for m in _memories(a)]

        def run():
            touched = [place.memory.there() for place in places] + [m.there() for m in others]
            pointers = (ctypes.c_void_p * len(values))(*(v.ctypes.data for v in values))
            assert self.function(blocks, threads, pointers) == 0, "threads part at a barrier"
            for memory in touched:
                require_intact(memory)

        perform(run)

    def packed(self, argument, kind):
        """Return the bytes of an argument, of the type that its parameter has."""
        if kind.endswith("*"):
            if type(argument) is np.uintp and argument == 0:
                return np.array([0], np.uintp)
            require_here(argument)
            assert argument.dtype == self.types[kind[:-1]], f"{argument.dtype} for {kind}"
            assert argument.flags.c_contiguous
            return np.array([argument.data.ptr], np.uintp)
        if kind in self.types:
            assert type(argument) is self.types[kind], f"{type(argument)} for {kind}"
            return np.array([argument])
        assert type(argument) is np.ndarray and argument.size == 1, f"{type(argument)} for {kind}"
        return argument.copy()


def _memories(table):
    """Return the memory that the addresses in a struct are in."""
    pointers = {int(p) for name in table.dtype.names for p in _addresses(table[name])}
    return [Held(memory_at(p)) for p in sorted(pointers) if p]


def _addresses(field):
    return field.ravel() if field.dtype == np.uintp else ()


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


def _modules():
    """Return what is imported instead of CuPy, by name."""
    cupy, cuda, runtime = (
        ModuleType("cupy"),
        ModuleType("cupy.cuda"),
        ModuleType("cupy.cuda.runtime"),
    )
    for name in (
        *("empty", "zeros", "array", "asarray", "asnumpy", "ascontiguousarray", "matmul"),
        *("add", "arange", "may_share_memory", "ndarray"),
    ):
        setattr(cupy, name, getattr(arrays, name))
    cupy.RawKernel, cupy.cuda, cupy.__version__ = RawKernel, cuda, "14.2.0"
    cupy.is_available = lambda: True
    cupy.get_default_memory_pool = lambda: device.default_pool
    cupy.get_default_pinned_memory_pool = lambda: pinned.default_pool
    for name in (
        *(
            "Device",
            "Event",
            "Stream",
            "MemoryPool",
            "using_allocator",
            "get_current_stream",
            "get_elapsed_time",
        ),
        "MemoryPointer",
    ):
        setattr(cuda, name, getattr(device, name))
    for name in (
        *("alloc_pinned_memory", "set_pinned_memory_allocator"),
        *("PinnedMemory", "PinnedMemoryPointer", "PinnedMemoryPool"),
    ):
        setattr(cuda, name, getattr(pinned, name))
    cuda.Memory, runtime.CUDARuntimeError = device.RawMemory, device.CUDARuntimeError
    cuda.runtime, runtime.getDeviceCount = runtime, lambda: 2
    runtime.memGetInfo = lambda: (1 << 34, 1 << 34)
    linalg = ModuleType("cupy._core._routines_linalg")
    linalg.get_compute_type = lambda dtype: 0
    modules = {"cupy": cupy, "cupy.cuda": cuda, "cupy.cuda.runtime": runtime}
    modules["cupy._core._routines_linalg"] = linalg
    special = ModuleType("cupyx.scipy.special")
    special.erf = partial(arrays.compute, lambda x: _erf(x).astype(_types_of_erf[x.dtype.char]))
    modules |= {"cupyx.scipy.special": special}
    modules |= {name: ModuleType(name) for name in ("cupyx", "cupyx.scipy")}
    for name, module in modules.items():
        module.__spec__ = ModuleSpec(name, None)
    return modules


_erf = np.vectorize(math.erf, otypes="d")
_types_of_erf = defaultdict(lambda: "d", f="f")  # of half precision it makes double precision


@contextmanager
def emulation():
    """Kernels meet this module instead of CuPy inside the block, and so does all of xpnet."""
    modules, cublas = _modules(), Library()
    before = {name: sys.modules.get(name) for name in modules}
    cupy = library("cupy")
    caches = (gpu.cupy, gpu._compiled)
    sys.modules.update(modules)
    with (
        patch.object(cupy, "_namespace", joining_in_groups(Namespace())),
        patch.dict(_found, clear=True),
        patch.object(products, "_library", lambda: cublas),
        patch.object(products, "_of_thread", products._OfThread()),
        patch.object(cupy_recorder, "_streams", cupy_recorder._Streams()),
        patch.object(cupy_recorder, "_pools", []),
        patch.object(cupy_uploader, "_under_way", []),
        patch.dict(device.RESERVED, clear=True),
        patch.object(pinned, "_allocators", [pinned.default_pool.malloc]),
    ):
        try:
            for cached in caches:
                cached.cache_clear()
            modules["cupy"].cublas_of_the_standin = cublas
            yield modules["cupy"]
        finally:
            for cached in caches:
                cached.cache_clear()
            for name, module in before.items():
                if module is None:
                    del sys.modules[name]
                else:
                    sys.modules[name] = module
