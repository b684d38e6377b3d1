"""Many samples: read in batches, written as they come, whatever is wrong with some of them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import xpnet as xn
from xpnet.cli import predict as command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    notes = {"input_shape": [3], "class_names": ["ant", "bee", "cat"]}
    with xn.device("cpu"):
        xn.manual_seed(0)
        xn.save(xn.models.MLP(3, (4,), 3), path, notes=notes)
    return path


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "x.csv"
    np.savetxt(path, np.random.default_rng(0).normal(size=(20, 3)), delimiter=",")
    return path


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.csv"
    path.write_text("1,2,3\n4,five,6\n7,8,9\n")
    return path


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "xpnet.cli", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **options},
    )


# ---- formats ----------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 7, 256])
def test_every_format_tells_the_same(xpnet, model, table, batch):
    def run(form):
        done = xpnet("predict", model, table, "--format", form, "--batch-size", batch)
        assert done.code == 0
        assert done.err == ""
        return done.out

    answers = json.loads(run("json"))
    assert len(answers) == 20
    assert run("json") == json.dumps(answers, indent=2) + "\n"
    lines = [json.loads(line) for line in run("jsonl").splitlines()]
    assert lines == answers
    rows = list(csv.DictReader(io.StringIO(run("csv"))))
    assert list(rows[0]) == ["sample", "prediction", "probability", "inverted", "error"]
    for row, answer in zip(rows, answers, strict=True):
        assert (row["sample"], row["prediction"]) == (answer["sample"], answer["prediction"])
        assert float(row["probability"]) == answer["probability"]
    header, *shown = run("table").splitlines()
    assert header.split() == ["sample", "prediction", "probability"]
    for line, answer in zip(shown, answers, strict=True):
        assert line.split() == [
            answer["sample"], answer["prediction"], format(answer["probability"], ".1%"),
        ]  # fmt: skip


def test_json_is_an_old_name_of_a_format(xpnet, model, table):
    assert (
        xpnet("predict", model, table, "--json").out
        == xpnet("predict", model, table, "--format", "json").out
    )


def test_no_samples_are_an_empty_answer(xpnet, model, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((0, 3)))
    for form, expected in (("json", "[]\n"), ("jsonl", ""), ("csv", ""), ("table", "")):
        done = xpnet("predict", model, tmp_path / "x.npy", "--format", form)
        assert (done.code, done.out) == (0, expected)


def test_more_classes_than_the_likeliest(xpnet, model, table):
    answers = json.loads(xpnet("predict", model, table, "--json", "--top", 2).out)
    assert all(len(answer["top"]) == 2 for answer in answers)
    rows = csv.DictReader(
        io.StringIO(xpnet("predict", model, table, "--format", "csv", "--top", 5).out)
    )
    for row, answer in zip(rows, answers, strict=True):
        second = answer["top"][1]
        assert row["prediction_2"] == second["prediction"]
        assert float(row["probability_2"]) == second["probability"]
        assert row["prediction_4"] == ""  # there are three
    header = xpnet("predict", model, table, "--top", 2).out.splitlines()[0]
    assert header.split() == ["sample", *["prediction", "probability"] * 2]


def test_an_output_file_is_there_whole_or_not_at_all(xpnet, model, table, broken, tmp_path):
    target = tmp_path / "answers.jsonl"
    done = xpnet("predict", model, table, "--format", "jsonl", "--output", target)
    assert (done.code, done.out) == (0, "")
    before = target.read_text()
    assert before == xpnet("predict", model, table, "--format", "jsonl").out
    assert xpnet("predict", model, table, broken, "--output", target).code == 2
    assert target.read_text() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    done = xpnet("predict", model, table, "--output", tmp_path / "no" / "answers")
    assert done.code == 2
    assert "create the folder" in done.err


# ---- samples that cannot be read --------------------------------------------------------------


def test_an_error_stops_after_what_was_good(xpnet, model, broken):
    done = xpnet("predict", model, broken, "--format", "jsonl")
    assert done.code == 2
    assert "got 'five' in line 2, column 2" in done.err
    assert [json.loads(line)["sample"][-3:] for line in done.out.splitlines()] == ["[0]"]
    # what was written before the error is JSON
    assert len(json.loads(xpnet("predict", model, broken, "--format", "json").out)) == 1


@pytest.mark.parametrize("batch", [1, 2, 256])
def test_samples_that_cannot_be_read_are_skipped_and_told(xpnet, model, broken, tmp_path, batch):
    def run(form):
        done = xpnet("predict", model, broken, tmp_path / "none.npy", broken, "--on-error", "skip",
                     "--format", form, "--batch-size", batch)  # fmt: skip
        assert done.code == 1
        assert done.err == "xpnet: 3 could not be read\n"
        return done.out

    answers = json.loads(run("json"))
    assert ["error" in answer for answer in answers] == [
        False, True, False, True, False, True, False,
    ]  # fmt: skip
    assert "must be a file, got none" in answers[3]["error"]
    rows = list(csv.DictReader(io.StringIO(run("csv"))))
    assert [bool(row["error"]) for row in rows] == ["error" in answer for answer in answers]
    assert len(run("jsonl").splitlines()) == 7
    assert run("table").count("error: ") == 3


@pytest.mark.parametrize("form", ["csv", "table", "json"])
def test_there_may_be_nothing_that_can_be_read(xpnet, model, tmp_path, form):
    done = xpnet("predict", model, tmp_path / "a.npy", "--on-error", "skip", "--format", form)
    assert done.code == 1
    assert "must be a file, got none" in done.out


def test_samples_of_several_shapes_are_predicted_apart(xpnet, tmp_path):
    xn.save(xn.nn.Sequential(xn.nn.GlobalAvgPool2d(), xn.nn.Linear(2, 3)), tmp_path / "m.st")
    for i, size in enumerate((4, 4, 6, 4)):
        np.save(tmp_path / f"{i}.npy", np.ones((2, 2, size, size), np.float32))
    done = xpnet("predict", tmp_path / "m.st", *(tmp_path / f"{i}.npy" for i in range(4)), "--json")
    assert len(json.loads(done.out)) == 8


# ---- pipes and terminals ----------------------------------------------------------------------


def test_who_reads_may_stop_reading(model, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((200_000, 3), np.float32))
    for form in ("jsonl", "json", "csv", "table"):
        process = start("predict", model, tmp_path / "x.npy", "--format", form)
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == b""
        process.stderr.close()


def test_names_of_every_kind_can_be_written(model, tmp_path):
    name = b"\xff\n\xc3\xa4.npy".decode("utf-8", "surrogateescape")
    np.save(tmp_path / "plain.npy", np.ones((1, 3)))
    try:
        os.rename(tmp_path / "plain.npy", os.path.join(tmp_path, name))
    except OSError:
        pytest.skip("this file system takes no such names")
    for form in ("table", "json", "jsonl", "csv"):
        process = start(
            "predict", model, os.path.join(tmp_path, name), "--format", form, LC_ALL="C",
            PYTHONUTF8="0", PYTHONIOENCODING="ascii",
        )  # fmt: skip
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, b"")
        assert b".npy" in out
        if form == "table":
            assert out.count(b"\n") == 2


def test_a_person_sees_how_far_it_is(xpnet, model, table, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(command.sys, "stderr", screen)
    assert xpnet("predict", model, table, "--format", "csv").code == 0
    assert "20 samples" in screen.getvalue()


# ---- memory -----------------------------------------------------------------------------------


def peak(*arguments):
    """Return the most memory that a process had, in MB."""
    code = """
import resource, sys
from xpnet.cli import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, capture_output=True,
        text=True, timeout=300, check=False, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return float(done.stderr.splitlines()[-1]), done.stdout


def test_memory_does_not_grow_with_a_large_array(model, tmp_path):
    pytest.importorskip("resource", reason="only Unix tells the memory of a process")
    xn.save(xn.models.MLP(1000, (4,), 3), tmp_path / "m.st", notes={"input_shape": [1000]})
    np.save(tmp_path / "small.npy", np.zeros((256, 1000)))
    np.save(tmp_path / "large.npy", np.zeros((30_000, 1000)))  # 240 MB
    small, _ = peak("predict", tmp_path / "m.st", tmp_path / "small.npy", "--format", "csv")
    large, out = peak("predict", tmp_path / "m.st", tmp_path / "large.npy", "--format", "csv")
    os.remove(tmp_path / "large.npy")
    assert len(out.splitlines()) == 30_001
    assert large - small < 30


def test_memory_does_not_grow_with_a_folder(trained, tmp_path):
    pytest.importorskip("resource", reason="only Unix tells the memory of a process")
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "few").mkdir()
    (tmp_path / "many").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    image.fromarray(pixels).save(tmp_path / "many" / "0.png")
    for i in range(1, 5000):
        os.link(tmp_path / "many" / "0.png", tmp_path / "many" / f"{i}.png")
    for i in range(256):
        os.link(tmp_path / "many" / "0.png", tmp_path / "few" / f"{i}.png")
    few, _ = peak("predict", trained, tmp_path / "few", "--format", "jsonl")
    many, out = peak("predict", trained, tmp_path / "many", "--format", "jsonl")
    assert len(out.splitlines()) == 5000
    assert many - few < 20
