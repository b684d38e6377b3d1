"""``export`` itself: what it takes, what it refuses and how it says so, what it leaves behind."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading

import numpy as np
import pytest

import xpnet as xn
from tests.io.onnx.exporting.table.running import (
    Weighted,
    exported,
    in_onnxruntime,
    in_xpnet,
    onnx,
    operators,
    require_equal,
    session,
)
from xpnet import models, nn
from xpnet.errors import ArgumentError, ModelFileError

X = np.random.default_rng(0).standard_normal((2, 4)).astype(np.float32)


class Block(nn.Module):
    """A module of a user's own, with all sorts of attributes."""

    def __init__(self):
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
        self.scales = {"first": xn.asarray([2.0]), "others": [xn.asarray([0.5]), 3]}
        self.register_buffer("shift", xn.asarray([0.25] * 4))
        self.shape = (1, 4)

    def forward(self, x):
        xp = xn.namespace(x)
        for layer in self.layers:
            x = xp.tanh(layer(x)) * self.scales["first"] + self.scales["others"][0]
        gate = 1.0 / (1.0 + xp.exp(-x @ self.layers[0].weight))
        top = xp.max(xp.abs(x), axis=-1, keepdims=True)
        normed = x / xp.where(top == 0, 1.0, top) - self.shift
        return xp.concat([normed * gate, xp.broadcast_to(xp.mean(x, axis=0), x.shape)], axis=1)


def test_a_module_written_in_the_array_api_is_exported(tmp_path, backend):
    model = Block()
    with xn.device("cpu"):
        reference = Block()
        for mine, theirs in zip(reference.parameters(), model.parameters(), strict=True):
            mine.data = np.array(xn.to_numpy(theirs.data))
    runner = session(exported(model, xn.asarray(X), tmp_path))
    for x in (X, X[:1], np.concatenate([X, X + 1])):
        require_equal(in_onnxruntime(runner, x), in_xpnet(reference, x))


@pytest.mark.parametrize("kind", [models.LeNet5, lambda: nn.LSTM(28, 8, 2, bidirectional=True)])
def test_a_model_gives_the_same_file_wherever_it_is(kind, tmp_path, backend):
    xn.manual_seed(0)
    model = kind()
    shape = (1, 1, 28, 28) if isinstance(model, models.LeNet5) else (3, 2, 28)
    example = np.zeros(shape, np.float32)
    found = exported(model, xn.asarray(example), tmp_path)
    expected = exported(model.to("cpu"), example, tmp_path)
    assert found.SerializeToString() == expected.SerializeToString()


def test_a_model_predicts_the_same_wherever_it_is_saved_loaded_and_exported(tmp_path, backend):
    xn.manual_seed(0)
    model = models.LeNet5()
    rng = np.random.default_rng(0)
    images = rng.standard_normal((6, 1, 28, 28)).astype(np.float32)
    scores = xn.to_numpy(model.predict(xn.asarray(images)))
    xn.save(model, tmp_path / "model.safetensors")
    loaded = xn.load(tmp_path / "model.safetensors", device="cpu")
    for one, example in ((model, xn.asarray(images)), (loaded, images)):
        found = in_onnxruntime(session(exported(one, example, tmp_path)), images)
        require_equal(found, [scores])


def test_the_model_and_the_libraries_stay_as_they_were(tmp_path):
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    seen = []
    model.register_forward_hook(lambda *given: seen.append(given))
    nn.functional.mse_loss(model(X), np.zeros((2, 3), np.float32)).backward()
    before = {k: (v, v.copy()) for k, v in model.state_dict().items()}
    gradient, calls = model[0].weight.grad, len(seen)
    names = [info.name for info in xn.devices()]
    exported(model, X, tmp_path)
    assert model.training
    assert model[0].weight.grad is gradient
    assert len(seen) == calls
    for name, array in model.state_dict().items():
        kept, copied = before[name]
        assert array is kept
        np.testing.assert_array_equal(array, copied)
    assert [info.name for info in xn.devices()] == names
    assert "forward" not in model.__dict__


def test_dropout_and_batch_norm_are_those_of_evaluation(tmp_path):
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2)).train()
    assert operators(exported(model, X, tmp_path)) == ["BatchNormalization", "Gemm"]


def test_autocast_and_detect_anomaly_are_not_part_of_the_model(tmp_path):
    model = models.MLP(4, (5,), 3)
    expected = exported(model, X, tmp_path).SerializeToString()
    with xn.autocast("float16"), xn.detect_anomaly():
        assert exported(model, X, tmp_path).SerializeToString() == expected
        assert model(X).data.dtype == np.float16


FLOAT64 = {
    "MLP": (lambda: models.MLP(4, (5,), 3), (2, 4)),
    "attention": (lambda: nn.MultiheadAttention(4, 2, batch_first=True), (2, 3, 4)),
    "unrolled LSTM": (lambda: nn.LSTM(4, 3, batch_first=True), (2, 3, 4)),
    "unrolled GRU": (lambda: nn.GRU(4, 3, batch_first=True), (2, 3, 4)),
    "layer_norm": (lambda: nn.LayerNorm(4), (2, 4)),
    "softplus": (lambda: nn.Sequential(nn.Softplus(), nn.Linear(4, 4), nn.Sigmoid()), (2, 4)),
    "max_pool": (lambda: nn.MaxPool2d(3, 2, 1), (2, 3, 8, 8)),
    "upsample": (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (2, 3, 4, 4)),
}


@pytest.mark.parametrize("name", FLOAT64)
def test_double_precision_is_kept(name, tmp_path):
    make, shape = FLOAT64[name]
    model = make().to(dtype="float64")
    rng = np.random.default_rng(0)
    # optimized, it scales products by a number in single precision
    runner = session(exported(model, rng.standard_normal(shape), tmp_path), optimized=False)
    x = rng.standard_normal((5, *shape[1:]))
    found, expected = in_onnxruntime(runner, x), in_xpnet(model, x)
    assert {array.dtype for array in found} == {np.dtype("float64")}
    require_equal(found, expected, 1e-12)


def test_models_are_exported_by_several_threads_at_once(tmp_path):
    found = {}

    def work(i):
        folder = tmp_path / str(i)
        folder.mkdir()
        found[i] = operators(exported(nn.Sequential(*[nn.ReLU()] * (i + 1)), X, folder))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: ["Relu"] * (i + 1) for i in range(4)}


def test_half_precision_is_kept(tmp_path):
    model = nn.Sequential(nn.Linear(4, 2), nn.ReLU()).to(dtype="float16")
    proto = exported(model, X.astype(np.float16), tmp_path)
    (y,) = in_onnxruntime(session(proto), X.astype(np.float16))
    assert y.dtype == np.float16
    np.testing.assert_allclose(y, model.predict(X.astype(np.float16)), atol=1e-3)


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "onnx" else found(name, *a)
    )
    with pytest.raises(ArgumentError, match=r"got none; pip install 'xpnet\[onnx\]'$"):
        exported(nn.ReLU(), X, tmp_path)


def test_a_file_that_fails_its_check_is_not_written(monkeypatch, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"before")

    def fails(*args, **kwargs):
        raise onnx.checker.ValidationError("no such thing")

    monkeypatch.setattr(onnx.checker, "check_model", fails)
    with pytest.raises(ArgumentError, match="must pass the checker of ONNX, got: no such thing"):
        xn.io.onnx.export(nn.ReLU(), X, path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"before"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"^export: path must be in an existing folder"):
        xn.io.onnx.export(nn.ReLU(), X, tmp_path / "nowhere" / "model.onnx")


def test_a_symbol_that_was_kept_is_of_no_use_afterwards(tmp_path):
    kept = []
    exported(Weighted(lambda xp, x, w: kept.append(xn.backend.unwrap(x)) or x * 2.0), X, tmp_path)
    with pytest.raises(ArgumentError, match=r"^export: arrays of a model that is being exported"):
        kept[0] + 1.0


def test_importing_xpnet_does_not_import_onnx():
    code = "import sys, xpnet; xpnet.io.onnx.export; print('onnx' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
