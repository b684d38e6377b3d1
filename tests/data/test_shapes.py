from __future__ import annotations

import hashlib

import numpy as np
import pytest

from xpnet.data import make_shapes
from xpnet.errors import ArgumentError


def test_images_and_labels_have_the_documented_shapes_and_types():
    x, y = make_shapes(5, size=20, channels=1).arrays
    assert (x.shape, x.dtype) == ((5, 1, 20, 20), np.float32)
    assert (y.shape, y.dtype) == ((5, 20, 20), np.int64)
    assert 0 <= x.min() <= x.max() <= 1


def test_every_class_and_the_background_occur():
    dataset = make_shapes(40)
    assert set(np.unique(dataset.arrays[1])) == {0, 1, 2, 3}
    assert dataset.class_names == ("background", "circle", "square", "triangle")
    assert all((mask == 0).any() and (mask > 0).any() for mask in dataset.arrays[1])


def test_an_image_depends_on_the_seed_and_its_number_alone():
    short, long, other = make_shapes(3, seed=1), make_shapes(6, seed=1), make_shapes(3, seed=2)
    for a, b in zip(short.arrays, long.arrays, strict=True):
        np.testing.assert_array_equal(a, b[:3])
    assert not np.array_equal(short.arrays[1], other.arrays[1])


def test_the_labels_are_the_same_on_every_machine():
    digest = hashlib.sha256(make_shapes(8).arrays[1].astype("<i8").tobytes()).hexdigest()
    assert digest[:16] == "20426aa08cc07589"


def test_without_noise_a_shape_has_one_colour_and_lies_on_a_dark_background():
    x, y = make_shapes(20, most=1, noise=0.0).arrays
    for image, mask in zip(x, y, strict=True):
        assert len(np.unique(image[:, mask > 0], axis=1).T) == 1
        assert image[:, mask > 0].min() > 0.39 > 0.31 > image[:, mask == 0].max()


@pytest.mark.parametrize("name", ["circle", "square", "triangle"])
def test_shapes_have_equal_areas_and_their_own_outline(name):
    y = make_shapes(200, size=64, classes=(name,), most=1).arrays[1]
    whole = [m > 0 for m in y if not (m[[0, -1]].any() or m[:, [0, -1]].any())]
    areas = [m.sum() / 64**2 for m in whole]
    assert np.mean(areas) == pytest.approx(np.pi * 0.19**2, rel=0.15)
    # how far the farthest pixel is, in radii of the circle of the same area
    spread = []
    for mask, area in zip(whole, areas, strict=True):
        place = np.argwhere(mask)
        distance = np.linalg.norm(place - place.mean(axis=0), axis=1).max()
        spread.append(distance / (64 * np.sqrt(area / np.pi)))
    corner = {"circle": 1.0, "square": 1.25, "triangle": 1.56}[name]
    assert np.mean(spread) == pytest.approx(corner, abs=0.06)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be an integer >= 1, got 0"),
        ({"size": 4}, "size must be an integer >= 8, got 4"),
        ({"most": 0}, "most must be an integer >= 1"),
        ({"channels": 1.5}, "channels must be an integer >= 1, got 1.5"),
        ({"noise": -1.0}, "noise must be >= 0"),
        ({"classes": "circle"}, "classes must be different names"),
        ({"classes": ()}, "classes must be different names"),
        ({"classes": ("circle", "circle")}, "classes must be different names"),
        ({"classes": ("circel",)}, "did you mean 'circle'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        make_shapes(**arguments)
