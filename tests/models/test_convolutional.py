"""VGG, ResNet and UNet: their sizes, and that they learn."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models, nn
from xpnet.backend import to_numpy
from xpnet.data import make_shapes
from xpnet.errors import ArgumentError, ShapeError
from xpnet.models.resnet import PadShortcut
from xpnet.testing import assert_close
from xpnet.training import Callback

SMALL = {
    "vgg": lambda: models.VGG(3, 4, widths=(4, 8), depth=1, hidden=8, dropout=0.0),
    "resnet": lambda: models.ResNet(3, 4, n=1, width=4),
    "unet": lambda: models.UNet(3, 4, depth=1, width=4),
    "unet, copies": lambda: models.UNet(3, 4, depth=2, width=4, upsample="nearest"),
    "unet, bilinear": lambda: models.UNet(3, 4, depth=1, width=4, upsample="bilinear"),
}
X, Y = make_shapes(8, size=8, seed=1).arrays


def parameters(model):
    return sum(parameter.size for parameter in model.parameters())


@pytest.mark.parametrize("name", ["vgg", "resnet", "unet"])
def test_a_model_learns_in_a_few_steps(backend, name):
    y = Y if name.startswith("unet") else np.arange(8) % 4
    model = SMALL[name]()
    trainer = xn.Trainer(model, xn.optim.Adam(model.parameters(), lr=1e-2))
    data = (backend.asarray(X), backend.asarray(y))
    history = trainer.fit(data, epochs=6, batch_size=8, progress=False)
    assert history["loss"][-1] < 0.9 * history["loss"][0]


@pytest.mark.parametrize("name", SMALL)
def test_state_with_running_statistics_survives_a_file(name, tmp_path):
    model = SMALL[name]()
    model(X)  # moves the running statistics
    xn.save(model, tmp_path / "model.safetensors")
    again = xn.load(tmp_path / "model.safetensors")
    assert_close(again.predict(X), model.predict(X), rtol=0, atol=0)


# ---- sizes ------------------------------------------------------------------------------------


def test_vgg_has_the_documented_sizes():
    model = models.VGG()
    rows = model.summary((1, 1, 32, 32)).rows
    assert [row.output[1:] for row in rows if "MaxPool2d" in row.name] == [
        (32, 16, 16), (64, 8, 8), (128, 4, 4)
    ]  # fmt: skip
    assert parameters(model) == 9_632 + 55_552 + 221_696 + 16_512 + 1_290


@pytest.mark.parametrize(
    ("n", "shortcut", "expected"),
    # table 6 of the paper says 0.27, 0.46, 0.66, 0.85 million
    [(3, "pad", 269_722), (3, "conv", 272_474), (5, "pad", 464_154), (7, "pad", 658_586),
     (9, "pad", 853_018)],
)  # fmt: skip
def test_resnet_has_the_published_number_of_parameters(n, shortcut, expected):
    assert parameters(models.ResNet(n=n, shortcut=shortcut)) == expected


def test_resnet20_has_twenty_layers_with_weights():
    layers = [m for m in models.ResNet().modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == 20
    outputs = [row.output[1:] for row in models.ResNet().summary((1, 3, 32, 32)).rows]
    assert {(16, 32, 32), (32, 16, 16), (64, 8, 8), (64,), (10,)} == set(outputs)


def test_the_padding_shortcut_halves_images_between_channels_of_zeros(backend):
    x = np.arange(2 * 3 * 4, dtype=np.float32).reshape(1, 2, 3, 4) + 1
    out = to_numpy(PadShortcut().predict(backend.asarray(x)))
    assert out.shape == (1, 4, 2, 2)
    assert (out[:, [0, 3]] == 0).all()
    np.testing.assert_array_equal(out[:, 1:3], x[:, :, ::2, ::2])


@pytest.mark.parametrize("size", [8, 13, 28])
def test_resnet_takes_images_of_any_size(size):
    model = models.ResNet(1, 5, n=1, width=4)
    assert model.predict(np.ones((2, 1, size, size + 1), np.float32)).shape == (2, 5)


def test_unet_has_the_documented_sizes():
    model = models.UNet()
    blocks = [*model.down, model.bottom, *model.up, model.classifier]
    counts = [parameters(block) for block in blocks]
    enlarging = [parameters(layer) for layer in model.enlarge]
    assert counts == [2_800, 13_952, 55_552, 36_000 - enlarging[0], 9_040 - enlarging[1], 68]
    assert parameters(model) == 117_412


@pytest.mark.parametrize("name", [name for name in SMALL if name.startswith("unet")])
def test_every_parameter_of_a_unet_gets_a_gradient(name):
    model = SMALL[name]()
    (model(X) ** 2).sum().backward()
    assert all((parameter.grad != 0).any() for parameter in model.parameters())


@pytest.mark.parametrize("upsample", ["transposed", "nearest", "bilinear"])
def test_unet_gives_scores_for_every_pixel_of_images_of_any_fitting_size(upsample):
    model = models.UNet(2, 5, depth=2, width=4, upsample=upsample)
    assert model.predict(np.ones((3, 2, 12, 20), np.float32)).shape == (3, 5, 12, 20)


# ---- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "shape", "message"),
    [
        (models.VGG, (1, 1, 4, 9), "VGG: images must have at least 8 x 8 pixels.*got 4 x 9"),
        (models.VGG, (1, 3, 32, 32), r"VGG: x must be \(N, 1, H, W\).*with in_channels=3"),
        (models.ResNet, (3, 32, 32), r"ResNet: x must be \(N, 3, H, W\), got \(3, 32, 32\)"),
        (models.UNet, (1, 3, 30, 32), "multiples of 4, got 30 and 32; .* a smaller depth"),
        (models.UNet, (1, 1, 32, 32), r"UNet: x must be \(N, 3, H, W\)"),
    ],
)
def test_images_of_another_shape_are_an_error(make, shape, message):
    with pytest.raises(ShapeError, match=message):
        make().predict(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: models.VGG(widths=64), r"VGG: widths must be numbers of channels, got 64; write "),
        (lambda: models.VGG(widths=()), "VGG: widths must be numbers of channels"),
        (lambda: models.VGG(widths=(8, 0)), r"VGG: widths\[1\] must be a positive integer"),
        (lambda: models.VGG(depth=0), "VGG: depth must be a positive integer"),
        (lambda: models.ResNet(n=0), "ResNet: n must be a positive integer"),
        (lambda: models.ResNet(shortcut="A"), "ResNet: shortcut must be one of 'conv', 'pad'"),
        (lambda: models.UNet(depth=0), "UNet: depth must be a positive integer"),
        (lambda: models.UNet(upsample="linear"), "did you mean 'bilinear'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


# ---- segmentation -----------------------------------------------------------------------------


class StopAt(Callback):
    def __init__(self, iou):
        self.iou = iou

    def on_epoch_end(self, trainer, row):
        if row["val_iou"] > self.iou:
            trainer.stop("good enough")


def test_a_unet_can_learn_a_few_images_by_heart():
    shapes = make_shapes(32, size=32)
    model = models.UNet(width=8)
    optimizer = xn.optim.Adam(model.parameters(), lr=1e-2)
    trainer = xn.Trainer(
        model,
        optimizer,
        metrics=["accuracy", "iou"],
        schedule=xn.optim.CosineAnnealingLR(optimizer, T_max=30),
        callbacks=[StopAt(0.8)],
    )
    history = trainer.fit(shapes, validation=shapes, epochs=30, batch_size=4, progress=False)
    assert history["val_iou"][-1] > 0.8
    assert history["val_accuracy"][-1] > 0.9
