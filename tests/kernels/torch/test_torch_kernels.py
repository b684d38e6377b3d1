"""What PyTorch's own functions do differently, and how the kernels keep it away from users."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from xpnet import kernels, ops

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


def both(op, *arrays, dy=None, **options):
    """Return result and gradient of the first input, by the kernel and by the generic op."""
    kernel = kernels.find(op, *arrays, **options)
    assert kernel is not None
    found = []
    for implementation in (kernel, ops.OPS[op]):
        y, saved = implementation.forward(*arrays, **options)
        needs = (True,) + (False,) * (len(arrays) - 1)
        dx = implementation.backward(torch.ones_like(y) if dy is None else dy, saved, needs)[0]
        found.append((y, dx))
    return found


def test_no_graph_is_built():
    x, w = torch.ones(2, 1, 4, 4), torch.ones(3, 1, 2, 2)
    for op, arrays, options in (
        ("conv", (x, w), {}),
        ("conv_transpose", (x, torch.ones(1, 3, 2, 2)), {}),
        ("max_pool", (x,), {"kernel_size": 2}),
        ("avg_pool", (x,), {"kernel_size": 2}),
        ("cross_entropy", (torch.ones(2, 3), torch.tensor([0, 2])), {}),
    ):
        for y, dx in both(op, *arrays, **options):
            assert y.grad_fn is None and dx.grad_fn is None


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_labels_that_are_no_class_count_nothing(reduction, dtype):
    x = torch.tensor(np.random.default_rng(0).standard_normal((4, 3)))
    labels = torch.tensor([0, 200, 2, 3], dtype=dtype)
    (y, dx), (expected, expected_dx) = both("cross_entropy", x, labels, reduction=reduction)
    torch.testing.assert_close(y, expected)
    torch.testing.assert_close(dx, expected_dx)
    assert not dx[1].any() and not dx[3].any() and dx[0].any()


def test_the_mean_over_ignored_labels_is_zero_not_nan():
    (y, dx), _ = both("cross_entropy", torch.ones(2, 3), torch.tensor([-100, -100]))
    assert float(y) == 0.0 and not dx.any()


def test_an_impossible_class_without_weight_costs_nothing():
    x = torch.tensor([[0.0, -torch.inf], [0.0, 0.0]])
    (y, dx), (expected, expected_dx) = both(
        "cross_entropy", x, torch.tensor([1, 0]), torch.tensor([1.0, 0.0])
    )
    torch.testing.assert_close((y, dx), (expected, expected_dx))
    assert torch.isfinite(y)


def test_of_equal_elements_the_first_wins():
    for shape in ((1, 1, 6), (1, 1, 6, 6), (1, 1, 6, 6, 6)):
        options = {"kernel_size": 3, "stride": 2, "padding": 1}
        (y, dx), (expected, expected_dx) = both("max_pool", torch.zeros(shape), **options)
        torch.testing.assert_close((y, dx), (expected, expected_dx))


def test_a_nan_is_not_lost():
    x = torch.tensor([[[1.0, torch.nan, 2.0, 3.0]]])
    (y, dx), (expected, expected_dx) = both("max_pool", x, kernel_size=2)
    torch.testing.assert_close((y, dx), (expected, expected_dx), equal_nan=True)


def test_padding_that_is_larger_after_the_image():
    x = torch.tensor(np.random.default_rng(0).standard_normal((2, 3, 5, 6)))
    w = torch.tensor(np.random.default_rng(1).standard_normal((4, 3, 2, 4)))
    (y, dx), (expected, expected_dx) = both("conv", x, w, padding="same")
    torch.testing.assert_close((y, dx), (expected, expected_dx))


def test_the_variance_of_large_numbers_keeps_its_digits():
    x = torch.tensor(np.random.default_rng(0).standard_normal((50, 2)) + 1e6)
    (found, _), (expected, _) = both("batch_statistics", x)
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=0)


@pytest.mark.parametrize(
    ("op", "arrays", "options"),
    [
        ("conv", [torch.ones((1, 1, 4), dtype=torch.int64)] * 2, {}),
        ("conv", [torch.ones((0, 1, 4)), torch.ones(1, 1, 2)], {}),
        ("conv", [torch.ones((1,) * 6)] * 2, {}),
        ("max_pool", [torch.ones((1,) * 6)], {"kernel_size": 1}),
        ("batch_norm", [torch.ones(2, 3, dtype=torch.float16)], {"training": True}),
        ("layer_norm", [torch.ones(2, 3, dtype=torch.float16)], {"normalized_shape": 3}),
        ("layer_norm", [torch.ones(0, 3)], {"normalized_shape": 3}),
        ("cross_entropy", [torch.ones(2, 3), torch.ones(2, 3)], {}),
        ("cross_entropy", [torch.ones(2, 3), torch.tensor([1, 1])], {"label_smoothing": 0.1}),
    ],
)
def test_what_does_not_fit_is_left_to_the_generic_op(op, arrays, options):
    assert kernels.find(op, *arrays, **options) is None


def test_convolutions_round_as_little_as_products_do(monkeypatch):
    from xpnet.kernels.torch.precision import as_exact_as_matmul

    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    on_gpu = SimpleNamespace(is_cuda=True, dtype=torch.float32)
    before, before_matmul = cudnn.allow_tf32, matmul.allow_tf32
    try:
        for in_conv, in_matmul, expected in (
            (True, False, False),
            (True, True, True),
            (False, True, False),
        ):
            cudnn.allow_tf32, matmul.allow_tf32 = in_conv, in_matmul
            with as_exact_as_matmul(on_gpu):
                assert cudnn.allow_tf32 == expected
            assert cudnn.allow_tf32 == in_conv
            with as_exact_as_matmul(torch.ones(1)):
                assert cudnn.allow_tf32 == in_conv
    finally:
        cudnn.allow_tf32, matmul.allow_tf32 = before, before_matmul
