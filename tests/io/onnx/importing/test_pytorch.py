"""Files that PyTorch writes: the same outputs for another batch size, and the same gradients."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import xpnet as xn
from xpnet.io.onnx import import_onnx

onnx = pytest.importorskip("onnx")
torch = pytest.importorskip("torch")


class InvertedResidual(torch.nn.Module):
    """The block of MobileNets."""

    def __init__(self, channels):
        super().__init__()
        wide = 2 * channels
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(channels, wide, 1, bias=False),
            torch.nn.BatchNorm2d(wide),
            torch.nn.Hardswish(),
            torch.nn.Conv2d(wide, wide, 3, padding=1, groups=wide, bias=False),
            torch.nn.BatchNorm2d(wide),
            torch.nn.ReLU6(),
            torch.nn.Conv2d(wide, channels, 1, bias=False),
            torch.nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return x + self.layers(x)


class MobileNet(torch.nn.Sequential):
    def __init__(self):
        super().__init__(
            torch.nn.Conv2d(3, 8, 3, 2, 1), torch.nn.BatchNorm2d(8), torch.nn.SiLU(),
            InvertedResidual(8), InvertedResidual(8), torch.nn.AdaptiveAvgPool2d(1),
            torch.nn.Flatten(), torch.nn.Dropout(0.0), torch.nn.Linear(8, 5),
        )  # fmt: skip


class Recurrent(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.embedding = torch.nn.Embedding(11, 6)
        self.layer = getattr(torch.nn, kind)(6, 7, batch_first=True, bidirectional=True)
        self.head = torch.nn.Linear(14, 4)

    def forward(self, x):
        return self.head(self.layer(self.embedding(x))[0].mean(1))


class Upsampling(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = torch.nn.Conv2d(3, 4, 3, padding=1)
        self.group = torch.nn.GroupNorm(2, 4)
        self.transposed = torch.nn.ConvTranspose2d(4, 4, 2, 2)

    def forward(self, x):
        resize = torch.nn.functional.interpolate
        y = self.group(self.convolution(x))
        y = resize(y, scale_factor=2, mode="bilinear", align_corners=False)
        y = resize(torch.nn.functional.gelu(y), scale_factor=0.5)
        return torch.nn.functional.pixel_shuffle(self.transposed(y), 2)


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0)
        self.token = torch.nn.Parameter(torch.randn(1, 1, 8))
        self.head = torch.nn.Linear(8, 3)

    def forward(self, x):
        token = self.token.expand(x.shape[0], -1, -1)
        return self.head(self.encoder(torch.cat([token, x], 1))[:, 0])


class Assigned(torch.nn.Module):
    """Writes into parts of arrays, which becomes ScatterND."""

    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Linear(8, 8)
        self.head = torch.nn.Linear(8, 3)

    def forward(self, x):
        y = self.inner(x) + 0
        y[:, 0] = 0
        y[:, 2:4, 1] = y[:, 3:5, 2] * 2
        return self.head(y)


def images(n):
    return np.random.default_rng(n).normal(size=(n, 3, 8, 8)).astype(np.float32)


def words(n):
    return np.random.default_rng(n).integers(0, 11, (n, 5))


def vectors(n):
    return np.random.default_rng(n).normal(size=(n, 6, 8)).astype(np.float32)


MODELS = {
    "MobileNet": (MobileNet, images),
    "LSTM": (lambda: Recurrent("LSTM"), words),
    "GRU": (lambda: Recurrent("GRU"), words),
    "RNN": (lambda: Recurrent("RNN"), words),
    "Upsampling": (Upsampling, images),
    "Attention": (Attention, vectors),
    "Assigned": (Assigned, vectors),
}


def written_by_pytorch(model, x, path, opset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about its own exporters
        torch.onnx.export(
            model.eval(), (torch.asarray(x),), path, dynamo=False, opset_version=opset,
            input_names=["x"], dynamic_axes={"x": {0: "N"}}, do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )  # fmt: skip


@pytest.mark.parametrize("opset", [14, 18])
@pytest.mark.parametrize("name", MODELS)
def test_a_file_of_pytorch_computes_and_trains_the_same(name, opset, tmp_path):
    make, inputs = MODELS[name]
    torch.manual_seed(0)
    original = make()
    for parameter in original.parameters():  # PyTorch writes equal arrays once
        parameter.data += 0.1 * torch.randn_like(parameter)
    written_by_pytorch(original, inputs(3), tmp_path / "model.onnx", opset)
    model = import_onnx(tmp_path / "model.onnx")

    x = inputs(6)
    wanted = original.eval()(torch.asarray(x)).detach().numpy()
    np.testing.assert_allclose(model.predict(x), wanted, rtol=1e-5, atol=1e-5)

    (original.train()(torch.asarray(x)) ** 3).sum().backward()
    y = model.train()(x)
    xn.namespace(y).sum(y * y * y).backward()
    gradients = {key: p.grad.numpy() for key, p in original.named_parameters()}
    found = {key: p.grad for key, p in model.named_parameters()}
    largest = max(abs(g).max() for g in gradients.values())
    # the names of PyTorch stay, but a recurrent layer's weights are put together for ONNX
    shared = gradients.keys() & found.keys()
    assert len(shared) == len(gradients)
    for key in shared:
        if gradients[key].shape == found[key].shape:
            np.testing.assert_allclose(found[key], gradients[key], rtol=1e-3, atol=1e-5 * largest)
