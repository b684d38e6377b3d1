"""Rows of normalisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .row import Row, away_from_zero, same


def normalised(
    *shape: int, statistics: bool = False, affine: tuple[int, ...] | None = None
) -> Callable[..., list[Any]]:
    """An image, running statistics or None, and perhaps a scale and a shift."""

    def make(rng: np.random.Generator) -> list[Any]:
        channels = shape[1]
        x = 2.0 * rng.standard_normal(shape) + 1.0
        given: list[Any] = [None, None]
        if statistics:
            given = [rng.standard_normal(channels), rng.uniform(0.5, 2.0, channels)]
        weights = [rng.standard_normal(affine) for _ in range(2)] if affine else []
        return [x, *given, *weights]

    return make


def by_formula(F: Any, x: Any, mean: Any, var: Any, eps: float = 1e-5) -> Any:
    """Evaluation as PyTorch would differentiate it by the statistics, which batch_norm refuses."""
    shape = (-1,) + (1,) * (x.ndim - 2)
    return (x - mean.reshape(shape)) / (var.reshape(shape) + eps).sqrt()


# a batch in training cannot be empty, so these have no batch axis to cut to nothing
BATCH_NORMS = [
    Row(
        "batch_norm",
        normalised(3, 4, 2, 3, affine=(4,)),
        {"training": True},
        same("batch_norm"),
        wrt=(0, 3, 4),
        batch=(),
    ),
    Row(
        "batch_norm",
        normalised(3, 2, 2, 3),
        {"training": True, "eps": 0.5},
        same("batch_norm"),
        batch=(),
    ),
    Row(
        "batch_norm",
        normalised(5, 4, affine=(4,)),
        {"training": True},
        same("batch_norm"),
        wrt=(0, 3, 4),
        batch=(),
        note="features",
    ),
    Row(
        "batch_norm",
        normalised(2, 3, 2, 2, 2, statistics=True, affine=(3,)),
        {"training": False},
        same("batch_norm"),
        wrt=(0, 3, 4),
        note="volume",
    ),
    Row(
        "batch_norm",
        normalised(3, 4, 2, 3, statistics=True),
        {"eps": 0.1},
        by_formula,
        wrt=(0, 1, 2),
        note="by the statistics",
    ),
    Row(
        "batch_statistics",
        away_from_zero(3, 4, 2, 3),
        torch=lambda F, x: F.torch.stack([x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)]),
        batch=(),
    ),
]

ROWS = [*BATCH_NORMS]
"""All rows of this file."""
