"""Outputs of layers as small pictures."""

from __future__ import annotations

import base64

import numpy as np
import pytest

import xpnet as xn
from xpnet.serving.layers import LONGEST_ROW, MOST_MAPS, picture_of, pictures


def bytes_of(picture):
    flat = np.frombuffer(base64.b64decode(picture["pixels"]), np.uint8)
    return flat.reshape(picture["maps"], picture["height"], picture["width"])


def test_pictures_go_from_the_smallest_to_the_largest_number():
    values = np.asarray([[[-1.0, 0.0], [1.0, 3.0]]])
    picture = picture_of(values)
    assert (picture["low"], picture["high"]) == (-1, 3)
    np.testing.assert_array_equal(bytes_of(picture), [[[0, 63], [127, 255]]])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((3, 4, 5), (3, 4, 5)),
        ((40, 130, 64), (MOST_MAPS, 44, 64)),
        ((7,), (1, 1, 7)),
        ((9000,), (1, 1, LONGEST_ROW)),
        ((6, 8), (1, 6, 8)),
        ((), (1, 1, 1)),
        ((2, 2, 2, 2), (1, 1, 16)),
        ((0,), (1, 1, 0)),
    ],
)
def test_every_shape_is_a_picture_of_few_pixels(shape, expected):
    picture = picture_of(np.ones(shape))
    assert bytes_of(picture).shape == expected
    assert picture["shape"] == list(shape)


def test_numbers_that_are_none_do_not_spoil_it():
    picture = picture_of(np.asarray([np.nan, 1.0, 2.0]))
    assert np.isfinite([picture["low"], picture["high"]]).all()


def test_layers_on_any_device_are_seen(backend):
    with xn.device(backend.device_name):
        xn.manual_seed(0)
        model = xn.nn.Sequential(
            xn.nn.Conv2d(1, 2, 3), xn.nn.Tanh(), xn.nn.Dropout(0.5), xn.nn.AvgPool2d(2),
            xn.nn.Flatten(), xn.nn.Linear(8, 3),
        )  # fmt: skip
    seen = pictures(model, np.random.default_rng(0).random((1, 1, 6, 6)).astype(np.float32))
    assert [layer["kind"] for layer in seen] == ["Conv2d", "Tanh", "AvgPool2d", "Linear"]
    assert bytes_of(seen[0]).shape == (2, 4, 4)


def test_recurrent_layers_show_their_sequence():
    model = xn.nn.LSTM(3, 4)
    seen = pictures(model, np.ones((1, 5, 3), np.float32))
    assert seen[0]["shape"] == [5, 4]
