"""Samples in files and folders of every kind."""

from __future__ import annotations

import os
import time
import tracemalloc

import numpy as np
import pytest

from xpnet.errors import ArgumentError, DataError
from xpnet.serving import files, lines
from xpnet.serving.files import Reading, Refused, Sample, samples

TABLE = Reading((3,))
IMAGES = Reading((1, 2, 2))


def read(path, how=TABLE):
    return list(samples([str(path)], how))


def table(tmp_path, content, name="x.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"1,2,3\n4,5,6\n",
        b"a,b,c\n1,2,3\n4,5,6",
        b"\xef\xbb\xbf1,2,3\r\n4,5,6\r\n",
        b"# remark\n\n1, 2, 3 # first\n\n4,5.0,6e0\n",
        b"\xef\xbb\xbf# r\xe4mark\na,b,c\n1,2,3\n4,5,6\n".replace(b"a,b,c\n", b""),
    ],
    ids=["plain", "names", "mark and Windows", "remarks", "other encoding"],
)
def test_a_table_has_a_sample_in_each_line(tmp_path, content):
    found = read(table(tmp_path, content))
    np.testing.assert_array_equal([sample.x for sample in found], [[1, 2, 3], [4, 5, 6]])
    assert [sample.name[-3:] for sample in found] == ["[0]", "[1]"]
    assert found[0].x.dtype == np.float32


def test_tabs_separate_too(tmp_path):
    assert read(table(tmp_path, b"1\t2\t3\n", "x.tsv"))[0].x.tolist() == [1, 2, 3]


def test_a_table_of_one_line_goes_by_the_name_of_its_file(tmp_path):
    path = table(tmp_path, b"1,2,3\n")
    assert [sample.name for sample in read(path)] == [str(path)]
    assert read(table(tmp_path, b"")) == []


def test_a_bad_line_is_refused_and_the_others_are_read(tmp_path):
    found = read(table(tmp_path, b"1,2,3\n1,2\n1,two,3\n1,nan,3\n1,1e60,3\n\xff\xfe,2,3\n7,8,9\n"))
    assert [type(one) for one in found] == [Sample, *[Refused] * 5, Sample]
    said = [str(one.error) for one in found if isinstance(one, Refused)]
    for message, text in zip(
        ["got 2 numbers", "got 'two' in line 3, column 2",
         "got nan", "got inf", "in line 6"],
        said, strict=True,
    ):  # fmt: skip
        assert message in text


@pytest.mark.parametrize("content", [b"1" * 3_000_000, b"1," * 1_500_000, b"\0" * 3_000_000])
def test_a_gigantic_line_is_an_error_and_takes_no_memory(tmp_path, content):
    path = table(tmp_path, b"1,2,3\n" + content)
    tracemalloc.start()
    start = time.perf_counter()
    found = read(path)
    assert time.perf_counter() - start < 2
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert isinstance(found[-1], Refused)
    assert f"at most {lines.LONGEST:,} bytes, got more in line 2" in str(found[-1].error)


def test_a_folder_is_read_with_its_folders_in_the_order_of_names(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("c.npy", "b/2.npy", "b/1.npy", "a.npy", ".hidden/x.npy", ".x.npy"):
        np.save(tmp_path / name, np.zeros((2, 2), np.float32))
    (tmp_path / "labels.csv").write_text("1,2,3,4\n")
    (tmp_path / "readme.md").write_text("words")
    os.symlink(tmp_path, tmp_path / "b" / "again")
    names = [os.path.relpath(one.name, tmp_path) for one in read(tmp_path, IMAGES)]
    assert names == ["a.npy", "c.npy", os.path.join("b", "1.npy"), os.path.join("b", "2.npy")]


def test_a_model_of_tables_finds_tables_in_a_folder(tmp_path):
    table(tmp_path, b"1,2,3\n")
    (tmp_path / "picture.png").write_bytes(b"")
    assert [one.x.tolist() for one in read(tmp_path)] == [[1, 2, 3]]


def test_a_large_folder_is_not_listed_first(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SORTED", 2)
    for i in range(5):
        np.save(tmp_path / f"{i}.npy", np.zeros((2, 2), np.float32))
    assert len({one.name for one in read(tmp_path, IMAGES)}) == 5


def test_an_empty_folder_and_a_missing_file_are_refused(tmp_path):
    [refused] = read(tmp_path)
    assert "must hold files that the model can take, got none" in str(refused.error)
    [refused] = read(tmp_path / "none.csv")
    assert "must be a file, got none" in str(refused.error)
    [refused] = read(table(tmp_path, b"", "x.docx"))
    assert "convert it to one of these" in str(refused.error)
    assert isinstance(refused.error, DataError)


def test_bytes_are_divided_as_in_training(tmp_path):
    np.save(tmp_path / "x.npy", np.full((1, 3), 51, np.uint8))
    assert read(tmp_path / "x.npy")[0].x.tolist() == [51, 51, 51]
    assert read(tmp_path / "x.npy", Reading((3,), 51.0))[0].x.tolist() == [1, 1, 1]
    np.save(tmp_path / "x.npy", np.full((2, 2), 51, np.uint8))
    assert read(tmp_path / "x.npy", IMAGES)[0].x.max() == pytest.approx(0.2)


def test_an_image_is_scaled_as_bytes_were_in_training(tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.full((2, 2), 51, np.uint8)).save(tmp_path / "x.png")
    assert read(tmp_path / "x.png", IMAGES)[0].x.max() == pytest.approx(0.2)
    assert read(tmp_path / "x.png", Reading((1, 2, 2), 1.0))[0].x.max() == pytest.approx(51)
    assert read(tmp_path / "x.png", Reading((2, 2)))[0].x.shape == (2, 2)
    with pytest.raises(ArgumentError, match="takes tables of 3 numbers a sample"):
        read(tmp_path / "x.png", TABLE)
