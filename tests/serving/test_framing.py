"""Images of any size and origin become what the training data were like."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.data import load_digits
from xpnet.errors import ArgumentError
from xpnet.serving.framing import image_shape, prepare
from xpnet.serving.ink import Ink, box_of, centre_of, ink_in, ink_of, stroke_of

pytest.importorskip("PIL.Image", reason="Pillow scales images")

MNIST = Ink(20 / 28, "mass", (0.518, 0.518), 0.118)


def drawn(height, width, top, left, size, thick, ink=0.0, paper=1.0):
    """A capital L."""
    page = np.full((1, height, width), paper, np.float32)
    page[0, top : top + size, left : left + thick] = ink
    page[0, top + size - thick : top + size, left : left + size // 2] = ink
    return page


@pytest.mark.parametrize("scale", [1, 2, 7])
@pytest.mark.parametrize(("ink", "paper"), [(0.0, 1.0), (1.0, 0.0), (0.3, 0.7)])
def test_writing_comes_to_one_size_and_place_wherever_it_was(scale, ink, paper):
    page = drawn(60 * scale, 90 * scale, 7 * scale, 50 * scale, 30 * scale, 4 * scale, ink, paper)
    made = prepare(page, (28, 28), MNIST)
    assert made.inverted == (paper > ink)
    top, bottom, left, right = box_of(made.x[0])
    assert abs((bottom - top) - 20) <= 1
    assert abs((right - left) - 10) <= 1
    assert centre_of(made.x[0]) == pytest.approx((14.5, 14.5), abs=0.3)
    assert made.x.max() > 0.95
    assert made.x[0, 0].max() < 0.05


def test_shadow_and_noise_of_a_photograph_are_taken_away(rng):
    page = drawn(300, 300, 80, 120, 120, 18, ink=0.25, paper=0.6)[0]
    light = 1 + 0.3 * np.linspace(-1, 1, 300)[:, None] * np.ones((1, 300))
    photograph = np.clip(page * light + rng.normal(0, 0.01, page.shape), 0, 1)
    made = prepare(photograph[None].astype(np.float32), (28, 28), MNIST)
    clean = prepare(page[None], (28, 28), MNIST)
    assert made.inverted
    assert np.abs(made.x - clean.x).mean() < 0.03


def test_a_thin_pen_becomes_as_wide_as_that_of_the_training_data():
    thin = prepare(drawn(400, 400, 50, 100, 300, 4), (28, 28), MNIST).x[0]
    assert stroke_of(thin) == pytest.approx(0.118 * 20, rel=0.3)
    assert thin.max() > 0.9


def test_an_image_of_the_right_size_is_inverted_and_no_more():
    page = drawn(28, 28, 2, 3, 15, 2)
    made = prepare(page, (28, 28), MNIST)
    np.testing.assert_array_equal(made.x, 1 - page)
    np.testing.assert_array_equal(prepare(1 - page, (28, 28), MNIST).x, 1 - page)


def test_only_a_model_of_bright_ink_gets_images_inverted_unasked():
    page = drawn(28, 28, 2, 3, 15, 2)
    assert not prepare(page, (28, 28), None).inverted
    assert not prepare(np.repeat(page, 3, axis=0), (28, 28), MNIST).inverted
    assert prepare(page, (28, 28), None, invert="yes").inverted
    assert not prepare(page, (28, 28), MNIST, invert="no").inverted


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_an_empty_page_stays_empty(level):
    made = prepare(np.full((1, 50, 40), level, np.float32), (28, 28), MNIST)
    assert made.x.shape == (1, 28, 28)
    assert made.x.max() == 0
    assert made.inverted == (level > 0.5)


def test_pictures_keep_their_aspect_ratio_on_a_ground_of_their_border():
    picture = np.full((3, 20, 40), 0.25, np.float32)
    picture[:, 5:15, 10:30] = 0.75
    made = prepare(picture, (16, 16)).x
    assert made.shape == (3, 16, 16)
    np.testing.assert_allclose(made[:, [0, 3, 12, 15]], 0.25, atol=1e-3)
    assert made[0, 8, 8] == pytest.approx(0.75, abs=0.05)


def test_they_may_be_stretched_instead():
    picture = np.zeros((1, 20, 40), np.float32)
    picture[:, :, :20] = 1.0
    made = prepare(picture, (8, 8), fit="stretch").x[0]
    assert (made[:, :3] > 0.95).all()
    assert (made[:, 5:] < 0.05).all()


def test_ink_can_be_cut_out_for_a_model_that_knows_none():
    page = drawn(60, 90, 7, 50, 30, 4)
    made = prepare(page, (28, 28), None, "yes", "ink").x[0]
    top, bottom, _, _ = box_of(made)
    assert abs((bottom - top) - 20) <= 1


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (20, 50), (64, 3)])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 2, 300), (1, 300, 2), (1, 5, 5)])
@pytest.mark.parametrize("fit", ["auto", "ink", "pad", "stretch"])
def test_sizes_of_every_kind_come_out_right(rng, size, shape, fit):
    made = prepare(rng.random(shape).astype(np.float32), size, MNIST, fit=fit)
    assert made.x.shape == (1, *size)
    assert np.isfinite(made.x).all()
    assert made.x.min() >= 0
    assert made.x.max() <= 1


def test_a_border_of_two_halves_is_no_trouble():
    halves = np.zeros((1, 40, 60), np.float32)
    halves[:, :, :30] = 1.0
    assert np.isfinite(prepare(halves, (28, 28), MNIST).x).all()


# ---- what is noted in training ----------------------------------------------------------------


def test_the_ink_of_the_digits_fills_their_height():
    ink = ink_in({"ink": ink_of(load_digits()[0].arrays[0])})
    assert ink.extent == 1.0
    assert ink.centre == "box"
    assert ink.at == pytest.approx((0.5, 0.5), abs=0.05)


def test_what_is_no_bright_ink_on_a_dark_ground_is_not_taken_for_it(rng):
    x = load_digits()[0].arrays[0]
    assert ink_of(x) is not None
    assert ink_of(x[:, 0]) is not None
    for other in (1 - x, 255 * x, x - 1, np.repeat(x, 3, axis=1), x.reshape(-1, 64), x[:0], 0 * x):
        assert ink_of(other) is None
    assert ink_of(rng.random((50, 1, 8, 8))) is None


def test_models_that_are_older_than_these_notes_are_known_by_their_data():
    noted = ink_in({"ink": ink_of(load_digits()[0].arrays[0])})
    assert ink_in({"data": "digits"}) == noted
    assert ink_in({"data": "mnist"}).centre == "mass"
    assert ink_in({"data": "mnist", "ink": None}) is None
    assert ink_in({"data": "mine.npz"}) is None


@pytest.mark.parametrize(
    "said",
    [None, 3, [], {}, {"extent": 1}, {"extent": 9, "centre": "box", "at": [0, 0], "stroke": 1},
     {"extent": 0.5, "centre": "top", "at": [0.5, 0.5], "stroke": 0.1},
     {"extent": float("nan"), "centre": "box", "at": [0.5, 0.5], "stroke": 0.1},
     {"extent": 0.5, "centre": "box", "at": [0.5], "stroke": 0.1}],
    ids=str,
)  # fmt: skip
def test_notes_that_make_no_sense_are_no_notes(said):
    assert ink_in({"ink": said}) is None


def test_a_model_of_tables_takes_no_images():
    assert image_shape("predict", (3, 8, 9)) == (3, 8, 9)
    numbers = r"takes tables of 4 numbers a sample, got an image; .*--input-shape 1,28,28"
    images = r"must take images, got .*--input-shape 1,28,28"
    for shape, message in ((None, images), ((4,), numbers), ((2, 8, 8), images)):
        with pytest.raises(ArgumentError, match=message):
            image_shape("predict", shape)
