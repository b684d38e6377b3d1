"""Products of matrices through cuBLAS, whose functions a stand-in of the tests computes."""

from __future__ import annotations

import gc
import sys
import threading

import numpy as np
import pytest

from tests.kernels.cupy import emulated
from tests.kernels.cupy.standin import device
from tests.kernels.cupy.standin.arrays import array, empty
from xpnet.backend.recording import Recording, recording_begun
from xpnet.errors import BackendError
from xpnet.kernels.cupy import products
from xpnet.kernels.cupy.products import product

rng = np.random.default_rng(0)
DTYPES = {"float16": 2e-2, "float32": 1e-5, "float64": 1e-12}
SIZES = [(2, 3, 4), (1, 3, 4), (2, 1, 4), (2, 3, 1), (1, 1, 4), (1, 3, 1), (2, 1, 1), (1, 1, 1)]


def rows(shape, dtype):
    return array(rng.standard_normal(shape).astype(dtype))


def transposed(shape, dtype):
    return rows(shape[::-1], dtype).T


def sliced_rows(shape, dtype):
    return rows((shape[0] + 2, shape[1] + 3), dtype)[1:-1, 2:-1]


def sliced_columns(shape, dtype):
    return sliced_rows(shape[::-1], dtype).T


def strided(shape, dtype):
    return rows((shape[0], 2 * shape[1]), dtype)[:, ::2]


def backwards(shape, dtype):
    return rows(shape, dtype)[::-1]


def strided_both_ways(shape, dtype):
    return rows((2 * shape[0], 2 * shape[1]), dtype)[::2, ::2]


LAYOUTS = [rows, transposed, sliced_rows, sliced_columns, strided, backwards, strided_both_ways]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("first", LAYOUTS)
@pytest.mark.parametrize("second", LAYOUTS)
@pytest.mark.parametrize("size", SIZES)
def test_matrices_are_multiplied_wherever_they_lie(gpu, dtype, first, second, size):
    m, k, n = size
    a, b = first((m, k), dtype), second((k, n), dtype)
    wanted = np.asarray(a, "float64") @ np.asarray(b, "float64")
    c = product(a, b)
    assert c.dtype == dtype
    np.testing.assert_allclose(np.asarray(c), wanted, rtol=DTYPES[dtype], atol=DTYPES[dtype])


def test_the_library_is_told_how_they_lie_and_nothing_is_copied(gpu, monkeypatch):
    monkeypatch.setattr(sys.modules["cupy"], "ascontiguousarray", None)
    for first in LAYOUTS[:4]:
        for second in LAYOUTS[:4]:
            product(first((2, 3), "float32"), second((3, 5), "float32"))


@pytest.mark.parametrize("dtype", DTYPES)
def test_alpha_and_beta(gpu, dtype):
    a, b, c = rows((2, 3), dtype), transposed((3, 4), dtype), rows((2, 4), dtype)
    a64, b64, c64 = (np.array(x, "float64") for x in (a, b, c))
    result = product(a, b, c, alpha=0.5, beta=2.0)
    assert result is c
    tolerance = 4 * DTYPES[dtype]
    wanted = 0.5 * a64 @ b64 + 2 * c64
    np.testing.assert_allclose(np.asarray(c), wanted, rtol=tolerance, atol=tolerance)


def test_without_beta_the_result_need_not_hold_numbers(gpu):
    c = empty((2, 2), "float32")
    assert np.isnan(np.asarray(c)).all()
    product(rows((2, 3), "float32"), rows((3, 2), "float32"), c)
    assert np.isfinite(np.asarray(c)).all()


def test_the_result_may_be_rows_of_a_larger_matrix_but_must_lie_in_rows(gpu):
    a, b = rows((2, 3), "float64"), rows((3, 4), "float64")
    whole = rows((6, 4), "float64")
    before = np.asarray(whole).copy()
    product(a, b, whole[2:4])
    np.testing.assert_allclose(np.asarray(whole)[2:4], np.asarray(a) @ np.asarray(b), rtol=1e-12)
    np.testing.assert_array_equal(np.asarray(whole)[[0, 1, 4, 5]], before[[0, 1, 4, 5]])
    with pytest.raises(BackendError, match=r"out must lie in rows, got strides .* that empty made"):
        product(a, b, transposed((2, 4), "float64"))


def test_the_handle_of_a_thread_ends_with_it(gpu):
    library = gpu.cublas_of_the_standin
    a = rows((2, 2), "float32")
    product(a, a)
    for ended in range(1, 4):
        thread = threading.Thread(target=product, args=(a, a))
        thread.start()
        thread.join()
        gc.collect()
        assert len(library.destroyed) == ended
    product(a, a)  # by the handle of this thread
    assert products._of_thread.handles[0].pointer.value not in library.destroyed


def test_a_handle_that_could_not_be_made_is_not_destroyed(gpu, monkeypatch):
    library = gpu.cublas_of_the_standin
    monkeypatch.setattr(library, "cublasCreate_v2", lambda handle: 1)
    with pytest.raises(BackendError, match="cublasCreate_v2 must succeed, got status 1"):
        product(rows((2, 2), "float32"), rows((2, 2), "float32"))
    gc.collect()
    assert library.destroyed == []


def test_a_workspace_is_no_part_of_the_memory_of_a_recording(gpu):
    """It outlives the recording, and other graphs use it."""
    a, pool = rows((2, 2), "float32"), device.MemoryPool()
    with device.Stream(non_blocking=True), device.using_allocator(pool.malloc):
        product(a, a)
    assert pool.total_bytes() < products.WORKSPACE


def test_a_result_without_elements_is_left_alone(gpu):
    assert product(rows((0, 3), "float32"), rows((3, 2), "float32")).shape == (0, 2)


def test_each_stream_has_a_workspace_and_each_device_a_handle(gpu):
    library = gpu.cublas_of_the_standin
    a, b = rows((2, 2), "float32"), rows((2, 2), "float32")
    product(a, b)
    (first,) = library.workspaces.values()
    assert first[1] == products.OF_HOPPER
    with device.Stream(non_blocking=True):
        product(a, b)
        (second,) = library.workspaces.values()
    product(a, b)
    assert list(library.workspaces.values()) == [first] != [second]
    with emulated.Device(1):
        product(rows((2, 2), "float32"), rows((2, 2), "float32"))
    assert len(library.workspaces) == 2


def test_tf32_is_used_where_cupy_is_told_to(gpu, monkeypatch):
    library, linalg = gpu.cublas_of_the_standin, sys.modules["cupy._core._routines_linalg"]
    a = rows((2, 2), "float32")
    product(a, a)
    monkeypatch.setattr(linalg, "get_compute_type", lambda dtype: 7)
    product(a, a)
    product(a.astype("float16"), a.astype("float16"))
    product(a.astype("float64"), a.astype("float64"))
    assert library.computes == [68, 77, 68, 70]


def test_without_cublas_cupy_multiplies(gpu, monkeypatch):
    monkeypatch.setattr(products, "_library", lambda: None)
    a, b, c = rows((2, 3), "float64"), rows((3, 4), "float64"), rows((2, 4), "float64")
    wanted = 2 * np.asarray(a) @ np.asarray(b) - np.asarray(c)
    np.testing.assert_allclose(np.asarray(product(a, b)), np.asarray(a) @ np.asarray(b), rtol=1e-12)
    np.testing.assert_allclose(
        np.asarray(product(a, b, c, alpha=2.0, beta=-1.0)), wanted, rtol=1e-12
    )


def test_without_cublas_nothing_is_recorded(gpu, monkeypatch):
    monkeypatch.setattr(products, "_library", lambda: None)
    a = rows((2, 2), "float64")
    wanted = "cuBLAS must be there to record a product, it was not found; install it"
    with recording_begun(Recording()), pytest.raises(BackendError, match=wanted):
        product(a, a)


def test_a_failure_of_cublas_is_an_error(gpu, monkeypatch):
    monkeypatch.setattr(gpu.cublas_of_the_standin, "cublasGemmEx", lambda *arguments: 14)
    with pytest.raises(BackendError, match="cublasGemmEx must succeed, got status 14"):
        product(rows((2, 2), "float32"), rows((2, 2), "float32"))


def test_a_product_can_be_recorded_and_that_of_cupy_cannot(gpu):
    a, b = rows((2, 3), "float64"), rows((3, 4), "float64")
    stream = device.Stream(non_blocking=True)
    pool = device.MemoryPool()
    with stream, device.using_allocator(pool.malloc):
        product(a, b)
        stream.begin_capture()
        c = product(a, b)
        with pytest.raises(NotImplementedError, match="cuBLAS API during stream capture"):
            gpu.matmul(a, b)
        graph = stream.end_capture()
    before = np.asarray(c).copy()
    a[...] = 2 * a
    np.testing.assert_array_equal(np.asarray(c), before)
    graph.launch()
    np.testing.assert_allclose(np.asarray(c), np.asarray(a) @ np.asarray(b), rtol=1e-12)


def test_without_a_gpu_the_library_is_looked_for_and_not_found():
    products._library.cache_clear()
    assert products._library() is None or hasattr(products._library(), "cublasGemmEx")
