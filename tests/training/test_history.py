from __future__ import annotations

import csv
import math
import subprocess
import sys

import pytest

from xpnet.errors import ArgumentError
from xpnet.training import History


@pytest.fixture
def history():
    history = History()
    rows = [(0.9, 0.6, 0.8, 0.65), (0.5, 0.8, 0.6, 0.75), (0.3, 0.9, 0.7, 0.70)]
    for epoch, row in enumerate(rows, start=1):
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        history.append({"epoch": epoch, **dict(zip(names, row, strict=True))})
    return history


def test_a_column_is_a_list(history):
    assert history["val_loss"] == [0.8, 0.6, 0.7]
    assert history.to_dict()["epoch"] == [1, 2, 3]
    assert "val_loss" in history
    assert "lr" not in history
    assert len(history) == 3


def test_an_unknown_column_is_an_error(history):
    with pytest.raises(ArgumentError, match="did you mean 'val_loss'"):
        history["val_los"]


def test_a_column_that_begins_later_is_nan_before(history):
    history.append({"epoch": 4, "lr": 0.1})
    assert math.isnan(history["lr"][0])
    assert history["lr"][3] == 0.1


@pytest.mark.parametrize(
    ("column", "mode", "epoch"),
    [("val_loss", "auto", 2), ("val_accuracy", "auto", 2), ("accuracy", "auto", 3),
     ("loss", "max", 1), ("accuracy", "min", 1)],
)  # fmt: skip
def test_best_knows_whether_small_or_large_is_good(history, column, mode, epoch):
    assert history.best(column, mode)["epoch"] == epoch


def test_best_passes_over_nan(history):
    history.append({"epoch": 4, "val_loss": math.nan})
    assert history.best()["epoch"] == 2
    only = History()
    only.append({"epoch": 1, "val_loss": math.nan})
    with pytest.raises(ArgumentError, match="training has diverged"):
        only.best()


def test_the_file_has_a_header_and_a_line_for_each_epoch(history, tmp_path):
    history.to_csv(tmp_path / "history.csv")
    with open(tmp_path / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]


def test_the_picture_has_a_panel_for_each_quantity_with_both_curves(history, tmp_path):
    pytest.importorskip("matplotlib")
    figure = history.plot(tmp_path / "curves.png")
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    assert [len(axes.get_lines()) for axes in figure.axes] == [2, 2]
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_plot_does_not_touch_pyplot():
    code = (
        "import sys; from xpnet.training import History; h = History();"
        "h.append({'epoch': 1, 'loss': 1.0}); h.plot(); print('matplotlib.pyplot' in sys.modules)"
    )
    pytest.importorskip("matplotlib")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_matplotlib_the_error_says_what_to_install(history, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ArgumentError, match=r"pip install 'xpnet\[plot\]'"):
        history.plot()


def test_nothing_to_plot_is_an_error():
    pytest.importorskip("matplotlib")
    with pytest.raises(ArgumentError, match="fit first"):
        History().plot()


def test_the_table_lines_up(history):
    lines = str(history).splitlines()
    assert lines[0].split() == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert lines[2].split() == ["2", "0.5000", "0.8000", "0.6000", "0.7500"]
    assert len({len(line) for line in lines}) == 1
    assert str(History()) == "History(no epochs)"
    assert repr(history).startswith("History(3 epochs: epoch, loss")
