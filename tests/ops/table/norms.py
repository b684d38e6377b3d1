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


def weighted(*shape: int, weights: int = 0, like: tuple[int, ...] = ()) -> Callable[..., list[Any]]:
    """An input, and so many weights of a shape."""

    def make(rng: np.random.Generator) -> list[Any]:
        x = 2.0 * rng.standard_normal(shape) + 1.0
        return [x, *(rng.standard_normal(like) for _ in range(weights))]

    return make


def with_option(name: str, option: str) -> Callable[..., Any]:
    """The function of this name, whose second argument is an option here."""

    def theirs(F: Any, x: Any, *weights: Any, **options: Any) -> Any:
        return getattr(F, name)(x, options.pop(option), *weights, **options)

    return theirs


def features(op: str, shape: tuple[int, ...], weights: int, note: str = "", **options: Any) -> Row:
    make = weighted(*shape, weights=weights, like=options["normalized_shape"])
    wrt = tuple(range(weights + 1))
    return Row(op, make, options, with_option(op, "normalized_shape"), wrt=wrt, note=note)


def groups(shape: tuple[int, ...], weights: int, note: str = "", **options: Any) -> Row:
    make = weighted(*shape, weights=weights, like=(shape[1],))
    wrt = tuple(range(weights + 1))
    theirs = with_option("group_norm", "num_groups")
    return Row("group_norm", make, options, theirs, wrt=wrt, note=note)


def neighbours(shape: tuple[int, ...], **options: Any) -> Row:
    theirs = same("local_response_norm")
    return Row("local_response_norm", weighted(*shape), options, theirs)


PER_SAMPLE = [
    features("layer_norm", (5, 4), 2, normalized_shape=(4,)),
    features("layer_norm", (3, 2, 3, 4), 2, normalized_shape=(3, 4)),
    features("layer_norm", (3, 2, 4), 1, normalized_shape=(4,), eps=0.1),
    features("layer_norm", (3, 4), 0, normalized_shape=(4,), note="no weights"),
    features("rms_norm", (5, 4), 1, normalized_shape=(4,)),
    features("rms_norm", (3, 2, 3, 4), 1, normalized_shape=(3, 4), eps=0.1),
    features("rms_norm", (3, 4), 0, normalized_shape=(4,), note="no weights"),
    groups((2, 6, 2, 3), 2, num_groups=3),
    groups((2, 4, 5), 2, num_groups=4, note="instance"),
    groups((3, 6), 2, num_groups=2, note="features"),
    groups((2, 4, 2, 2, 2), 0, num_groups=1, eps=0.1, note="volume"),
    neighbours((2, 7, 2, 3), size=5),
    neighbours((2, 5, 3), size=4, alpha=0.5, beta=0.6, k=2.0),
    neighbours((2, 3, 2, 2), size=9, alpha=0.3),
]

ROWS = [*BATCH_NORMS, *PER_SAMPLE]
