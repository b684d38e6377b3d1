"""Filters and feature maps."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import models, nn, plot
from xpnet.errors import ArgumentError, ShapeError
from xpnet.plot.mosaic import columns_for, mosaic


def values(ax):
    """The numbers of a mosaic, without the lines between the tiles and empty places."""
    array = ax.images[0].get_array()
    return rounded(array.compressed()[array.compressed() >= ax.images[0].get_clim()[0]])


def rounded(x):
    return set(np.round(np.asarray(x, dtype=np.float64), 6).ravel().tolist())


def titles(figure):
    return [ax.get_title() for ax in figure.axes if ax.get_title()]


def test_a_mosaic_holds_every_tile_and_marks_the_rest():
    tiles = np.arange(1.0, 13.0).reshape(3, 2, 2)
    whole = mosaic(tiles, 2, tile=2, line=1)
    assert whole.shape == (5, 5)
    assert np.array_equal(whole[:2, 3:], tiles[1])
    assert np.array_equal(whole[3:, :2], tiles[2])
    assert np.all(whole[3:, 3:] == -np.inf)
    assert np.isnan(whole[2]).all()
    assert np.isnan(whole[:, 2]).all()


def test_small_tiles_are_enlarged_by_whole_numbers():
    whole = mosaic(np.arange(4.0).reshape(1, 2, 2), 1, tile=5)
    assert np.array_equal(whole, np.kron([[0, 1], [2, 3]], np.ones((3, 3))))


@pytest.mark.parametrize("count", range(1, 40))
def test_columns_leave_few_places_empty(count):
    columns = columns_for(count, 5, 5)
    assert 1 <= columns <= count
    assert -count % columns <= max(count // 10, 2)


def test_filters_are_the_weights_in_one_scale_around_zero(drawn):
    model = models.LeNet5()
    ax, scale = drawn(plot.filters(model, "features.3")).axes
    weight = model.features[3].weight.data
    assert values(ax) == rounded(weight)
    low, high = ax.images[0].get_clim()
    assert high == -low == np.abs(weight).max()
    assert scale.get_ylabel() == "weight"
    assert ax.get_title() == "features.3: Conv2d, 16 kernels of 5×5"
    assert ax.get_xlabel() == "input channels →"
    assert ax.get_ylabel() == "← output channels"


def test_filters_of_a_layer_or_of_its_weights_are_the_same():
    layer = nn.Conv1d(2, 3, 5)
    one, other = plot.filters(layer).axes[0], plot.filters(layer.weight).axes[0]
    assert values(one) == values(other) == rounded(layer.weight.data)
    assert one.get_title() == "3 kernels of 5"


def test_of_many_filters_the_first_are_shown():
    figure = plot.filters(np.zeros((40, 30, 3, 3)), limit=8)
    assert titles(figure) == ["8 of 40 kernels of 3×3"]
    assert figure.axes[0].get_xlabel() == "8 of 30 input channels →"
    assert titles(plot.filters(np.zeros((40, 1, 3, 3)), limit=8)) == ["32 of 40 kernels of 3×3"]


def test_filters_that_cannot_be_drawn_are_refused():
    with pytest.raises(ArgumentError, match="must have a Conv1d or Conv2d, got a MLP without"):
        plot.filters(models.MLP(4, (3,), 2))
    with pytest.raises(ArgumentError, match=r"layer must be one of 'features.0', 'features.3'"):
        plot.filters(models.LeNet5(), "features.1")
    with pytest.raises(ShapeError, match=r"weight must be .*got \(3, 4\); reshape it"):
        plot.filters(np.zeros((3, 4)))
    for limit in (0, -1, 2.5, True):
        with pytest.raises(ArgumentError, match=f"limit must be a positive integer, got {limit}"):
            plot.filters(np.zeros((3, 4, 2, 2)), limit=limit)


def test_feature_maps_are_the_outputs_of_the_layers(drawn):
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(108, 2))
    image = np.linspace(-1, 1, 64, dtype=np.float32).reshape(1, 8, 8)
    figure = drawn(plot.feature_maps(model, image))
    assert titles(figure) == ["image, 8×8", "0: Conv2d, 3 × 6×6", "1: ReLU, 3 × 6×6"]
    seen = nn.layer_outputs(model, image[np.newaxis])
    assert values(figure.axes[1]) == rounded(seen["0"])
    assert values(figure.axes[2]) == rounded(seen["1"])
    assert figure.axes[2].images[0].get_clim()[0] == 0


def test_one_layer_can_be_shown_alone():
    image = np.ones((28, 28), dtype=np.float32)
    figure = plot.feature_maps(models.LeNet5(), image, "features.4", limit=5)
    assert titles(figure) == ["features.4: ReLU, 5 of 16 × 10×10"]


def test_a_colour_image_is_shown_in_colour(drawn):
    image = np.zeros((3, 6, 6), dtype=np.float32)
    figure = drawn(plot.feature_maps(nn.Conv2d(3, 2, 3), image))
    assert figure.axes[0].images[0].get_array().shape == (6, 6, 3)
    assert titles(figure)[1] == "Conv2d: Conv2d, 2 × 4×4"


def test_channels_that_are_no_colours_stand_side_by_side():
    figure = plot.feature_maps(nn.Conv2d(2, 1, 3), np.zeros((2, 6, 6), dtype=np.float32))
    assert figure.axes[0].images[0].get_array().shape == (6, 12)


def test_feature_maps_that_cannot_be_drawn_are_refused():
    model = models.LeNet5()
    image = np.zeros((1, 28, 28), dtype=np.float32)
    with pytest.raises(ArgumentError, match=r"model must be an nn.Module, got ndarray"):
        plot.feature_maps(image, model)
    with pytest.raises(ShapeError, match=r"image must be one array .*got \(2, 1, 28, 28\)"):
        plot.feature_maps(model, np.zeros((2, 1, 28, 28), dtype=np.float32))
    with pytest.raises(ShapeError, match="got list"):
        plot.feature_maps(model, [[0.0]])
    with pytest.raises(ShapeError, match=r"layer 'classifier.1' must give a picture.*\(1, 120\)"):
        plot.feature_maps(model, image, "classifier.1")
    with pytest.raises(ArgumentError, match=r"layer must be one of .*got 'conv'"):
        plot.feature_maps(model, image, "conv")
