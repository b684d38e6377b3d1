"""Contours of a function of two numbers, and ways over them."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import nn, plot
from xpnet.backend import is_array, namespace, to_numpy
from xpnet.errors import ArgumentError, ShapeError

LIMITS = (-2.0, 2.0), (-1.0, 3.0)


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def bowl(points):
    return namespace(points).sum(points**2, axis=-1)


def contours(figure):
    """The heights of the lines, and all their corners."""
    lines = figure.axes[0].collections[1]
    return lines.levels, np.concatenate([path.vertices for path in lines.get_paths()])


def way(figure, name):
    (line,) = [line for line in figure.axes[0].get_lines() if line.get_label() == name]
    return np.stack([line.get_xdata(), line.get_ydata()], axis=1)


def test_contours_are_where_the_function_has_their_height(backend):
    levels, corners = contours(plot.surface(bowl, (-1, 1), (-1, 1), levels=4))
    np.testing.assert_allclose(levels, [0, 0.5, 1, 1.5, 2], atol=1e-6)
    off = np.abs(np.sum(corners**2, axis=1)[:, None] - levels).min(axis=1)
    assert off.max() < 2e-3


def test_a_function_of_points_and_one_of_coordinates_give_the_same_picture(backend):
    of_points = plot.surface(lambda p: rosenbrock(p[:, 0], p[:, 1]), *LIMITS)
    of_coordinates = plot.surface(rosenbrock, *LIMITS)
    for one, other in zip(contours(of_points), contours(of_coordinates), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


def test_a_function_of_a_model_is_drawn_though_it_is_recorded(backend):
    line = nn.Linear(2, 1)
    figure = plot.surface(lambda p: line(p)[:, 0] ** 2, *LIMITS, resolution=5)
    w, b = (to_numpy(parameter.data) for parameter in line.parameters())
    expected = plot.surface(lambda x, y: (w[0, 0] * to_numpy(x) + w[0, 1] * to_numpy(y) + b) ** 2,
                            *LIMITS, resolution=5)  # fmt: skip
    np.testing.assert_allclose(contours(figure)[1], contours(expected)[1], rtol=1e-4, atol=1e-4)


def test_the_function_gets_arrays_of_the_current_device_and_of_the_dtype_asked_for(backend):
    seen = []

    def function(x, y):
        seen.extend([x, y])
        return x * y

    plot.surface(function, *LIMITS, resolution=3, dtype="float64")
    assert all(is_array(c) and c.shape == (9,) for c in seen)
    assert all(c.device == backend.device.native for c in seen)
    assert all(c.dtype == backend.xp.float64 for c in seen)


def test_paths_of_any_library_are_drawn_with_name_start_and_end(backend, drawn):
    points = backend.asarray([[0.0, 0.0], [1.0, 0.5], [1.0, 1.0]])
    figure = drawn(plot.surface(rosenbrock, *LIMITS, paths={"Adam": points, "SGD": points}))
    np.testing.assert_array_equal(way(figure, "Adam"), [[0, 0], [1, 0.5], [1, 1]])
    ax = figure.axes[0]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Adam", "SGD"]
    marks = {line.get_marker(): line.get_xydata().tolist() for line in ax.get_lines()[:3]}
    assert marks["o"] == [[0, 0]]
    assert marks["*"] == [[1, 1]]
    colours = {line.get_color() for line in ax.get_lines()}
    assert len(colours) == 2


def test_a_path_that_leaves_the_picture_does_not_widen_it(drawn):
    wild = [[0.0, 0.0], [3.0, 0.0], [1e300, -1e300], [np.nan, 0.0], [0.0, 0.0]]
    figure = drawn(plot.surface(rosenbrock, *LIMITS, paths={"wild": wild}))
    assert figure.axes[0].get_xlim() == LIMITS[0]
    assert figure.axes[0].get_ylim() == LIMITS[1]
    drawn_way = way(figure, "wild")
    assert len(drawn_way) == 3  # up to what is no number
    assert np.abs(drawn_way).max() < 1e3


def test_the_minimum_gets_a_cross():
    ax = plot.surface(rosenbrock, *LIMITS, minimum=(1.0, 1.0)).axes[0]
    assert [line.get_xydata().tolist() for line in ax.get_lines()] == [[[1, 1]]]
    assert ax.get_legend() is None


def test_log_levels_are_at_equal_ratios_above_the_lowest_point():
    levels, _ = contours(plot.surface(rosenbrock, *LIMITS, scale="log", levels=8, dtype="float64"))
    ratios = levels[1:] / levels[:-1]
    np.testing.assert_allclose(ratios, 10 ** (4 / 8), rtol=1e-2)


def test_holes_and_plains_are_pictures_too(drawn):
    drawn(plot.surface(lambda x, y: namespace(x).where(x > 0, float("nan"), y), *LIMITS))
    drawn(plot.surface(lambda x, y: 0 * x, *LIMITS))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"xlim": (1, 1)}, r"xlim must be two numbers, the smaller first, got \(1, 1\); \(-1, 1\)"),
        ({"ylim": (0, float("inf"))}, "ylim must be two numbers"),
        ({"ylim": (0, 1, 2)}, "ylim must be two numbers"),
        ({"levels": 0}, "levels must be an integer >= 1, got 0; 20 is the default"),
        ({"resolution": 2.5}, "resolution must be an integer >= 2, got 2.5; 101 is the default"),
        ({"scale": "lug"}, "scale must be one of 'linear', 'log', got 'lug'; did you mean 'log'"),
        ({"function": lambda x, y, z: x}, "got one of 3 arguments; wrap it, as in lambda x, y"),
        ({"function": lambda x, y: x * float("nan")}, "must be finite somewhere"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, message):
    options = {"function": rosenbrock, "xlim": LIMITS[0], "ylim": LIMITS[1], **options}
    with pytest.raises(ArgumentError, match=message):
        plot.surface(**options)


def test_wrong_shapes_are_refused():
    with pytest.raises(ShapeError, match=r"one number for each point, \(9,\), got \(\); sum over"):
        plot.surface(lambda p: namespace(p).sum(p), *LIMITS, resolution=3)
    with pytest.raises(ShapeError, match=r"must be points \(T, 2\), got \(2,\) for 'SGD'; stack"):
        plot.surface(rosenbrock, *LIMITS, paths={"SGD": np.zeros(2)})
