"""Tables of text: quotes, names of columns, and lines that are no numbers."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import DataError
from xpnet.serving import Predictor
from xpnet.serving.files import Sample, samples
from xpnet.serving.lines import rows_of_table

NAMES = ["width", "height"]


@pytest.fixture
def read(tmp_path):
    def run(text, names=None, delimiter=","):
        (tmp_path / "x.csv").write_text(text)
        return list(rows_of_table(str(tmp_path / "x.csv"), delimiter, 2, names))

    return run


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4\n",
        '"1","2"\n"3",4\n',
        '"width","the ""height"" #1, in cm"\n1,2\n3,4\n',
        "a,b\r\n1,2\r\n3,4",
        "\ufeffa,b\n 1 , 2 \n\n3,4 # the last\n# nothing\n",
        'a,"b\nc"\n1,2\n3,4\n',
    ],
    ids=["plain", "quoted", "names", "windows", "spaces", "line break"],
)
def test_tables_of_many_dialects_are_the_same(read, text):
    assert read(text) == [[1.0, 2.0], [3.0, 4.0]]


def test_columns_are_put_in_order_by_their_names(read):
    assert read("height,width\n1,2\n", NAMES) == [[2.0, 1.0]]
    assert read('species,"height",width\nsetosa,1,2\n', NAMES) == [[2.0, 1.0]]
    assert read("1,2\n", NAMES) == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("height,depth", r"'width' among them, got 'height', 'depth'; name them width,height"),
        ("width,height,width", "'width' among them, got it twice"),
    ],
)
def test_columns_that_are_not_those_of_the_training_are_refused(read, header, message):
    with pytest.raises(DataError, match=message):
        read(f"{header}\n1,2,3\n", NAMES)


def test_a_cell_that_is_no_number_is_told_with_its_place(read):
    good, bad = read("a,b\n1,2\n3,four\n")
    assert good == [1.0, 2.0]
    assert "got 'four' in line 3, column 2" in str(bad)
    [short] = read("height,width\n1\n", NAMES)
    assert "got '' in line 2, column 2" in str(short)


@pytest.mark.parametrize("text", ['1,"2\n3,4\n', '"1"x,2\n'], ids=["open", "after"])
def test_quotes_that_do_not_fit_are_an_error(read, text):
    with pytest.raises(DataError, match=r"must be a table of numbers, got line \d that is none"):
        read(text)


def test_the_notes_of_a_model_know_the_columns(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.nn.Linear(2, 2), path, notes={"feature_names": NAMES})
    (tmp_path / "x.csv").write_text("height,width\n1,2\n")
    [sample] = samples([str(tmp_path / "x.csv")], Predictor(path, "cpu").reading())
    assert isinstance(sample, Sample)
    np.testing.assert_array_equal(sample.x, [2.0, 1.0])
