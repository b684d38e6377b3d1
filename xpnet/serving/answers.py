"""What the outputs of a model say: a class and how sure it is, or values, for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..nn import functional as F

__all__ = ["answers_of", "of_classes"]


def answers_of(
    outputs: np.ndarray, names: Sequence[str] | None, kind: str = "logits", top: int = 1
) -> list[dict[str, Any]]:
    """Return class and probability, or score, or the values, for each row of outputs.

    Parameters
    ----------
    outputs : array, (N, K)
        K = 1 says something about the second class of two, unless it is a value.
    names : sequence of str, optional
        Of the classes. Default: their numbers.
    kind : str
        What the outputs are, one of ``kinds.KINDS``. Scores are distances from a border, which say
        nothing about chances: those of a perceptron. Values are those of a regression.
    top : int
        With 2 or more there is a list ``"top"`` of so many classes, the likeliest first.

    Returns
    -------
    list of dict
        ``prediction``, ``probability`` or ``score``, ``outputs``, and ``probabilities`` of all
        classes if there are some. Of values ``prediction``, a number or a list, and ``outputs``.

    Examples
    --------
    >>> answers_of(np.asarray([[0.0, 0.0, 50.0]]), ["ant", "bee", "cat"])[0]["prediction"]
    'cat'
    >>> [answer] = answers_of(np.asarray([[0.0]]), None, top=2)
    >>> answer["top"]
    [{'prediction': 0, 'probability': 0.5}, {'prediction': 1, 'probability': 0.5}]
    >>> answers_of(np.asarray([[2.5]]), None, "values")
    [{'prediction': 2.5, 'outputs': [2.5]}]
    """
    if kind == "values":
        rows = outputs.tolist()
        return [{"prediction": r[0] if len(r) == 1 else r, "outputs": r} for r in rows]
    scores = kind == "scores"
    sure = "score" if scores else "probability"
    values = of_classes(outputs, kind)
    # the first of equals, as argmax does; a perceptron says yes to 0
    order = np.argsort(-values, axis=1, kind="stable")
    if scores and outputs.shape[1] == 1:
        order = np.where(outputs >= 0, [[1, 0]], [[0, 1]])
    made = []
    for row, of_row, ranks in zip(outputs, values, order, strict=True):
        ranking = [
            {"prediction": _name(int(k), names), sure: float(of_row[k])} for k in ranks[:top]
        ]
        answer: dict[str, Any] = dict(ranking[0])
        if scores and row.size == 1:
            answer[sure] = float(row[0])  # with its sign
        answer["outputs"] = row.tolist()
        if not scores:
            answer["probabilities"] = of_row.tolist()
        if top > 1:
            answer["top"] = ranking
        made.append(answer)
    return made


def of_classes(outputs: np.ndarray, kind: str) -> np.ndarray:
    """Return a probability or a score of every class: (N, K, ...) as it is, (N, 1, ...) of two.

    Examples
    --------
    >>> of_classes(np.asarray([[0.0]]), "logits")
    array([[0.5, 0.5]])
    """
    one = outputs.shape[1] == 1
    if kind == "scores":
        return np.concatenate([-outputs, outputs], axis=1) if one else outputs
    if kind == "logits":
        sure = np.asarray(F.sigmoid(outputs) if one else F.softmax(outputs, axis=1))
    else:
        sure = np.exp(outputs) if kind == "log_probabilities" else outputs
    return np.concatenate([1 - sure, sure], axis=1) if one else sure


def _name(k: int, names: Sequence[str] | None) -> str | int:
    return names[k] if names and k < len(names) else k
