"""Mixed precision and memory on the stand-in for CuPy."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, nn, optim
from xpnet.backend import dtype_name
from xpnet.errors import DTypeError
from xpnet.nn import functional as F

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((48, 1, 8, 8)).astype("float32")
LABELS = rng.integers(0, 3, 48)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


class Rows(nn.Module):
    """The rows of an image one after the other."""

    def __init__(self, body):
        self.body, self.output = body(), nn.Linear(8, 3)

    def forward(self, x):
        h = self.body(x[:, 0, ...])
        h = h[0] if isinstance(h, tuple) else h
        return self.output(xn.namespace(h).mean(h, axis=1))


NETWORKS = {
    "mlp": lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 3)),
    "conv": lambda: nn.Sequential(
        *(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(4, 4, 3), nn.GELU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(4, 3)),
    ),
    "lstm": lambda: Rows(lambda: nn.LSTM(8, 8, batch_first=True)),
    "attention": lambda: Rows(
        lambda: nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    ),
}


def train(device, name, precision, **options):
    xn.manual_seed(3)
    with xn.device(device):
        model = NETWORKS[name]()
        optimizer = optim.Adam(model.parameters(), lr=3e-3)
        trainer = xn.Trainer(model, optimizer, precision=precision, **options)
        history = trainer.fit((IMAGES, LABELS), epochs=3, batch_size=16, seed=1, progress=False)
    return trainer, history["loss"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_training_in_float16_has_the_curve_of_float32(gpu, name):
    _, expected = train("cpu", name, None)
    trainer, found = train("cuda", name, "float16")
    np.testing.assert_allclose(found, expected, rtol=5e-3)
    assert found != expected
    assert {dtype_name(p.dtype) for p in trainer.model.parameters()} == {"float32"}
    assert trainer.precision.scaler.skipped <= 2


def test_kernels_compute_in_float16(gpu):
    with xn.device("cuda"):
        x, model = xn.asarray(IMAGES[:4]), NETWORKS["conv"]()
        seen = []
        for part in model.modules():
            if part is not model:
                part.register_forward_hook(lambda m, x, y: seen.append(dtype_name(y.dtype)))
        with xn.autocast("float16"):
            loss = F.cross_entropy(model(x), xn.asarray(LABELS[:4]))
        loss.backward()
        assert seen == ["float16"] * 9
        assert {dtype_name(p.grad.dtype) for p in model.parameters()} == {"float32"}


def test_there_is_no_bfloat16(gpu):
    with pytest.raises(DTypeError, match=r"CuPy has, got 'bfloat16'; use autocast\('float16'\)"):
        train("cuda", "mlp", "bfloat16")


def test_tf32_is_a_setting_of_products_and_ends_with_the_step(gpu, monkeypatch):
    products = import_module("cupy._core._routines_linalg")
    types, seen = [1], []
    monkeypatch.setattr(products, "get_compute_type", lambda dtype: types[0])
    monkeypatch.setattr(
        products, "set_compute_type", lambda dtype, kind: types.insert(0, kind), raising=False
    )

    class Noting(optim.SGD):
        def step(self, closure=None):
            seen.append(types[0])
            return super().step(closure)

    with xn.device("cuda"):
        model = NETWORKS["mlp"]()
        model.register_forward_hook(lambda *_: seen.append(types[0]))
        trainer = xn.Trainer(model, Noting(model.parameters(), lr=0.1), precision="tf32")
        trainer.fit((IMAGES, LABELS), progress=False)
        assert types[0] == 1
        trainer.predict(IMAGES)
    assert len(seen) == 5  # two batches, forward and update, and a prediction
    assert set(seen) == {7}  # COMPUTE_TYPE_TF32
    assert types[0] == 1
