"""Precision and memory as each library tells of them; CuPy by a stand-in, without a GPU."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

from xpnet.backend.libraries import CuPy, Jax, NumPy, Torch
from xpnet.backend.libraries import cupy as module_of_cupy
from xpnet.backend.library import Library
from xpnet.backend.memory import Shortage, shown
from xpnet.backend.resources import MemoryInfo, bytes_in, host_memory, is_named
from xpnet.errors import ArgumentError


class Pool:
    """CuPy's pool: blocks are kept until they are freed."""

    def __init__(self):
        self.used = self.kept = 0
        self.hooks = []

    def malloc(self, size):
        self.used += size
        self.kept = max(self.kept, self.used)
        for hook in self.hooks:
            hook.malloc_postprocess(size=size, device_id=0, mem_size=size, mem_ptr=1, pmem_id=1)

    def free(self, size):
        self.used -= size

    def used_bytes(self):
        return self.used

    def total_bytes(self):
        return self.kept

    def free_all_blocks(self):
        self.kept = self.used


class Products:
    """``cupy._core._routines_linalg``."""

    def __init__(self):
        self.types = {"float32": 1}

    def get_compute_type(self, dtype):
        return self.types[np.dtype(dtype).name]

    def set_compute_type(self, dtype, value):
        self.types[np.dtype(dtype).name] = value


@pytest.fixture
def cupy(monkeypatch):
    """A library of CuPy over stand-ins, and those."""
    pool, pinned, products = Pool(), Pool(), Products()

    class MemoryHook:
        def __enter__(self):
            pool.hooks.append(self)
            return self

        def __exit__(self, *error):
            pool.hooks.remove(self)

    package = SimpleNamespace(
        get_default_memory_pool=lambda: pool,
        get_default_pinned_memory_pool=lambda: pinned,
        cuda=SimpleNamespace(
            MemoryHook=MemoryHook, runtime=SimpleNamespace(memGetInfo=lambda: (2**20, 2**30))
        ),
    )
    monkeypatch.setattr(CuPy, "_cupy", package)
    monkeypatch.setitem(module_of_cupy.sys.modules, "cupy", package)
    monkeypatch.setattr(
        module_of_cupy.importlib, "import_module", {"cupy._core._routines_linalg": products}.get
    )
    return CuPy(), pool, pinned, products


def test_cupy_tells_of_its_pool_and_its_device(cupy):
    library, pool, _, _ = cupy
    pool.malloc(300)
    pool.free(100)
    assert library.memory_info(nullcontext()) == MemoryInfo(200, 300, 2**30)


def test_the_peak_of_cupy_is_looked_for_at_each_allocation(cupy):
    library, pool, _, _ = cupy
    pool.malloc(50)
    with library.measure_peak(nullcontext()) as peak:
        assert peak.bytes is None
        pool.malloc(100)
        pool.malloc(200)
        pool.free(200)
        pool.malloc(20)
    pool.malloc(10_000)
    assert peak.bytes == 300
    assert pool.hooks == []


def test_both_pools_of_cupy_are_emptied(cupy):
    library, pool, pinned, _ = cupy
    for one in (pool, pinned):
        one.malloc(100)
        one.free(90)
    library.free_memory()
    assert (pool.kept, pinned.kept) == (10, 10)


def test_a_library_that_was_never_imported_is_not_imported_to_free_memory(monkeypatch):
    monkeypatch.delitem(module_of_cupy.sys.modules, "cupy", raising=False)
    CuPy().free_memory()
    assert "cupy" not in module_of_cupy.sys.modules


def test_tf32_of_cupy_ends_with_the_block(cupy):
    library, _, _, products = cupy
    with pytest.raises(ZeroDivisionError), library.tf32(nullcontext()):
        assert products.types == {"float32": module_of_cupy.TF32}
        1 / 0  # noqa: B018
    assert products.types == {"float32": 1}


def test_blocks_of_two_threads_may_overlap(cupy):
    library, _, _, products = cupy
    first, second = library.tf32(nullcontext()), library.tf32(nullcontext())
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert products.types == {"float32": module_of_cupy.TF32}
    second.__exit__(None, None, None)
    assert products.types == {"float32": 1}


def test_tf32_of_pytorch_ends_with_the_block():
    torch = pytest.importorskip("torch")
    products, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = products.allow_tf32, cudnn.allow_tf32
    with Torch().tf32(SimpleNamespace(type="cuda")):
        assert products.allow_tf32 and cudnn.allow_tf32
    assert (products.allow_tf32, cudnn.allow_tf32) == before


def test_tf32_of_jax_holds_in_the_block():
    jax = pytest.importorskip("jax")
    before = jax.config.jax_default_matmul_precision
    with Jax().tf32(SimpleNamespace(platform="gpu")):
        assert jax.config.jax_default_matmul_precision == "tensorfloat32"
    assert jax.config.jax_default_matmul_precision == before


def test_a_library_that_tells_nothing_has_defaults():
    library = Library.__new__(Library)
    library.title = "Toy"
    assert library.out_of_memory(MemoryError()) is None
    assert library.memory_info("toy") == MemoryInfo(None, None, None)
    with library.measure_peak("toy") as peak:
        pass
    assert peak.bytes is None
    with pytest.raises(ArgumentError, match=r'"tf32" must be used on a CUDA GPU, got Toy on toy'):
        library.tf32("toy")


def test_rounding_to_half_precision_overflows_without_a_warning():
    x = np.asarray([1e6, -1e6, 1.0], np.float32)
    assert NumPy().rounded(x, np.float16).tolist() == [np.inf, -np.inf, 1.0]


def test_the_process_has_memory():
    memory = host_memory()
    assert 2**20 < memory.used < memory.total


def test_a_device_that_does_not_answer_is_named_all_the_same(monkeypatch):
    def fails(self, device):
        raise RuntimeError("cudaErrorIllegalAddress")

    monkeypatch.setattr(NumPy, "memory_info", fails)
    library = NumPy()
    device = SimpleNamespace(library=library, native="cpu", name="cpu")
    assert Shortage(library, None).memory_of(device) == ("cpu", MemoryInfo())


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Tried to allocate 20.00 MiB.", 20 * 2**20),
        ("Unable to allocate 1.50 TiB for an array", 3 * 2**39),
        ("you tried to allocate 12 bytes", 12),
        ("nothing of the kind", 0),
        ("allocate some", 0),
    ],
)
def test_sizes_are_read_from_messages(text, size):
    assert bytes_in(text, "allocate") == size


def test_names_of_classes_are_looked_for_in_their_package():
    error = type("OutOfMemoryError", (MemoryError,), {"__module__": "cupy.cuda.memory"})()
    assert is_named(error, "cupy", "OutOfMemoryError")
    assert not is_named(error, "cup", "OutOfMemoryError")
    assert is_named(type("Mine", (type(error),), {})(), "cupy", "OutOfMemoryError")


def test_sizes_are_shown():
    assert [shown(n) for n in (0, 1023, 1024, 3 * 2**39)] == [
        "0 bytes", "1023 bytes", "1.0 KiB", "1.5 TiB",
    ]  # fmt: skip
