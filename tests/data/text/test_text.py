"""The sonnets, characters as numbers, windows of a text."""

from __future__ import annotations

import re

import numpy as np
import pytest

from xpnet import data
from xpnet.errors import DataError


def test_the_sonnets_are_all_there():
    text = data.load_sonnets()
    numerals = re.findall(r"^[IVXLC]+$", text, re.MULTILINE)
    assert len(numerals) == len(set(numerals)) == 154
    assert text.isascii()
    assert "Shall I compare thee to a summer's day?\n" in text
    assert text.endswith("Love's fire heats water, water cools not love.\n")
    lines = [line for line in text.splitlines() if line and line not in numerals]
    assert len(lines) == 154 * 14 - 1  # one has fifteen lines, one has twelve
    assert not any(line != line.rstrip() for line in lines)


def test_characters_become_numbers_and_back():
    text = data.load_sonnets()
    letters = data.Characters(text)
    numbers = letters.encode(text)
    assert numbers.dtype == np.int64
    assert set(numbers) == set(range(len(letters)))
    assert letters.decode(numbers) == text
    assert repr(data.Characters("aba")) == "Characters('ab')"


def test_an_unknown_character_is_named():
    with pytest.raises(DataError, match="got 'é'; make the numbers"):
        data.Characters("caf").encode("café")
    for wrong in ("", None, 5):
        with pytest.raises(DataError, match="text must be a string with characters"):
            data.Characters(wrong)


def test_numbers_of_any_library_become_text(backend):
    letters = data.Characters("banana")
    assert letters.decode(backend.asarray([1, 0, 2], dtype="int64")) == "ban"
    assert letters.decode(iter((1, 0, 2))) == "ban"
    assert letters.decode([]) == ""
    x, _ = data.next_characters(backend.asarray([1, 0, 2, 0], dtype="int64"), 2).arrays
    assert x.tolist() == [[1, 0]]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([0, 3], "numbers must be from 0 to 2, one for each character, got 3"),
        ([-1], "got -1"),
        ([0.7], "numbers must be a sequence of integers, got a list of something else"),
        (["a"], "sequence of integers"),
        ([True], "sequence of integers"),
        (1, "sequence of integers, got a int"),
        ([[0, 1]], r"one sequence \(T,\), got shape \(1, 2\)"),
    ],
)
def test_numbers_that_are_no_characters_are_refused(numbers, message):
    with pytest.raises(DataError, match=message):
        data.Characters("banana").decode(numbers)


@pytest.mark.parametrize(("step", "starts"), [(None, [0, 4]), (1, [0, 1, 2, 3, 4, 5]), (3, [0, 3])])
def test_windows_come_with_what_follows(step, starts):
    x, y = data.next_characters(np.arange(10), 4, step).arrays
    assert x.tolist() == [list(range(i, i + 4)) for i in starts]
    np.testing.assert_array_equal(y, x + 1)


@pytest.mark.parametrize(
    ("numbers", "length", "step", "message"),
    [
        (np.arange(4), 4, None, r"longer than length=4, got shape \(4,\)"),
        (np.ones((9, 2), int), 4, None, r"got shape \(9, 2\)"),
        (np.arange(9), 0, None, "length and step must be integers of at least 1, got 0 and 0"),
        (np.arange(9), 3, 0, "got 3 and 0"),
        (np.arange(9), 2.0, None, r"must be integers of at least 1, got 2\.0"),
        (np.arange(9), 2, True, "got 2 and True"),
        (np.arange(9), "2", None, "got '2'"),
        (np.arange(9.0), 3, None, "numbers must be a sequence of integers, got a ndarray"),
        ("a text", 3, None, "numbers must be a sequence of integers, got a str"),
    ],
)
def test_windows_that_cannot_be_are_refused(numbers, length, step, message):
    with pytest.raises(DataError, match=message):
        data.next_characters(numbers, length, step)
