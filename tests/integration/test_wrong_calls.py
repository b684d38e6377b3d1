"""Wrong calls: each raises the right exception, and the message tells what to do instead.

A row is: what is wrong, the exception, words of the message (first the fault, last the remedy), and
the call. Rows need NumPy and array-api-strict only.
"""

from __future__ import annotations

import gzip
import os

import numpy as np
import pytest

import xpnet as xn
from xpnet import errors, models, nn, optim
from xpnet.backend import register_library
from xpnet.backend.libraries import NumPy
from xpnet.nn import functional as F
from xpnet.testing import gradcheck

pytest.importorskip("array_api_strict")

X = np.zeros((4, 3), np.float32)
Y = np.asarray([0, 1, 2, 1])


def tensor(values=(1.0, 2.0)):
    return xn.Tensor(np.asarray(values), requires_grad=True)


def strict(device="strict:device1"):
    return xn.asarray([1.0, 2.0], device=device)


def backward_twice():
    y = (tensor() * 2).sum()
    y.backward()
    y.backward()


def unknown_gradient():
    x = tensor()
    return xn.namespace(x).nextafter(x, x).sum().backward()


def write_to_a_leaf():
    tensor()[0] = 1.0


def second_parameter():
    p = nn.Parameter([1.0])
    optim.SGD([p, p], lr=0.1)


def another_prefix():
    class Other(NumPy):
        name = "other"

    register_library(Other())


def misfit():
    nn.Linear(3, 2).load_state_dict({"weight": np.zeros((3, 3)), "scale": np.zeros(1)})


def idx(tmp_path, content):
    """A folder whose files all have this content."""
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (tmp_path / f"{name}-ubyte").write_bytes(content)
    return xn.data.load_mnist(tmp_path)


def compressed(tmp_path, content):
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    return xn.data.read_idx(path)


def load_bytes(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    return xn.load(path)


def truncated_model(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(nn.Linear(3, 2), path)
    path.write_bytes(path.read_bytes()[:-4])
    return xn.load(path)


def unknown_class(tmp_path):
    class Mine(nn.Module):
        pass

    path = tmp_path / "model.safetensors"
    xn.save(Mine(), path)
    return xn.load(path)


def fit(x, y, **options):
    model = nn.Sequential(nn.Linear(3, 3))
    return xn.Trainer(model, "sgd", **options).fit((x, y), progress=False)


E = errors
ROWS = [
    # ---- devices and arrays
    ("device of no library", E.ArgumentError, "did you mean 'cuda'", lambda: xn.device("cudaa")),
    ("device without GPU or CuPy", E.DeviceError, "Available: cpu", lambda: xn.device("cuda")),
    ("device number", E.DeviceError, "strict:device2; choose", lambda: xn.device("strict:device9")),
    ("device is a number", E.DeviceError, "xpnet.devices", lambda: xn.device(3)),
    (
        "rows of two lengths",
        E.ArgumentError,
        "equally long",
        lambda: xn.asarray([[1.0], [2.0, 3.0]]),
    ),
    ("unknown dtype name", E.DTypeError, "float32", lambda: xn.asarray([1.0], "float33")),
    ("namespace of nothing", E.BackendError, "asarray", lambda: xn.namespace(1.0)),
    ("object of no library", E.BackendError, "xpnet.asarray", lambda: xn.device_of(object())),
    ("two libraries", E.DeviceError, "numpy", lambda: xn.namespace(X, strict())),
    ("two libraries in an op", E.DeviceError, "to_device", lambda: F.linear(X, strict())),
    ("two libraries in a sum", E.DeviceError, "numpy", lambda: tensor() + strict()),
    (
        "two devices of a library",
        E.DeviceError,
        "to_device",
        lambda: xn.Tensor(strict(), requires_grad=True) * strict("strict:device2"),
    ),
    ("prefix of another library", E.ArgumentError, "prefix", another_prefix),
    ("negative seed", E.ArgumentError, "2\\*\\*64", lambda: xn.manual_seed(-1)),
    # ---- differentiation
    ("gradient of integers", E.DTypeError, "astype", lambda: xn.Tensor(Y, requires_grad=True)),
    ("backward twice", E.AutogradError, "retain_graph", backward_twice),
    ("backward of many numbers", E.AutogradError, "gradient", lambda: tensor().backward()),
    ("cotangent of another shape", E.ShapeError, "shape", lambda: tensor().backward(np.ones(3))),
    ("backward without history", E.AutogradError, "requires", lambda: xn.Tensor(X).backward()),
    ("grad of many numbers", E.AutogradError, "xp.sum", lambda: xn.grad(lambda x: x * x)(X)),
    ("grad of integers", E.DTypeError, "astype", lambda: xn.grad(lambda x: x.sum())(Y)),
    ("argument that is not there", E.ArgumentError, "position", lambda: xn.grad(np.sum, 3)(X)),
    ("no derivative", E.AutogradError, "nextafter.*detach", unknown_gradient),
    ("write to a leaf", E.AutogradError, "no_grad", write_to_a_leaf),
    ("NumPy function of a Tensor", E.BackendError, "to_numpy", lambda: np.asarray(tensor())),
    ("transpose of a vector", E.ShapeError, "", lambda: tensor().T),
    ("gradcheck in float32", E.DTypeError, "float64", lambda: gradcheck(lambda x: x * x, X)),
    (
        "NaN while watching",
        E.AnomalyError,
        "log",
        lambda: _watched(lambda x: xn.namespace(x).log(x)),
    ),
    # ---- layers
    ("layer without units", E.ArgumentError, "positive", lambda: nn.Linear(3, 0)),
    ("layer with half a unit", E.ArgumentError, "integer", lambda: nn.Linear(2.5, 1)),
    (
        "images into a dense layer",
        E.ShapeError,
        "nn.Flatten",
        lambda: nn.Linear(784, 10)(np.zeros((2, 1, 28, 28), np.float32)),
    ),
    ("wrong number of features", E.ShapeError, r"\(N, 5\)", lambda: nn.Linear(5, 2)(X)),
    ("float64 into float32", E.DTypeError, "dtype", lambda: nn.Linear(3, 2)(np.zeros((4, 3)))),
    ("class instead of layer", E.ArgumentError, r"with \(\)", lambda: nn.Sequential(nn.ReLU)),
    ("function instead of layer", E.ArgumentError, "Module", lambda: nn.Sequential(abs)),
    ("foreign state", E.ModelFileError, "mismatched.*missing.*unexpected.*strict", misfit),
    ("fan-in of a vector", E.ShapeError, "fan", lambda: nn.init.he_normal_(nn.Parameter([1.0]))),
    ("dropout above one", E.ArgumentError, "from 0 to 1", lambda: nn.Dropout(1.5)),
    ("unknown activation", E.ArgumentError, "relu", lambda: models.MLP(3, (4,), 2, "rellu")),
    # ---- losses
    ("label out of range", E.ArgumentError, "0 to 2", lambda: F.cross_entropy(X, Y + 3)),
    ("labels as floats", E.DTypeError, "int64", lambda: F.cross_entropy(X, Y * 1.0)),
    ("one-hot integer labels", E.ShapeError, "argmax", lambda: F.cross_entropy(X, X.astype(int))),
    ("too few labels", E.ShapeError, "label", lambda: F.cross_entropy(X, Y[:2])),
    ("unknown reduction", E.ArgumentError, "mean", lambda: F.mse_loss(X, X, reduction="avg")),
    ("target of another shape", E.ShapeError, "shape", lambda: F.mse_loss(X, X[:2])),
    (
        "smoothing above one",
        E.ArgumentError,
        "0.1",
        lambda: F.cross_entropy(X, Y, label_smoothing=2),
    ),
    ("weights of few classes", E.ShapeError, "class", lambda: F.cross_entropy(X, Y, X[0, :2])),
    # ---- optimizers
    (
        "negative learning rate",
        E.ArgumentError,
        "lr",
        lambda: optim.Adam([nn.Parameter([1.0])], -1),
    ),
    ("nothing to optimize", E.ArgumentError, "param", lambda: optim.SGD([], lr=0.1)),
    ("parameter twice", E.ArgumentError, "remove", second_parameter),
    ("unknown optimizer", E.ArgumentError, "adam", lambda: optim.by_name("adm")),
    # ---- data
    ("no data", E.DataError, "", lambda: xn.data.ArrayDataset(X[:0])),
    ("arrays of two lengths", E.ShapeError, "", lambda: xn.data.ArrayDataset(X, Y[:2])),
    ("batches of nothing", E.ArgumentError, "batch_size", lambda: xn.data.DataLoader((X, Y), 0)),
    ("unknown gate", E.ArgumentError, "xor", lambda: xn.data.logic_gate("xr")),
    # ---- training
    ("unknown loss", E.ArgumentError, "cross_entropy", lambda: fit(X, Y, loss="cross_entrpy")),
    ("unknown metric", E.ArgumentError, "accuracy", lambda: fit(X, Y, metrics=["acuracy"])),
    ("text as targets", E.DataError, "numpy.unique", lambda: fit(X, np.asarray(list("abcb")))),
    (
        "name as schedule",
        E.ArgumentError,
        "CosineAnnealingLR",
        lambda: fit(X, Y, schedule="cosine"),
    ),
    ("function as callback", E.ArgumentError, "Callback", lambda: fit(X, Y, callbacks=[print])),
    ("NaN among the inputs", E.DataError, "sample 0", lambda: fit(X * np.nan, Y)),
    ("inputs without targets", E.DataError, "targets", lambda: fit(X, Y[:0])),
    (
        "no epochs",
        E.ArgumentError,
        "epochs",
        lambda: xn.Trainer(nn.Linear(3, 3), "sgd").fit((X, Y), epochs=0),
    ),
]

FILE_ROWS = [
    ("folder without data", E.DataError, "XPNET_DATA", lambda p: xn.data.load_mnist(p)),
    ("text as data file", E.DataError, "", lambda p: idx(p, b"not an IDX file")),
    ("data file cut off", E.DataError, "", lambda p: idx(p, b"\0\0\x08\x03\0\0\xea\x60\0")),
    ("cut compression", E.DataError, "", lambda p: compressed(p, gzip.compress(b"x" * 99)[:20])),
    ("no model file", E.ModelFileError, "", lambda p: xn.load(p / "none.safetensors")),
    ("text as model file", E.ModelFileError, "", lambda p: load_bytes(p, b"hello, world")),
    ("absurd header", E.ModelFileError, "", lambda p: load_bytes(p, b"\xff" * 64)),
    ("model file cut off", E.ModelFileError, "", truncated_model),
    ("unknown class in the file", E.ModelFileError, "model=", unknown_class),
    ("folder that is not there", E.ModelFileError, "", lambda p: xn.save(nn.ReLU(), p / "a" / "m")),
]  # fmt: skip


def _watched(function):
    with np.errstate(invalid="ignore"), xn.detect_anomaly():
        return function(tensor((-1.0, 1.0)))


def ids(rows):
    return [row[0] for row in rows]


def raises_with_remedy(exception, words, call):
    with pytest.raises(exception, match=f"(?s){words}") as caught:
        call()
    message = str(caught.value)
    # what is wrong, then what to do about it
    assert ";" in message or "Available" in message, message
    assert len(message) > 40, message


@pytest.mark.parametrize(("_", "exception", "words", "call"), ROWS, ids=ids(ROWS))
def test_a_wrong_call_is_answered_with_a_remedy(_, exception, words, call):
    if _ == "device without GPU or CuPy" and _has_gpu():
        pytest.skip("there is a GPU")
    raises_with_remedy(exception, words, call)


def _has_gpu():
    return any(info.available for info in xn.devices() if info.name.startswith("cuda"))


@pytest.mark.parametrize(("_", "exception", "words", "call"), FILE_ROWS, ids=ids(FILE_ROWS))
def test_a_bad_file_is_answered_with_a_remedy(_, exception, words, call, tmp_path):
    before = set(os.listdir(tmp_path))
    raises_with_remedy(exception, words, lambda: call(tmp_path))
    left = set(os.listdir(tmp_path)) - before
    assert not [name for name in left if "tmp" in name.lower()]


def test_there_are_at_least_forty_of_them():
    assert len(ROWS) + len(FILE_ROWS) >= 40
