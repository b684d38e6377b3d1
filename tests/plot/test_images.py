from __future__ import annotations

import numpy as np
import pytest

from xpnet import plot
from xpnet.errors import ArgumentError, DataError, ShapeError


def shown(ax):
    return np.asarray(ax.images[0].get_array())


def test_grey_images_share_one_scale(drawn):
    x = np.stack([np.zeros((4, 4)), np.full((4, 4), 5.0)])
    figure = drawn(plot.images(x, titles=["low", "high"]))
    assert [ax.images[0].get_clim() for ax in figure.axes] == [(0, 5), (0, 5)]
    assert [ax.get_title() for ax in figure.axes] == ["low", "high"]


def test_colours_move_behind_height_and_width(drawn):
    x = np.zeros((1, 3, 4, 5))
    x[0, 2, 1, 3] = 1.0
    picture = shown(drawn(plot.images(x)).axes[0])
    assert picture.shape == (4, 5, 3)
    assert picture[1, 3].tolist() == [0, 0, 1]


def test_bytes_are_divided_and_standardized_colours_stretched():
    bytes_ = np.full((1, 3, 2, 2), 51, dtype=np.uint8)
    assert np.allclose(shown(plot.images(bytes_).axes[0]), 0.2)
    standardized = np.linspace(-2, 2, 12).reshape(1, 3, 2, 2)
    picture = shown(plot.images(standardized).axes[0])
    assert (picture.min(), picture.max()) == (0, 1)


def test_columns_are_as_wanted_and_by_default_a_square():
    x = np.zeros((6, 2, 2))
    assert plot.images(x).axes[0].get_gridspec().ncols == 3
    assert plot.images(x, columns=2).axes[0].get_gridspec().nrows == 3


def test_long_titles_make_room_for_themselves(drawn):
    figure = drawn(plot.images(np.zeros((4, 8, 8)), titles=["a title of many letters"] * 4))
    boxes = [ax.title.get_window_extent() for ax in figure.axes[:2]]
    assert boxes[0].x1 <= boxes[1].x0
    assert boxes[0].x0 >= 0


@pytest.mark.parametrize(
    ("x", "options", "error", "message"),
    [
        (np.zeros((4, 64)), {}, ShapeError, r"images must be .*got \(4, 64\); reshape"),
        (np.zeros((4, 8, 8, 3)), {}, ShapeError, "move the channels before height and width"),
        (np.zeros((0, 8, 8)), {}, DataError, "images must be at least one, got none"),
        (np.zeros((2, 8, 8)), {"titles": ["a"]}, ArgumentError, "titles must be 2.*got 1"),
        (np.zeros((2, 8, 8)), {"columns": 0}, ArgumentError, "columns must be at least 1, got 0"),
    ],
)
def test_wrong_arguments_are_refused(x, options, error, message):
    with pytest.raises(error, match=message):
        plot.images(x, **options)
