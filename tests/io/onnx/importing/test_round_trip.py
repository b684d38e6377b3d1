"""What xpnet exports it imports again: the same numbers, the same gradients, and out once more."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.exporting.table import LAYERS, MODELS, SEQUENCES
from tests.io.onnx.exporting.table.running import in_xpnet, require_equal
from xpnet import models, nn
from xpnet.io.onnx import export, import_onnx
from xpnet.nn import functional as F

onnx = pytest.importorskip("onnx")


def travelled(model, example, folder, **options):
    export(model, example, folder / "model.onnx", **options)
    return import_onnx(folder / "model.onnx")


@pytest.mark.parametrize("row", [*LAYERS[::5], *SEQUENCES[::2], *MODELS], ids=str)
def test_an_exported_model_comes_back_and_computes_the_same(row, tmp_path):
    model = row.model()
    again = travelled(model, row.inputs(2), tmp_path, dynamic=row.dynamic)
    for n in (1, 4):
        inputs = row.inputs(n, n)
        require_equal(in_xpnet(again, *inputs), in_xpnet(model, *inputs))


# whose sequences must not be longer than its positions, which a graph does not tell
SHORT = "CausalTransformer, any length"


@pytest.mark.parametrize(
    "row", [row for row in [*MODELS[::2], *SEQUENCES[::8]] if row.name != SHORT], ids=str
)
def test_an_imported_model_can_be_exported(row, tmp_path):
    model = row.model()
    again = travelled(model, row.inputs(2), tmp_path, dynamic=row.dynamic)
    third = travelled(
        again, row.inputs(2), tmp_path, dynamic=row.dynamic, input_names=again.input_names
    )
    assert third.input_names == again.input_names
    inputs = row.inputs(3, 3)
    require_equal(in_xpnet(third, *inputs), in_xpnet(model, *inputs))


def one_step(model, x, t):
    """The loss of a batch in training, and the gradients by name."""
    loss = F.cross_entropy(model(x), t)
    loss.backward()
    return float(loss.data), {name: p.grad for name, p in model.named_parameters()}


CLASSIFIERS = {
    "LeNet5": (lambda: models.LeNet5(), (1, 28, 28)),
    "MLP": (lambda: models.MLP(12, (9, 7), 10), (12,)),
    "convolutions": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.SiLU(), nn.Residual(nn.Conv2d(4, 4, 3, padding=1)),
            nn.AvgPool2d(2), nn.Upsample(scale_factor=2), nn.Flatten(),
            nn.LayerNorm(256), nn.Linear(256, 10),
        ),
        (2, 8, 8),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_step_of_training_has_the_same_gradients(name, tmp_path):
    make, shape = CLASSIFIERS[name]
    model = make()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, *shape)).astype(np.float32)
    t = rng.integers(0, 10, 6)
    again = travelled(model, x, tmp_path)
    loss, gradients = one_step(model.train(), x, t)
    same_loss, same_gradients = one_step(again.train(), x, t)
    assert same_loss == pytest.approx(loss, rel=1e-5)
    assert same_gradients.keys() == gradients.keys()  # the names of PyTorch and xpnet stay
    for key, gradient in gradients.items():
        np.testing.assert_allclose(same_gradients[key], gradient, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("groups", [2, 32])
def test_a_normalisation_of_groups_gets_no_parameters_that_it_had_not(affine, groups, tmp_path):
    model = nn.Sequential(nn.Conv1d(6, 64, 1, bias=False), nn.GroupNorm(groups, 64, affine=affine))
    x = np.random.default_rng(0).normal(size=(2, 6, 5)).astype(np.float32)
    again = travelled(model, x, tmp_path)
    np.testing.assert_allclose(again.predict(x), model.predict(x), rtol=1e-5, atol=1e-5)
    sizes = [parameter.data.size for parameter in again.parameters()]
    assert sizes == [6 * 64, *([64, 64] if affine else [])]


def test_a_recurrent_network_learns_after_the_journey(tmp_path):
    class Last(nn.Module):
        def __init__(self):
            self.lstm = nn.LSTM(5, 6, batch_first=True)
            self.head = nn.Linear(6, 3)

        def forward(self, x):
            return self.head(self.lstm(x)[0][:, -1, :])

    x = np.random.default_rng(0).normal(size=(4, 7, 5)).astype(np.float32)
    t = np.asarray([0, 1, 2, 1])
    model = Last()
    again = travelled(model, x, tmp_path)
    loss, gradients = one_step(model, x, t)
    same_loss, same_gradients = one_step(again, x, t)
    assert same_loss == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(
        same_gradients["head.weight"], gradients["head.weight"], rtol=1e-4, atol=1e-6
    )
    # the gates of ONNX are i, o, f, g, and the two biases lie in one array; the numbers stay
    total = sum(float((g**2).sum()) for g in gradients.values())
    same = sum(float((g**2).sum()) for g in same_gradients.values())
    assert same == pytest.approx(total, rel=1e-4)
    optimizer = xn.optim.Adam(again.parameters(), lr=0.05)
    for _ in range(5):
        optimizer.zero_grad()
        last = F.cross_entropy(again(x), t)
        last.backward()
        optimizer.step()
    assert float(last.data) < 0.8 * loss
