"""Convolution by cuDNN: what it is asked for, with a stand-in that does what a graph says."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from itertools import product
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from tests.kernels.cupy.compare import DTYPES, agree
from tests.kernels.cupy.standin.device import Stream, get_current_stream
from xpnet.kernels.cupy import cudnn
from xpnet.ops import OPS

rng = np.random.default_rng(0)
TYPES = {"HALF": np.float16, "FLOAT": np.float32, "DOUBLE": np.float64}


def numbers(*shape):
    return rng.standard_normal(shape)


class cudnnGraphNotSupportedError(Exception):  # noqa: N801
    pass


class Tensor:
    """A tensor of a graph: what is set on it."""

    def __init__(self, dim=None, stride=None, data_type=None, uid=None, name=""):
        self.dim, self.stride, self.data_type, self.uid = dim, stride, data_type, uid

    def __getattr__(self, name):
        if not name.startswith("set_"):
            raise AttributeError(name)

        def put(value):
            setattr(self, name.removeprefix("set_"), value)
            return self

        return put


class Graph:
    """Describes one convolution, and computes it by the generic op."""

    refused = ()
    built = []

    def __init__(self, *, io_data_type, intermediate_data_type, compute_data_type, handle):
        self.type, self.sums, self.handle = io_data_type, compute_data_type, handle
        self.notes, self.tensors, self.steps = [], {}, []
        Graph.built.append(self)

    def tensor(self, **options):
        made = Tensor(**options)
        assert made.stride == [int(np.prod(made.dim[i + 1 :])) for i in range(4)]
        self.tensors[made.uid] = made
        return made

    def _convolution(self, kind, given, options):
        assert set(options) == {"pre_padding", "post_padding", "stride", "dilation"}
        assert all(len(value) == 2 for value in options.values())
        self.kind, self.given, self.options, self.result = kind, given, options, Tensor()
        return self.result

    def conv_fprop(self, *, image, weight, **options):
        return self._convolution("y", (image, weight), options)

    def conv_dgrad(self, *, loss, filter, **options):
        return self._convolution("x", (loss, filter), options)

    def conv_wgrad(self, *, image, loss, **options):
        return self._convolution("w", (image, loss), options)

    def validate(self):
        assert self.result.output
        assert self.result.data_type == self.type
        self.tensors[self.result.uid] = self.result
        assert sorted(self.tensors) == [1, 2, 3]
        x, w, y = (self.tensors[i].dim for i in (1, 2, 3))
        for i in range(2):
            reach = (w[i + 2] - 1) * self.options["dilation"][i] + 1
            length = x[i + 2] + self.options["pre_padding"][i] + self.options["post_padding"][i]
            assert y[i + 2] == (length - reach) // self.options["stride"][i] + 1
        self.steps.append("validate")

    def build_operation_graph(self):
        self.steps.append("build_operation_graph")

    def create_execution_plans(self, modes):
        assert modes == ["A", "FALLBACK"]
        self.steps.append("create_execution_plans")

    def deselect_numeric_notes(self, notes):
        self.notes = notes

    def check_support(self):
        self.steps.append("check_support")
        if self.kind in Graph.refused:
            raise cudnnGraphNotSupportedError("no engine")

    def build_plans(self):
        assert self.steps == [
            "validate",
            "build_operation_graph",
            "create_execution_plans",
            "check_support",
        ]

    def get_workspace_size(self):
        return 100 if self.kind == "w" else 0

    def _array(self, pointers, uid):
        real, dim = np.dtype(TYPES[self.type]), self.tensors[uid].dim
        memory = (ctypes.c_uint8 * (int(np.prod(dim)) * real.itemsize)).from_address(pointers[uid])
        return np.frombuffer(memory, real).reshape(dim)

    def execute(self, pointers, workspace, handle):
        assert handle == self.handle
        assert handle.stream == get_current_stream().ptr != 0
        assert workspace
        x, w, y = (self._array(pointers, uid) for uid in (1, 2, 3))
        exact = np.float64 if self.type == "DOUBLE" else np.float32
        options = {
            "stride": tuple(self.options["stride"]),
            "dilation": tuple(self.options["dilation"]),
            "groups": x.shape[1] // w.shape[1],
        }
        pads = [
            (0, 0),
            (0, 0),
            *zip(self.options["pre_padding"], self.options["post_padding"], strict=True),
        ]
        padded = np.pad(np.nan_to_num(x.astype(exact)), pads)
        weights = np.nan_to_num(w.astype(exact))
        result, saved = OPS["conv"].forward(padded, weights, **options)
        if self.kind == "y":
            y[...] = result
            return
        needs = (self.kind == "x", self.kind == "w")
        dx, dw = OPS["conv"].backward(y.astype(exact), saved, needs)
        if self.kind == "w":
            w[...] = dw
            return
        inside = tuple(
            slice(before, before + size) for (before, _), size in zip(pads, x.shape, strict=True)
        )
        x[...] = dx[inside]


class Handle:
    alive = []

    def __init__(self):
        self.stream = None
        Handle.alive.append(self)


def names(*words):
    return SimpleNamespace(**{word: word for word in words})


@pytest.fixture
def library(gpu, monkeypatch):
    """The stand-in for the package, installed."""
    module = ModuleType("cudnn")
    module.pygraph, module.create_handle = Graph, Handle
    module.set_stream = lambda handle, stream: setattr(handle, "stream", stream)
    module.data_type = names(*TYPES)
    module.heur_mode = names("A", "FALLBACK")
    module.numerical_note = names("NONDETERMINISTIC", *cudnn._INEXACT)
    module.__spec__ = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "cudnn", module)
    monkeypatch.setattr(cudnn, "_tf32", lambda: False)
    monkeypatch.delenv("XPNET_CUDNN", raising=False)
    module.destroy_handle = Handle.alive.remove
    monkeypatch.setattr(cudnn, "_of_thread", cudnn._OfThread())
    caches = (cudnn._usable, cudnn._library, cudnn._warn)
    for cached in caches:
        cached.cache_clear()
    Graph.built, Graph.refused, Handle.alive[:] = [], (), []
    with Stream(non_blocking=True):
        yield module
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("padding", [0, (2, 1), "same"])
def test_every_geometry_of_images(library, dtype, padding):
    steps = [1] if padding == "same" else [1, 2, (3, 1)]
    for kernel, stride, groups in product([(1, 1), (2, 3)], steps, [1, 2]):
        options = {"stride": stride, "padding": padding, "dilation": (1, 2), "groups": groups}
        arrays = [numbers(3, 4, 6, 7), numbers(8, 4 // groups, *kernel), numbers(8)]
        agree("conv", arrays, (0, 1, 2), dtype, **options)
    assert {graph.kind for graph in Graph.built} == {"y", "x", "w"}
    sums = {"float16": "FLOAT", "float32": "FLOAT", "float64": "DOUBLE"}[dtype]
    assert {graph.sums for graph in Graph.built} == {sums}


def test_a_sequence_is_an_image_of_height_one(library):
    agree("conv", [numbers(2, 4, 11), numbers(4, 2, 3), numbers(4)], (0, 1, 2), padding=2, groups=2)
    assert [graph.tensors[1].dim for graph in Graph.built] == [[2, 4, 1, 11]] * 3


def test_transposed_convolution_goes_the_same_way(library):
    arrays = [numbers(2, 4, 3, 4), numbers(4, 2, 3, 2), numbers(4)]
    for stride, padding in [(1, 0), (2, 1), ((3, 2), 1)]:
        agree("conv_transpose", arrays, (0, 1, 2), stride=stride, padding=padding, groups=2)
    assert {graph.kind for graph in Graph.built} == {"y", "x", "w"}


def test_plans_are_made_once_for_each_shape(library):
    arrays = [numbers(2, 3, 5, 5), numbers(4, 3, 3, 3), None]
    for _ in range(2):
        agree("conv", arrays, (0, 1))
    assert len(Graph.built) == 3


@pytest.mark.parametrize(
    ("char", "tf32", "kept_out"),
    [
        ("f", False, {"NONDETERMINISTIC", *cudnn._INEXACT}),
        ("f", True, {"NONDETERMINISTIC"}),
        ("d", False, {"NONDETERMINISTIC", *cudnn._INEXACT}),
        ("e", False, {"NONDETERMINISTIC", "REDUCED_PRECISION_REDUCTION"}),
    ],
)
def test_plans_with_other_bits_or_fewer_are_left_out(library, monkeypatch, char, tf32, kept_out):
    monkeypatch.setattr(cudnn, "_tf32", lambda: tf32)
    dtype = {"f": "float32", "d": "float64", "e": "float16"}[char]
    agree("conv", [numbers(2, 3, 5, 5), numbers(4, 3, 3, 3)], (0, 1), dtype)
    assert all(set(graph.notes) == kept_out for graph in Graph.built)


@pytest.mark.parametrize("refused", ["y", "x", "w", "xw"])
def test_what_cudnn_cannot_do_goes_by_columns(library, refused):
    Graph.refused = tuple(refused)
    agree("conv", [numbers(2, 3, 5, 5), numbers(4, 3, 3, 3), numbers(4)], (0, 1, 2), "float32")


def test_channels_by_themselves_are_summed_directly(library):
    agree("conv", [numbers(2, 4, 5, 5), numbers(4, 1, 3, 3), numbers(4)], (0, 1, 2), groups=4)
    assert Graph.built == []


def test_a_broken_installation_is_told_once_and_nothing_is_lost(library, monkeypatch):
    def broken():
        raise OSError("libcudnn.so.9: cannot open shared object file")

    monkeypatch.setattr(library, "create_handle", broken)
    with pytest.warns(RuntimeWarning, match=r"libcudnn\.so\.9.*XPNET_CUDNN=off"):
        agree("conv", [numbers(2, 3, 5, 5), numbers(4, 3, 3, 3)], (0, 1))
    agree("conv", [numbers(2, 3, 6, 5), numbers(4, 3, 3, 3)], (0, 1))


ARRAYS = [numbers(2, 3, 5, 5), numbers(4, 3, 3, 3)]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("std::bad_alloc"),
        RuntimeError("CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
        RuntimeError("cudaErrorMemoryAllocation: out of memory"),
        cudnnGraphNotSupportedError("No execution plans: CUDNN_STATUS_ALLOC_FAILED"),
    ],
    ids=["host", "device", "cuda", "engines"],
)
@pytest.mark.parametrize("step", ["create_handle", "build_plans"])
def test_a_plan_that_failed_for_want_of_memory_is_made_when_there_is_some(
    library, monkeypatch, error, step
):
    def fail(*args):
        raise error

    owner = library if step == "create_handle" else Graph
    with monkeypatch.context() as short:
        short.setattr(owner, step, fail)
        with pytest.warns(RuntimeWarning, match="not used .memory ran out; it is tried again"):
            agree("conv", ARRAYS, (0, 1))
    Graph.built = []
    for _ in range(2):
        agree("conv", ARRAYS, (0, 1))
    assert len(Graph.built) == 3


@pytest.mark.parametrize(("free", "tried"), [(1 << 20, 6), (1 << 34, 3)])
def test_an_error_that_tells_no_reason_may_be_memory_where_little_is_left(
    library, gpu, monkeypatch, free, tried
):
    def fail(*args):
        raise RuntimeError("CUDNN_STATUS_EXECUTION_FAILED")

    monkeypatch.setattr(gpu.cuda.runtime, "memGetInfo", lambda: (free, 1 << 34))
    monkeypatch.setattr(Graph, "build_plans", fail)
    with pytest.warns(RuntimeWarning, match="cuDNN is installed but was not used"):
        agree("conv", ARRAYS, (0, 1))
    agree("conv", ARRAYS, (0, 1))
    assert len(Graph.built) == tried


def test_each_thread_has_a_handle_which_goes_back_when_it_ends(library):
    agree("conv", ARRAYS, (0, 1))
    (own,) = Handle.alive
    seen, failed = [], []

    def work():
        try:
            with Stream(non_blocking=True):
                agree("conv", ARRAYS, (0, 1))
            seen.extend(Handle.alive)
        except BaseException as error:  # a thread would keep it to itself
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not failed
    assert len(seen) == 2
    assert seen[0] is own
    assert len({id(graph.handle) for graph in Graph.built}) == 2
    gc.collect()
    assert Handle.alive == [own]


def test_another_thread_between_the_choice_of_the_stream_and_the_work_changes_nothing(
    library, monkeypatch
):
    agree("conv", ARRAYS, (0, 1))
    execute, others = Graph.execute, []

    def interrupted(self, *args, **options):
        if threading.current_thread() is threading.main_thread():
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
        return execute(self, *args, **options)

    def elsewhere():
        with Stream(non_blocking=True) as stream:
            agree("conv", ARRAYS, (0, 1))
            others.append(stream)

    monkeypatch.setattr(Graph, "execute", interrupted)
    agree("conv", ARRAYS, (0, 1))  # `execute` looks at the stream of its handle
    assert len(others) == 3


def test_the_oldest_plan_is_forgotten_first(library, monkeypatch):
    monkeypatch.setattr(cudnn, "MOST_PLANS", 3)
    longer = [numbers(2, 3, 6, 5), ARRAYS[1]]
    for arrays, made in ((ARRAYS, 3), (ARRAYS, 3), (longer, 6), (longer, 6), (ARRAYS, 9)):
        agree("conv", arrays, (0, 1))
        assert len(Graph.built) == made


def test_it_can_be_switched_off(library, monkeypatch):
    monkeypatch.setenv("XPNET_CUDNN", "off")
    agree("conv", [numbers(2, 3, 5, 5), numbers(4, 3, 3, 3)], (0, 1))
    assert Graph.built == []
