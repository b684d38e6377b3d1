"""What a model of segmentation says about an image: a class for each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["answer_of", "rows_of"]


def answer_of(scores: np.ndarray, names: Sequence[str] | None) -> dict[str, Any]:
    """Return the share of each class that was found, and the class of each pixel.

    Parameters
    ----------
    scores : array, (K, H, W)
    names : sequence of str, optional

    Examples
    --------
    >>> answer_of(np.asarray([[[1.0, 0.0]], [[0.0, 1.0]]]), ["background", "circle"])
    {'shares': {'background': 0.5, 'circle': 0.5}, 'mask': [[0, 1]]}
    """
    mask = np.argmax(scores, axis=0)  # (K, H, W) -> (H, W)
    counts = np.bincount(mask.reshape(-1), minlength=scores.shape[0])
    titles = names if names and len(names) == scores.shape[0] else range(scores.shape[0])
    shares = {
        str(title): int(count) / mask.size
        for title, count in zip(titles, counts, strict=True)
        if count
    }
    return {"shares": shares, "mask": mask.tolist()}


def rows_of(answers: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return a line of a table for each image: the classes in it, the largest one first.

    Examples
    --------
    >>> rows_of([{"sample": "a.png", "shares": {"circle": 0.25, "background": 0.75}}])
    [['a.png', 'background 75.0%, circle 25.0%']]
    """
    return [
        [
            str(answer["sample"]),
            ", ".join(
                f"{title} {share:.1%}"
                for title, share in sorted(answer["shares"].items(), key=lambda item: -item[1])
            ),
        ]
        for answer in answers
    ]
