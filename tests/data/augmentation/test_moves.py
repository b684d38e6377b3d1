"""What each augmentation does to pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xpnet.backend import to_numpy
from xpnet.backend.random import stream
from xpnet.data.augmentation import (
    HorizontalFlip,
    RandomCrop,
    Rotate,
    Shift,
    StandardizeChannels,
    VerticalFlip,
)
from xpnet.data.augmentation.rotate import UNIT
from xpnet.errors import ArgumentError, DTypeError, ShapeError

X = np.random.default_rng(0).uniform(size=(40, 2, 5, 6)).astype(np.float32)


def angle(degrees, n=1):
    """What Rotate draws for this angle."""
    turn = np.full((n, 1, 1), math.radians(degrees))
    return np.rint(np.cos(turn) * UNIT // 2), np.rint(np.sin(turn) * UNIT // 2)


def test_a_shift_moves_rows_and_columns_and_fills_the_border(backend):
    drawn = np.arange(5)[None] - 1, np.arange(6)[None] + 2
    moved = to_numpy(Shift(2, fill=7.0).images(backend.asarray(X[:1]), drawn))
    np.testing.assert_array_equal(moved[0, :, 1:, :4], X[0, :, :4, 2:])
    assert (moved[0, :, 0] == 7).all()
    assert (moved[0, :, :, 4:] == 7).all()


def test_every_shift_up_to_the_largest_occurs():
    rows, columns = Shift(2).draw(stream(0, "test"), (400, 1, 5, 6))
    assert {(int(r[0]), int(c[0])) for r, c in zip(rows, columns, strict=True)} == {
        (-down, -across) for down in range(-2, 3) for across in range(-2, 3)
    }


def test_a_crop_is_a_piece_of_the_padded_image(backend):
    (pieces,) = RandomCrop((4, 3), padding=1)(backend.asarray(X), rng=stream(0, "test"))
    padded = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 3), axis=(2, 3))
    places = set()
    for piece, window in zip(to_numpy(pieces), windows, strict=True):
        same = (window == piece[:, None, None]).all(axis=(0, 3, 4))
        places.add(tuple(np.argwhere(same)[0]))
    assert len(places) > 10


def test_a_crop_larger_than_the_image_is_an_error():
    with pytest.raises(ShapeError, match="at least 9 x 9 pixels with padding, got 5 x 6"):
        RandomCrop(9, padding=1)(X)


@pytest.mark.parametrize(("flip", "mirrored"), [(HorizontalFlip, X[..., ::-1]),
                                                (VerticalFlip, X[..., ::-1, :])])  # fmt: skip
def test_a_flip_mirrors_a_share_of_the_images(flip, mirrored, backend):
    out = to_numpy(flip(0.25)(backend.asarray(X), rng=stream(0, "test"))[0])
    flipped = (out == mirrored).all(axis=(1, 2, 3))
    assert ((out == X).all(axis=(1, 2, 3)) != flipped).all()
    assert 0 < flipped.mean() < 0.5


def test_a_quarter_turn_is_that_of_numpy(backend):
    square = X[:3, :, :, :5]
    turned = Rotate(90).images(backend.asarray(square), angle(90, 3))
    np.testing.assert_allclose(to_numpy(turned), np.rot90(square, axes=(2, 3)), rtol=1e-6)
    masks = (square * 10).astype(np.int64)
    turned = Rotate(90).masks(backend.asarray(masks), angle(90, 3))
    np.testing.assert_array_equal(to_numpy(turned), np.rot90(masks, axes=(2, 3)))


def test_no_turn_changes_nothing(backend):
    turned = Rotate(10).images(backend.asarray(X), angle(0, 40))
    np.testing.assert_array_equal(to_numpy(turned), X)


@pytest.mark.parametrize("degrees", [7.0, -33.0, 140.0])
def test_a_turn_agrees_with_scipy(degrees):
    ndimage = pytest.importorskip("scipy.ndimage")
    x = np.random.default_rng(0).uniform(size=(1, 1, 21, 16))
    turned = Rotate(180, fill=0.5).images(x, angle(degrees))
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    matrix, centre = np.asarray([[c, s], [-s, c]]), np.asarray([10.0, 7.5])
    expected = ndimage.affine_transform(
        x[0, 0], matrix, centre - matrix @ centre, order=1, mode="grid-constant", cval=0.5
    )
    np.testing.assert_allclose(turned[0, 0], expected, atol=2e-3)


def test_angles_are_uniform_up_to_the_largest():
    cos, sin = Rotate(20).draw(stream(0, "test"), (2000, 1, 5, 6))
    degrees = np.degrees(np.arctan2(sin, cos))
    assert -20.01 < degrees.min() < -19.5 < 19.5 < degrees.max() < 20.01
    assert abs(degrees.mean()) < 1


def test_what_comes_from_outside_has_the_value_asked_for():
    x, y = np.ones((4, 1, 9, 9), np.float32), np.ones((4, 9, 9), np.int64)
    turned, mask = Rotate(45, fill=3.0, mask_fill=-100)(x, y, rng=stream(1, "test"))
    assert set(np.unique(mask)) == {-100, 1}
    assert turned.max() > 2.5


def test_channels_are_standardized_by_their_own_numbers(backend):
    mean, std = X.mean(axis=(0, 2, 3)), X.std(axis=(0, 2, 3))
    (out,) = StandardizeChannels(mean, std)(backend.asarray(X))
    np.testing.assert_allclose(to_numpy(out).mean(axis=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(to_numpy(out).std(axis=(0, 2, 3)), 1, rtol=1e-5)


@pytest.mark.parametrize("augment", [Rotate(10), StandardizeChannels(0.5, 0.5)], ids=repr)
def test_integers_are_refused_where_fractions_arise(augment):
    with pytest.raises(DTypeError, match="must be of a floating-point type, got uint8"):
        augment(np.zeros((1, 1, 4, 4), np.uint8))


def test_whole_pixels_can_be_moved_in_bytes():
    x = np.full((3, 1, 4, 4), 255, np.uint8)
    (moved,) = Shift(1)(x, rng=stream(0, "test"))
    assert moved.dtype == np.uint8
    assert set(np.unique(moved)) == {0, 255}


def test_huge_images_are_refused_by_rotation():
    with pytest.raises(ShapeError, match="at most 8192 x 8192 pixels, got 1 x 9000"):
        Rotate(10)(np.zeros((1, 1, 1, 9000), np.float32))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Shift(0), "Shift: pixels must be an integer >= 1, got 0"),
        (lambda: Shift(1.5), "got 1.5; a few pixels are usual"),
        (lambda: Rotate(0), "Rotate: degrees must be > 0 and <= 180, got 0"),
        (lambda: Rotate(270), "got 270"),
        (lambda: Rotate("10"), "Rotate: degrees must be > 0 and <= 180, got '10'"),
        (lambda: Rotate(10, fill=None), "Rotate: fill must be a number, got None"),
        (lambda: Shift(fill="0"), "Shift: fill must be a number, got '0'; 0 is usual"),
        (lambda: Shift(mask_fill=True), "Shift: mask_fill must be a number, got True"),
        (lambda: RandomCrop(fill=[0]), r"RandomCrop: fill must be a number, got \[0\]"),
        (lambda: HorizontalFlip(True), "HorizontalFlip: p must be a probability"),
        (lambda: HorizontalFlip(2), "HorizontalFlip: p must be a probability from 0 to 1, got 2"),
        (lambda: VerticalFlip("half"), "VerticalFlip: p must be a probability"),
        (lambda: RandomCrop(0), "RandomCrop: size must be an integer >= 1"),
        (lambda: RandomCrop((3, 4, 5)), r"size must be one number or \(H, W\)"),
        (lambda: RandomCrop(padding=0), "padding must be an integer >= 1"),
        (lambda: StandardizeChannels(0.0, 0.0), "std must be positive"),
        (lambda: StandardizeChannels([0, 0], [1, 1, 1]), "as many numbers, got 2 and 3"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_numbers_of_numpy_are_numbers():
    assert repr(HorizontalFlip(np.float32(0.5))) == "HorizontalFlip(p=0.5)"
    assert repr(Rotate(np.int64(10), fill=np.float32(0.5))) == (
        "Rotate(degrees=10, fill=0.5, mask_fill=0)"
    )
    assert repr(Shift(np.int64(2), mask_fill=np.int64(-100))) == (
        "Shift(pixels=2, fill=0.0, mask_fill=-100)"
    )


def test_another_number_of_channels_is_an_error():
    with pytest.raises(ShapeError, match="images must have 3 channels, got"):
        StandardizeChannels([0.5] * 3, 0.5)(X)
