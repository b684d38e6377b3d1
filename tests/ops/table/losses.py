"""Rows of the losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .row import K, N, Row, away_from_zero, same

REDUCTIONS = ({}, {"reduction": "sum"}, {"reduction": "none"})
BCE, LOGITS = "binary_cross_entropy", "binary_cross_entropy_with_logits"
PROBABILITIES = (0.0, 1.0, 0.5)


def two(*shape: int) -> Callable[..., list[Any]]:
    """Prediction and target, with differences of size 0.1 to 3 and both signs."""

    def make(rng: np.random.Generator) -> list[Any]:
        x = rng.standard_normal(shape)
        d = rng.uniform(0.1, 3.0, shape) * rng.choice([-1.0, 1.0], shape)
        d += 0.05 * (np.abs(np.abs(d) - 1.0) < 0.05)  # not at the kink of the Huber loss
        return [x, x + d]

    return make


def labelled(*shape: int, weight: bool = False, ignored: int | None = None, log: bool = False):
    """Scores (N, K, ...), labels (N, ...) and perhaps class weights (K,)."""

    def make(rng: np.random.Generator) -> list[Any]:
        axis = 1 if len(shape) > 1 else 0
        x = rng.standard_normal(shape)
        if log:
            x = x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))
        labels_shape = tuple(n for i, n in enumerate(shape) if i != axis)
        y = np.asarray(rng.integers(0, shape[axis], labels_shape))
        if ignored is not None:
            y.reshape(-1)[::3] = ignored
        return [x, y, rng.uniform(0.5, 2.0, shape[axis])] if weight else [x, y]

    return make


def distributed(*shape: int, weight: bool = False):
    """Scores and target probabilities."""

    def make(rng: np.random.Generator) -> list[Any]:
        t = rng.uniform(0.1, 1.0, shape)
        t /= t.sum(axis=1, keepdims=True)
        return [rng.standard_normal(shape), t, *([rng.uniform(0.5, 2.0, shape[1])] * weight)]

    return make


def yes_no(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.uniform(0.0, 1.0, shape)


def signed(*shape: int, integer: bool = True):
    """Scores with products y x away from the kinks at 0 and 1, and targets -1 and 1."""

    def make(rng: np.random.Generator) -> list[Any]:
        y = rng.choice([-1, 1], shape)
        x = rng.choice([-1.5, -0.4, 0.3, 1.6], shape) + rng.uniform(-0.1, 0.1, shape)
        return [x, y if integer else y.astype(float)]

    return make


def with_weight(name: str) -> Callable[..., Any]:
    """The loss of this name; the third array is its weight, the fourth its pos_weight."""

    def call(F: Any, x: Any, y: Any, weight: Any = None, pos_weight: Any = None, **options: Any):
        if pos_weight is not None:
            options["pos_weight"] = pos_weight
        return getattr(F, name)(x, y, weight=weight, **options)

    return call


def torch_quadratic(F: Any, x: Any, y: Any, reduction: str = "mean") -> Any:
    losses = 0.5 * ((x - y) ** 2).flatten(1).sum(1)
    return losses if reduction == "none" else getattr(losses, reduction)()


def torch_quantile(F: Any, x: Any, y: Any, q: float = 0.5, reduction: str = "mean") -> Any:
    d = y - x
    return reduced((q * d).maximum((q - 1) * d), reduction)


def counted(*shape: int, log_input: bool = True):
    """Logarithms of rates, or rates, and numbers of events."""

    def make(rng: np.random.Generator) -> list[Any]:
        rate = rng.uniform(0.5, 5.0, shape)
        counts = rng.poisson(rate) + 0.25  # not at 1, where Stirling's approximation sets in
        return [np.log(rate) if log_input else rate, counts]

    return make


def pairwise(op: str, torch: Any, *variants: dict[str, Any], **facts: Any) -> list[Row]:
    facts = {"wrt": (0, 1), "batch": (0, 1), **facts}
    return [
        Row(op, two(N, K), {**options, **reduction}, torch, **facts)
        for options in variants or ({},)
        for reduction in REDUCTIONS
    ]


def classes(op: str, inputs: Any, options: dict[str, Any], note: str, **facts: Any) -> Row:
    facts = {"batch": (0, 1), **facts}
    return Row(op, inputs, options, with_weight(op), note=note, **facts)


def reduced(losses: Any, reduction: str) -> Any:
    return losses if reduction == "none" else getattr(losses, reduction)()


ROWS = [
    *pairwise("mse_loss", same("mse_loss")),
    *pairwise("l1_loss", same("l1_loss"), smooth=False),
    *pairwise("huber_loss", same("huber_loss"), {}, {"delta": 0.5}, smooth=False),
    *pairwise("quantile_loss", torch_quantile, {}, {"q": 0.9}, smooth=False),
    *pairwise("quadratic_cost", torch_quadratic),
    *(
        Row(
            "poisson_nll_loss",
            counted(N, K, log_input=options.get("log_input", True)),
            options,
            same("poisson_nll_loss"),
            (0, 1),
            (0, 1),
            extremes=(-50.0, 10.0, 0.0) if options.get("log_input", True) else (0.0, 1e4, 1.0),
        )
        for options in (*REDUCTIONS, {"full": True}, {"log_input": False, "full": True})
    ),
    Row("quadratic_cost", two(N, 2, 3), {}, torch_quadratic, (0, 1), (0, 1), note="images"),
    *(
        Row(
            BCE,
            lambda rng: [rng.uniform(0.1, 0.9, (N, K)), yes_no(rng, N, K)],
            options,
            with_weight(BCE),
            (0, 1),
            (0, 1),
            extremes=PROBABILITIES,
        )
        for options in REDUCTIONS
    ),
    Row(
        BCE,
        lambda rng: [rng.uniform(0.1, 0.9, (N, K)), yes_no(rng, N, K), rng.uniform(0.5, 2, K)],
        {},
        with_weight(BCE),
        (0, 1),
        (0, 1),
        extremes=PROBABILITIES,
        note="weight",
    ),
    *(
        Row(
            LOGITS,
            lambda rng: [*away_from_zero(N, K)(rng), yes_no(rng, N, K)],
            options,
            with_weight(LOGITS),
            (0, 1),
            (0, 1),
        )
        for options in REDUCTIONS
    ),
    Row(
        LOGITS,
        lambda rng: [*away_from_zero(N, K)(rng), yes_no(rng, N, K), *rng.uniform(0.5, 2, (2, K))],
        {},
        with_weight(LOGITS),
        (0, 1),
        (0, 1),
        note="weights",
    ),
    *(classes("nll_loss", labelled(N, K, log=True), options, "") for options in REDUCTIONS),
    classes("nll_loss", labelled(N, K, log=True, weight=True), {}, "weight"),
    classes("nll_loss", labelled(N, K, log=True, ignored=-100), {}, "ignored"),
    classes("nll_loss", labelled(N, K, 2, 3, log=True), {"reduction": "none"}, "images"),
    *(classes("cross_entropy", labelled(N, K), options, "") for options in REDUCTIONS),
    *(
        classes("cross_entropy", labelled(N, K, weight=True, ignored=-100), options, "weight")
        for options in REDUCTIONS
    ),
    classes("cross_entropy", labelled(N, K, ignored=1), {"ignore_index": 1}, "ignored"),
    classes("cross_entropy", labelled(N, K), {"label_smoothing": 0.2}, ""),
    classes(
        "cross_entropy",
        labelled(N, K, weight=True, ignored=-100),
        {"label_smoothing": 0.2},
        "weight",
    ),
    classes("cross_entropy", labelled(N, K, 3), {}, "sequence"),
    classes("cross_entropy", labelled(N, K, 2, 3), {"reduction": "none"}, "images"),
    classes("cross_entropy", labelled(K), {}, "one sample", batch=()),
    *(
        classes("cross_entropy", distributed(N, K), options, "soft", wrt=(0, 1))
        for options in (*REDUCTIONS, {"label_smoothing": 0.2})
    ),
    classes(
        "cross_entropy",
        distributed(N, K, 2, weight=True),
        {"label_smoothing": 0.2},
        "soft weight",
        wrt=(0, 1),
    ),
    *(
        classes("multi_margin_loss", labelled(N, K), options, "", smooth=False)
        for options in (*REDUCTIONS, {"p": 2}, {"margin": 0.5})
    ),
    classes("multi_margin_loss", labelled(N, K, weight=True), {"p": 2}, "weight", smooth=False),
    classes("multi_margin_loss", labelled(K), {}, "one sample", batch=(), smooth=False),
    *(
        Row(
            "hinge_loss",
            signed(N, integer=integer),
            options,
            lambda F, x, y, power=1, reduction="mean": reduced(
                (1 - y * x).clamp(min=0) ** power, reduction
            ),
            batch=(0, 1),
            smooth=False,
            note="" if integer else "float target",
        )
        for options in (*REDUCTIONS, {"power": 2})
        for integer in (True, False)
    ),
    *(
        Row(
            "perceptron_loss",
            signed(N, integer=integer),
            options,
            lambda F, x, y, reduction="mean": reduced((-y * x).clamp(min=0), reduction),
            batch=(0, 1),
            smooth=False,
            note="" if integer else "float target",
        )
        for options in REDUCTIONS
        for integer in (True, False)
    ),
]
