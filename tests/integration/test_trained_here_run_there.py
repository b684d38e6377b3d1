"""A network trained on one array library gives the same predictions on every other, from a file."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, optim
from xpnet.backend import device_of, dtype_name
from xpnet.io.onnx import export
from xpnet.testing import BACKENDS

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
STEPS, BATCH = 4, 16


def convnet():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(200, 10),
    )


NETWORKS = {"LeNet-5": xn.models.LeNet5, "with BatchNorm": convnet}


def pytest_generate_tests(metafunc):
    if "origin" in metafunc.fixturenames:
        names = metafunc.config.getoption("--backend") or list(BACKENDS)
        usable = [name for name in names if BACKENDS[name].unavailable() is None]
        # a file does not know the twists of a device, such as arrays that are read-only
        first = {BACKENDS[name].device_name: name for name in reversed(usable)}
        metafunc.parametrize("origin", sorted(first.values()))


@cache
def digits():
    """Images as large as those of MNIST, and their classes: for training, and for predictions."""
    train, test = xn.data.load_digits()
    with xn.device("cpu"):
        enlarged = nn.functional.interpolate(test.arrays[0][:12], size=28, mode="bilinear")
        first = STEPS * BATCH
        x = nn.functional.interpolate(train.arrays[0][:first], size=28, mode="bilinear")
        return x, train.arrays[1][:first], enlarged


@cache
def folder():
    return tempfile.TemporaryDirectory()


@cache
def trained(origin, network, dtype):
    """The file of a network that was trained on a backend, and what it said there."""
    x, y, images = digits()
    path = Path(folder().name) / f"{origin}-{network}-{dtype}.safetensors"
    with BACKENDS[origin] as backend:
        xn.manual_seed(3)
        model = NETWORKS[network]().to(dtype=dtype)
        optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        for start in range(0, len(x), BATCH):
            batch = slice(start, start + BATCH)
            inputs = backend.asarray(x[batch].astype(dtype))
            loss = nn.functional.cross_entropy(model(inputs), backend.asarray(y[batch]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        xn.save(model, path)
        outputs = xn.to_numpy(model.predict(backend.asarray(images.astype(dtype))))
        state = {name: xn.to_numpy(array) for name, array in model.state_dict().items()}
    return path, outputs, state


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("network", NETWORKS)
def test_predictions_are_the_same_on_every_other_library(origin, backend, network, dtype):
    path, expected, state = trained(origin, network, dtype)
    model = xn.load(path)
    for name, array in model.state_dict().items():
        assert device_of(array) == backend.device
        assert dtype_name(array.dtype) == str(state[name].dtype)
        np.testing.assert_array_equal(xn.to_numpy(array), state[name])
    outputs = xn.to_numpy(model.predict(backend.asarray(digits()[2].astype(dtype))))
    np.testing.assert_allclose(
        outputs, expected, rtol=0, atol=TOLERANCE[dtype] * np.abs(expected).max()
    )
    assert (outputs.argmax(axis=1) == expected.argmax(axis=1)).all()


def test_the_statistics_in_the_file_are_those_of_training(origin):
    _, _, state = trained(origin, "with BatchNorm", "float32")
    assert int(state["1.num_batches_tracked"]) == STEPS
    assert np.abs(state["1.running_mean"]).max() > 1e-3
    assert np.abs(state["1.running_var"] - 1).max() > 1e-3


@pytest.mark.parametrize("network", NETWORKS)
def test_predictions_are_the_same_in_onnxruntime(origin, network, tmp_path):
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    path, expected, _ = trained(origin, network, "float32")  # it has no convolution in float64
    images = digits()[2].astype(np.float32)
    with xn.device("cpu"):
        export(xn.load(path), images[:2], tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (outputs,) = session.run(None, {session.get_inputs()[0].name: images})
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
