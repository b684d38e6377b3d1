"""What holds for every function: any array, axes from outside, no pyplot, a remedy in errors."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, plot
from xpnet.errors import ArgumentError


def history():
    history = xn.History()
    history.append({"epoch": 1, "loss": 0.9, "val_loss": 0.8, "seconds": 1.0})
    history.append({"epoch": 2, "loss": 0.5, "val_loss": 0.6, "seconds": 1.0})
    return history


def searched():
    return xn.training.sweep(lambda lr, units: lr * units, {"lr": [0.1, 1.0], "units": [2, 3]})


def model():
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2))


X = np.linspace(-1, 1, 2 * 64, dtype=np.float32).reshape(2, 1, 8, 8)
Y = np.asarray([0, 1])
SCORES = np.asarray([[0.1, 0.9], [0.2, 0.8]], dtype=np.float32)
MASK = np.arange(64).reshape(8, 8) % 3

# name: (call with `a` for the arrays of a backend and `axes`, number of axes, their argument)
PICTURES = {
    "confusion_matrix": (lambda a, **axes: plot.confusion_matrix(a(Y), a(SCORES), **axes), 1, "ax"),
    "decision_boundary": (
        lambda a, **axes: plot.decision_boundary(lambda p: p[:, 0] + 0.3, a(X[0, 0, :, :2]),
                                                 a(Y)[:1] * a(MASK)[:, 0] % 2, **axes), 1, "ax"),
    "feature_maps": (lambda a, **axes: plot.feature_maps(model(), a(X[0]), **axes), 4, "axes"),
    "filters": (lambda a, **axes: plot.filters(a(X), **axes), 1, "ax"),
    "functions": (lambda a, **axes: plot.functions({"abs": abs}, **axes), 1, "axes"),
    "histograms": (lambda a, **axes: plot.histograms({"x": a(X), "y": a(Y)}, **axes), 2, "axes"),
    "images": (lambda a, **axes: plot.images(a(X), a(Y), **axes), 2, "axes"),
    "learning_curves": (lambda a, **axes: plot.learning_curves(history(), **axes), 1, "axes"),
    "misclassified": (lambda a, **axes: plot.misclassified(a(X), a(Y), a(SCORES), **axes), 1,
                      "axes"),
    "sweep": (lambda a, **axes: plot.sweep(searched(), "score", **axes), 2, "axes"),
    "segmentation": (lambda a, **axes: plot.segmentation(a(X[0]), a(MASK), a(MASK), **axes), 3,
                     "axes"),
    "surface": (lambda a, **ax: plot.surface(lambda p: p[:, 0] * p[:, 1], (0, 1), (0, 1),
                                             paths={"way": a(SCORES)}, **ax), 1, "ax"),
}  # fmt: skip


def axes(number):
    from matplotlib.figure import Figure

    return Figure(layout="constrained").subplots(1, number, squeeze=False)


def test_every_function_is_in_the_table():
    assert set(PICTURES) == set(plot.__all__)


@pytest.mark.parametrize("name", PICTURES)
def test_arrays_of_any_library_give_the_picture_of_numpy(name, backend):
    call, *_ = PICTURES[name]
    xn.manual_seed(0)
    figure = call(backend.asarray)
    xn.manual_seed(0)
    with xn.device("cpu"):
        expected = call(np.asarray)
    assert len(figure.axes) == len(expected.axes)
    for one, other in zip(figure.axes, expected.axes, strict=True):
        assert one.get_title() == other.get_title()
        for image, reference in zip(one.images, other.images, strict=True):
            np.testing.assert_allclose(image.get_array(), reference.get_array(), atol=1e-5)


@pytest.mark.parametrize(
    "name", ["confusion_matrix", "decision_boundary", "images", "misclassified", "segmentation"]
)
def test_tensors_are_drawn_as_well(name, drawn):
    call, *_ = PICTURES[name]
    drawn(call(xn.Tensor))


@pytest.mark.parametrize("name", PICTURES)
def test_axes_from_outside_are_drawn_in(name, drawn):
    call, number, argument = PICTURES[name]
    given = axes(number)
    figure = call(np.asarray, **{argument: given if argument == "axes" else given[0, 0]})
    assert figure is given[0, 0].figure
    assert all(ax.has_data() for ax in given.flat)
    drawn(figure)


@pytest.mark.parametrize("name", PICTURES)
def test_wrong_axes_are_refused(name):
    call, _, argument = PICTURES[name]
    with pytest.raises(ArgumentError, match=r"axes must be \d Axes of Matplotlib, got str; leave"):
        call(np.asarray, **{argument: "axes"})


def test_too_few_axes_are_refused():
    with pytest.raises(ArgumentError, match=r"plot.images: axes must be 2 Axes .* got 1; leave"):
        plot.images(X, axes=axes(1))


@pytest.mark.parametrize("name", PICTURES)
def test_without_matplotlib_the_error_says_what_to_install(name, monkeypatch):
    for module in ("figure", "ticker", "patches", "cm", "colors"):
        monkeypatch.setitem(sys.modules, f"matplotlib.{module}", None)
    call, *_ = PICTURES[name]
    with pytest.raises(ArgumentError, match=rf"plot.{name}: .*pip install 'xpnet\[plot\]'"):
        call(np.asarray)


def test_matplotlib_is_loaded_by_the_first_picture_and_pyplot_never():
    code = """
import json, sys
import numpy as np
import xpnet as xn
from xpnet import cli
xn.plot.images
before = [name for name in sys.modules if name.startswith("matplotlib")]
xn.plot.images(np.zeros((1, 2, 2)))
print(json.dumps([before, "matplotlib.figure" in sys.modules, "matplotlib.pyplot" in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], True, False]
