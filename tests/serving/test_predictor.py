"""A model from a file, and what its notes are worth."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import ArgumentError, DataError, ModelFileError
from xpnet.serving import Predictor
from xpnet.serving.answers import answers_of


def saved(tmp_path, model, **notes):
    xn.save(model, tmp_path / "model.safetensors", notes=notes)
    return tmp_path / "model.safetensors"


def test_outputs_are_those_of_the_model_on_any_device(backend, digits_file):
    _, test = xn.data.load_digits()
    x = test.arrays[0][:50]
    here = Predictor(digits_file, device="cpu").answers(x)
    there = Predictor(digits_file, device=backend.device_name).answers(x)
    for a, b in zip(here, there, strict=True):
        assert a["prediction"] == b["prediction"]
        assert b["outputs"] == pytest.approx(a["outputs"], rel=1e-4, abs=1e-4)


def test_probabilities_and_the_likeliest_classes(digits_predictor):
    _, test = xn.data.load_digits()
    x, y = (a[:200] for a in test.arrays)
    answers = digits_predictor.answers(x, top=3)
    assert np.mean([int(a["prediction"]) == k for a, k in zip(answers, y, strict=True)]) > 0.9
    for answer in answers:
        assert sum(answer["probabilities"]) == pytest.approx(1.0)
        assert answer["probability"] == max(answer["probabilities"])
        sure = [one["probability"] for one in answer["top"]]
        assert sure == sorted(answer["probabilities"], reverse=True)[:3]
        assert answer["top"][0]["prediction"] == answer["prediction"]


def test_one_score_stands_for_two_classes():
    answers = answers_of(np.asarray([[-2.0], [0.0], [3.0]]), ["no", "yes"], top=2)
    assert [a["prediction"] for a in answers] == ["no", "no", "yes"]
    assert answers[2]["probabilities"] == pytest.approx([1 / (1 + np.exp(3)), 1 / (1 + np.exp(-3))])
    answers = answers_of(np.asarray([[-2.0], [0.0], [3.0]]), None, "scores", top=5)
    assert [a["prediction"] for a in answers] == [0, 1, 1]
    assert [a["score"] for a in answers] == [-2, 0, 3]
    assert answers[0]["top"] == [{"prediction": 0, "score": 2.0}, {"prediction": 1, "score": -2.0}]
    assert "probabilities" not in answers[0]


def test_outputs_that_are_no_numbers_are_an_error_of_that_sample(tmp_path):
    model = xn.nn.Linear(1, 2)
    model.weight.data[...] = 3e38
    predictor = Predictor(saved(tmp_path, model), device="cpu")
    with np.errstate(over="ignore"):
        bad, good = predictor.answers(np.asarray([[100.0], [0.0]], np.float32))
    assert isinstance(bad, DataError)
    assert "must give finite numbers" in str(bad)
    assert good["probabilities"] == pytest.approx([0.5, 0.5], abs=0.5)


@pytest.mark.parametrize(
    "notes",
    [
        {},
        {"input_shape": "28", "class_names": 5, "divisor": "x", "ink": 1},
        {"input_shape": [-1, 2], "class_names": [1, 2], "divisor": -3, "ink": {}},
        {"input_shape": [], "class_names": {}, "divisor": True, "ink": []},
        {"input_shape": [1.5], "divisor": 0},
    ],
    ids=str,
)
def test_notes_that_make_no_sense_are_left_out(tmp_path, notes):
    predictor = Predictor(saved(tmp_path, xn.nn.Linear(2, 2), **notes), device="cpu")
    found = (predictor.shape, predictor.class_names, predictor.divisor, predictor.ink)
    assert found == ((2,), None, None, None)  # a Linear tells its shape
    assert predictor.answers(np.ones((1, 2), np.float32))[0]["prediction"] in (0, 1)


def test_names_that_do_not_suffice_are_numbers(tmp_path):
    answers = answers_of(np.asarray([[0.0, 5.0]]), ["only"])
    assert answers[0]["prediction"] == 1


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(ModelFileError):
        Predictor(tmp_path / "none.safetensors")


@pytest.mark.parametrize(
    ("model", "shape", "got"),
    [
        (xn.nn.LSTM(3, 4), (5, 3), "2 arrays from LSTM"),
        (xn.nn.Linear(3, 4), (5, 3), r"\(1, 5, 4\) from Linear"),
    ],
    ids=["several", "sequence"],
)
def test_models_that_give_something_else_are_told_so(tmp_path, model, shape, got):
    predictor = Predictor(saved(tmp_path, model), device="cpu")
    with pytest.raises(ArgumentError, match=rf"must give scores \(N, K\), .* got {got}"):
        predictor.outputs(np.ones((1, *shape), np.float32))
