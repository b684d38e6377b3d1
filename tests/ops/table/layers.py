"""Rows of the ops of dense networks that are neither activation nor loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .row import K, N, Row, away_from_zero, same


def linear(*shape: int, bias: bool = True) -> Callable[..., list[Any]]:
    def make(rng: np.random.Generator) -> list[Any]:
        w = rng.standard_normal((3, K))
        return [rng.standard_normal(shape), w, *([rng.standard_normal(3)] * bias)]

    return make


def dense(bias: bool = True) -> Callable[..., list[Any]]:
    def make(rng: np.random.Generator) -> list[Any]:
        arrays: list[Any] = [rng.standard_normal((N, K))]
        for before, after in ((K, 5), (5, 4), (4, 3)):
            arrays.append(rng.standard_normal((after, before)))
            arrays.append(rng.standard_normal(after) if bias else None)
        return arrays

    return make


def dense_torch(F: Any, x: Any, *parameters: Any, rectify_last: bool = False) -> Any:
    for i in range(0, len(parameters), 2):
        x = F.linear(x, parameters[i], parameters[i + 1])
        if rectify_last or i < len(parameters) - 2:
            x = F.relu(x)
    return x


def undecided(*shape: int) -> Callable[..., list[Any]]:
    """Numbers, and None for the mask that says which are kept."""
    return lambda rng: [rng.standard_normal(shape), None]


def with_drawn(F: Any, x: Any, keep: None, *, p: float, draw: Any, shared_axes: int = 0) -> Any:
    """Dropout as the op draws it: PyTorch draws other numbers."""
    from xpnet.backend import random

    shape = (*x.shape[: x.ndim - shared_axes], *(1,) * shared_axes)
    words = random.bits_of(draw, int(np.prod(shape))).reshape(shape)
    return x * F.torch.asarray(words >= round(p * 2**32)) / (1 - p)


ROWS = [
    Row("dense", dense(), torch=dense_torch, wrt=(0, 1, 2, 3, 4, 5, 6), smooth=False),
    Row("dense", dense(), torch=dense_torch, wrt=(3, 4, 5), smooth=False, note="some"),
    Row(
        "dense",
        dense(bias=False),
        {"rectify_last": True},
        torch=dense_torch,
        wrt=(0, 1, 3, 5),
        smooth=False,
    ),
    Row("linear", linear(N, K), torch=same("linear"), wrt=(0, 1, 2)),
    Row("linear", linear(N, K, bias=False), torch=same("linear"), wrt=(0, 1), note="no bias"),
    Row("linear", linear(2, N, K), torch=same("linear"), wrt=(0, 1, 2), note="sequence"),
    Row(
        "dropout",
        lambda rng: [rng.standard_normal((N, K)), rng.uniform(0, 1, (N, K)) > 0.3],
        {"p": 0.3},
        lambda F, x, keep, p: x * keep / (1 - p),
        batch=(0, 1),
    ),
    Row(
        "dropout",
        lambda rng: [rng.standard_normal((N, 3, 2, 2)), rng.uniform(0, 1, (N, 3, 1, 1)) > 0.4],
        {"p": 0.4},
        lambda F, x, keep, p: x * keep / (1 - p),
        batch=(0, 1),
        note="channels",
    ),
    Row("dropout", undecided(N, K), {"p": 0.3, "draw": (3, 1)}, with_drawn, note="drawn"),
    Row(
        "dropout",
        undecided(N, 3, 2, 2),
        {"p": 0.6, "draw": (2**64 - 1, 5), "shared_axes": 2},
        with_drawn,
        note="drawn channels",
    ),
    Row("flatten", away_from_zero(N, 2, 3, 2), torch=lambda F, x: x.flatten(1)),
    Row(
        "flatten",
        away_from_zero(N, 2, 3, 2),
        {"start_dim": 0, "end_dim": 2},
        lambda F, x, **options: x.flatten(**options),
    ),
]
