"""Convolution by cuDNN, where it is installed (extra ``cudnn``): one call instead of columns.

CuPy itself has no cuDNN any more. NVIDIA's package ``nvidia-cudnn-frontend`` builds a plan for each
sum and each set of shapes, which takes a while at its first use and is kept. Plans that give other
bits from run to run are left out, and without TF32 those that round float32 to it. What cuDNN
cannot do is left to ``correlation.py``; ``XPNET_CUDNN=off`` leaves all to it.

https://docs.nvidia.com/deeplearning/cudnn/frontend/latest/
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
import warnings
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ...typing import Array
from ...windows import Sizes, Windows
from .gpu import cupy

__all__ = ["Images", "Plan", "plan"]

TF32 = 7
"""What CuPy calls products of float32 in TF32 (``COMPUTE_TYPE_TF32``)."""

_IO = {"e": "HALF", "f": "FLOAT", "d": "DOUBLE"}
_COMPUTE = {"e": "FLOAT", "f": "FLOAT", "d": "DOUBLE"}
_INEXACT = ("TENSOR_CORE", "DOWN_CONVERT_INPUTS", "REDUCED_PRECISION_REDUCTION")
"""Notes of plans that compute with fewer bits than the arrays have."""

MOST_PLANS = 1024
"""A thread keeps so many plans."""

LITTLE = 256 << 20
"""With fewer bytes left on a GPU, whatever fails may do so for want of memory."""

X, W, Y = 1, 2, 3
"""The numbers of images, weights and results in a graph."""


class Images(NamedTuple):
    """The shapes of a convolution, (N, C, *spatial), (M, C/G, *kernel), (N, M, *out)."""

    x: Sizes
    w: Sizes
    y: Sizes
    windows: Windows


class _Handle:
    """A handle of cuDNN for one device and thread.

    Between the choice of its stream and the work no other thread may choose another.
    """

    def __init__(self) -> None:
        self.number: Any = None
        self.library, self.device = _library(), cupy().cuda.Device()
        self.number = self.library.create_handle()

    def __del__(self) -> None:
        """Give the handle back, when its thread has ended; a process that ends does so itself."""
        if self.number is not None and not sys.is_finalizing():
            with self.device:
                self.library.destroy_handle(self.number)


class Plan(NamedTuple):
    """What cuDNN will do for one of the three sums."""

    graph: Any
    handle: _Handle
    workspace: int

    def run(self, x: Array, w: Array, y: Array) -> None:
        """Compute that of the three arrays which the plan is for; all are C-contiguous."""
        cp = cupy()
        handle = self.handle.number
        _library().set_stream(handle=handle, stream=cp.cuda.get_current_stream().ptr)
        # taken from the pool, and given back to it before the work is done: the order of the
        # stream keeps what comes next from writing there too early
        space = cp.empty(max(self.workspace, 1), np.uint8)
        pointers = {X: x.data.ptr, W: w.data.ptr, Y: y.data.ptr}
        self.graph.execute(pointers, space.data.ptr, handle=handle)


def plan(kind: str, images: Images, char: str) -> Plan | None:
    """Return this thread's plan for a sum on the current device, None if cuDNN has none.

    Parameters
    ----------
    kind : {"y", "x", "w"}
        What is computed: the results, or the gradient of the images or the weights.
    images : Images
    char : str
        The character of the dtype.
    """
    if not _usable() or not _covered(images):
        return None
    wanted = (kind, images, char, char == "f" and _tf32(), cupy().cuda.Device().id)
    plans = _of_thread.plans
    if wanted in plans:
        return plans[wanted]
    made = None
    try:
        made = _made(*wanted)
    except Exception as error:  # of many kinds, by version: a shape, a library that is missing
        if _for_want_of_memory(error):
            _warn("memory ran out; it is tried again")
            return None
        if "Supported" not in type(error).__name__:
            _warn(f"{type(error).__name__}: {error}")
    if len(plans) >= MOST_PLANS:
        del plans[next(iter(plans))]  # the oldest
    plans[wanted] = made
    return made


def _covered(images: Images) -> bool:
    """Tell whether there are as many windows as fit, as there must be for cuDNN.

    A transposed convolution may have less: rows and columns at the end that no window sees.
    """
    win = images.windows
    return all(
        (length + sum(padding) - (k - 1) * d - 1) // s + 1 == count
        for length, padding, k, d, s, count in zip(
            images.x[2:], win.padding, win.kernel, win.dilation, win.stride, win.out, strict=True
        )
    )


@cache
def _usable() -> bool:
    wanted = os.environ.get("XPNET_CUDNN", "on").lower() not in ("off", "0", "false", "no")
    return wanted and importlib.util.find_spec("cudnn") is not None


@cache
def _library() -> Any:
    return importlib.import_module("cudnn")


def _tf32() -> bool:
    products = importlib.import_module("cupy._core._routines_linalg")
    return bool(products.get_compute_type(np.dtype(np.float32)) == TF32)


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.handles: dict[int, _Handle] = {}
        self.plans: dict[tuple[Any, ...], Plan | None] = {}


_of_thread = _OfThread()


def _handle(device: int) -> _Handle:
    if device not in _of_thread.handles:
        _of_thread.handles[device] = _Handle()
    return _of_thread.handles[device]


def _made(kind: str, images: Images, char: str, tf32: bool, device: int) -> Plan:
    library, handle = _library(), _handle(device)
    graph = _graph(library, kind, images, char, handle.number)
    notes = ["NONDETERMINISTIC"]
    if char == "e":
        notes.append("REDUCED_PRECISION_REDUCTION")
    elif not tf32:
        notes.extend(_INEXACT)
    graph.validate()
    graph.build_operation_graph()
    graph.create_execution_plans([library.heur_mode.A, library.heur_mode.FALLBACK])
    graph.deselect_numeric_notes([getattr(library.numerical_note, name) for name in notes])
    graph.check_support()
    graph.build_plans()
    return Plan(graph, handle, graph.get_workspace_size())


def _for_want_of_memory(error: Exception) -> bool:
    """Tell whether something may have failed that works when there is memory again.

    cuDNN's errors do not always tell: what is left is asked as well.
    """
    if isinstance(error, ImportError | OSError):
        return False
    if isinstance(error, MemoryError) or "ALLOC" in str(error).upper():
        return True
    free: int = cupy().cuda.runtime.memGetInfo()[0]
    return free < LITTLE


@cache
def _warn(reason: str) -> None:
    warnings.warn(
        f"cuDNN is installed but was not used ({reason}); convolutions go by columns. "
        "XPNET_CUDNN=off says that this is meant",
        RuntimeWarning,
        stacklevel=2,
    )


def _graph(library: Any, kind: str, images: Images, char: str, handle: Any) -> Any:
    """Describe one sum; a sequence is an image of height 1."""
    io, compute = getattr(library.data_type, _IO[char]), getattr(library.data_type, _COMPUTE[char])
    graph = library.pygraph(
        io_data_type=io, intermediate_data_type=compute, compute_data_type=compute, handle=handle
    )
    shapes = {X: _as_image(images.x), W: _as_image(images.w), Y: _as_image(images.y)}
    result = {"y": Y, "x": X, "w": W}[kind]
    given = {
        uid: graph.tensor(
            name="xwy"[uid - 1], dim=shape, stride=_strides(shape), data_type=io, uid=uid
        )
        for uid, shape in shapes.items()
        if uid != result
    }
    win, line = images.windows, [0] * (4 - len(images.x))
    options = {
        "pre_padding": line + [before for before, _ in win.padding],
        "post_padding": line + [after for _, after in win.padding],
        "stride": [1] * len(line) + list(win.stride),
        "dilation": [1] * len(line) + list(win.dilation),
    }
    if kind == "y":
        made = graph.conv_fprop(image=given[X], weight=given[W], **options)
    elif kind == "x":
        made = graph.conv_dgrad(loss=given[Y], filter=given[W], **options)
    else:
        made = graph.conv_wgrad(image=given[X], loss=given[Y], **options)
    shape = shapes[result]
    made.set_output(True).set_dim(shape).set_stride(_strides(shape))
    made.set_data_type(io).set_uid(result)
    return graph


def _as_image(shape: Sizes) -> list[int]:
    return [*shape[:2], *[1] * (4 - len(shape)), *shape[2:]]


def _strides(shape: list[int]) -> list[int]:
    strides = [1]
    for size in reversed(shape[1:]):
        strides.insert(0, strides[0] * size)
    return strides
