"""Where windows are, and how many elements they count."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.errors import ArgumentError, ShapeError
from xpnet.windows import counted, image_shape, per_axis, windows


def test_the_number_of_windows_follows_the_formula():
    win = windows("test", (28, 10), 5, stride=(2, 1), padding=(2, 0), dilation=(1, 2))
    assert win.out == (14, 2)
    assert win.places == 25
    assert win.offsets[:3] == [(0, 0), (0, 2), (0, 4)]


def test_same_padding_keeps_the_size_and_puts_the_larger_half_last():
    win = windows("test", (7, 8), (3, 4), padding="same")
    assert win.out == (7, 8)
    assert win.padding == ((1, 1), (1, 2))


def test_a_last_window_is_taken_where_it_begins_inside():
    assert windows("test", (6,), 3, stride=2).out == (2,)
    assert windows("test", (6,), 3, stride=2, ceil_mode=True).out == (3,)
    assert windows("test", (5,), 2, stride=3, ceil_mode=True).out == (2,)
    assert windows("test", (4,), 2, stride=4, ceil_mode=True).out == (1,)  # it would begin beyond


@pytest.mark.parametrize("pads", [None, (1,)])
def test_elements_are_counted_like_ones_are_summed(pads):
    win = windows("test", (6,), 3, stride=2, padding=1, ceil_mode=True)
    (before, after), length = win.padding[0], 6
    ones = np.zeros(before + length + after)
    ones[before : before + length] = 1
    if pads:
        ones[: before + length + pads[0]] = 1
    expected = [int(ones[o * 2 : o * 2 + 3].sum()) for o in range(win.out[0])]
    assert counted(win, (6,), pads) == [expected]


def test_sizes_come_as_one_number_or_one_for_each_axis():
    assert per_axis("test", "stride", np.int64(2), 2) == (2, 2)
    assert per_axis("test", "stride", [1, 3], 2) == (1, 3)
    with pytest.raises(ArgumentError, match="stride must be an integer >= 1 or one for each"):
        per_axis("test", "stride", (1, 2, 3), 2)
    with pytest.raises(ArgumentError, match=r"got '3'; write kernel_size=3 or .*=\(3, 3\)"):
        per_axis("test", "kernel_size", "3", 2)


@pytest.mark.parametrize("value", [True, False, (True, 1), [1, False]])
def test_truth_values_are_no_sizes(value):
    with pytest.raises(ArgumentError, match="padding must be an integer >= 0 or one for each"):
        per_axis("test", "padding", value, 2, least=0)


def test_a_truth_value_is_refused_also_after_the_number_it_equals():
    assert windows("test", (4, 4), 1).out == (4, 4)
    with pytest.raises(ArgumentError, match="kernel_size must be an integer >= 1"):
        windows("test", (4, 4), True)


def test_a_kernel_larger_than_the_image_is_refused():
    with pytest.raises(ShapeError, match="the kernel must fit into the padded input"):
        windows("test", (4, 4), 5)


def test_shapes_are_written_as_in_the_documentation():
    assert image_shape(2, 3) == "(N, 3, H, W)"
