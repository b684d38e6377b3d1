"""What the outputs of a model say: a class and how sure it is, for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..nn import functional as F

__all__ = ["answers_of"]


def answers_of(
    outputs: np.ndarray, names: Sequence[str] | None, scores: bool = False, top: int = 1
) -> list[dict[str, Any]]:
    """Return class and probability for each row of outputs.

    Parameters
    ----------
    outputs : array, (N, K)
        Scores; K = 1 is one score for the second class of two.
    names : sequence of str, optional
        Of the classes. Default: their numbers.
    scores : bool
        They are distances from a border, which say nothing about chances: those of a perceptron.
    top : int
        With 2 or more there is a list ``"top"`` of so many classes, the likeliest first.

    Returns
    -------
    list of dict
        ``prediction``, ``probability`` or ``score``, ``outputs``, and ``probabilities`` of all
        classes if there are some.

    Examples
    --------
    >>> answers_of(np.asarray([[0.0, 0.0, 50.0]]), ["ant", "bee", "cat"])[0]["prediction"]
    'cat'
    >>> [answer] = answers_of(np.asarray([[0.0]]), None, top=2)
    >>> answer["top"]
    [{'prediction': 0, 'probability': 0.5}, {'prediction': 1, 'probability': 0.5}]
    """
    sure = "score" if scores else "probability"
    values = outputs
    if outputs.shape[1] == 1:
        one = outputs if scores else np.asarray(F.sigmoid(outputs))
        values = np.concatenate([-one if scores else 1 - one, one], axis=1)
    elif not scores:
        values = np.asarray(F.softmax(outputs))
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


def _name(k: int, names: Sequence[str] | None) -> str | int:
    return names[k] if names and k < len(names) else k
