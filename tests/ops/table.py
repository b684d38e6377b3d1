"""Every op with inputs, options and its PyTorch counterpart; the tests run over these rows.

Inputs are made in float64 (and int64, bool); the tests convert them. A new op needs a row here and
nothing else: ``test_every_op.py`` and ``tests/kernels/test_registered.py`` do the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

N, K = 5, 4


@dataclass(frozen=True)
class Row:
    """One op with one set of options.

    op : its name
    inputs : rng -> list of NumPy arrays (or None)
    options : keyword arguments
    torch : (torch.nn.functional, *tensors, **options) -> tensor, or None if PyTorch has no such op
    wrt : which inputs it can be differentiated with respect to
    batch : which inputs have the batch as first axis; empty if there is no batch
    smooth : whether the second derivative exists at the inputs
    extremes : values that the first input takes in the test of extreme values
    note : tells rows with the same options apart
    """

    op: str
    inputs: Callable[[np.random.Generator], list[Any]]
    options: dict[str, Any] = field(default_factory=dict)
    torch: Callable[..., Any] | None = None
    wrt: tuple[int, ...] = (0,)
    batch: tuple[int, ...] = (0,)
    smooth: bool = True
    extremes: tuple[float, ...] = (-1e4, 1e4, 0.0)
    note: str = ""

    def __str__(self) -> str:
        options = [f"{key}={value}" for key, value in self.options.items()]
        return "-".join([self.op, *([self.note] if self.note else []), *options])

    def make(self, dtype: str = "float64") -> list[Any]:
        """Return the inputs, the same at each call, floating-point ones as `dtype`."""
        made = self.inputs(np.random.default_rng(0))
        return [x.astype(dtype) if is_float(x) else x for x in made]


def is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


# ---- inputs ------------------------------------------------------------------------------------


def away_from_zero(*shape: int) -> Callable[..., list[Any]]:
    """One array of both signs whose elements keep a distance from the kinks at zero."""

    def make(rng: np.random.Generator) -> list[Any]:
        x = rng.standard_normal(shape)
        return [np.asarray(x + np.copysign(0.1, x))]

    return make


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


# ---- PyTorch's functions -----------------------------------------------------------------------


def same(name: str) -> Callable[..., Any]:
    """The function of this name, with the same arguments."""
    return lambda F, *xs, **options: getattr(F, name)(*xs, **options)


def with_dim(name: str) -> Callable[..., Any]:
    """The function of this name, with an axis that is called dim."""
    return lambda F, x, axis=-1: getattr(F, name)(x, dim=axis)


def with_weight(name: str) -> Callable[..., Any]:
    """The loss of this name; the third array is its weight, the fourth its pos_weight."""

    def call(F: Any, x: Any, y: Any, weight: Any = None, pos_weight: Any = None, **options: Any):
        if pos_weight is not None:
            options["pos_weight"] = pos_weight
        return getattr(F, name)(x, y, weight=weight, **options)

    return call


def with_axes(name: str) -> Callable[..., Any]:
    """The function of this name with the number of spatial axes at the end, as in conv2d."""
    return lambda F, x, *xs, **options: getattr(F, f"{name}{x.ndim - 2}d")(x, *xs, **options)


def torch_quadratic(F: Any, x: Any, y: Any, reduction: str = "mean") -> Any:
    losses = 0.5 * ((x - y) ** 2).flatten(1).sum(1)
    return losses if reduction == "none" else getattr(losses, reduction)()


# ---- the rows ----------------------------------------------------------------------------------

X = away_from_zero(N, K)
REDUCTIONS = ({}, {"reduction": "sum"}, {"reduction": "none"})
BCE, LOGITS = "binary_cross_entropy", "binary_cross_entropy_with_logits"
PROBABILITIES = (0.0, 1.0, 0.5)


def activation(op: str, torch: Any, *variants: dict[str, Any], **facts: Any) -> list[Row]:
    return [Row(op, X, options, torch, **facts) for options in variants or ({},)]


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


def linear(*shape: int, bias: bool = True) -> Callable[..., list[Any]]:
    def make(rng: np.random.Generator) -> list[Any]:
        w = rng.standard_normal((3, K))
        return [rng.standard_normal(shape), w, *([rng.standard_normal(3)] * bias)]

    return make


def kernel(x: tuple[int, ...], w: tuple[int, ...], bias: int = 0) -> Callable[..., list[Any]]:
    """An image, a kernel and perhaps a bias."""

    def make(rng: np.random.Generator) -> list[Any]:
        b = [rng.standard_normal(bias)] if bias else []
        return [rng.standard_normal(x), rng.standard_normal(w), *b]

    return make


def different(*shape: int) -> Callable[..., list[Any]]:
    """Numbers that keep a distance from each other, so that the winner of a window is clear."""

    def make(rng: np.random.Generator) -> list[Any]:
        size = math.prod(shape)
        return [rng.permutation(size).reshape(shape) / size - 0.3]

    return make


def convolution(op: str, x: Any, w: Any, bias: int = 0, note: str = "", **options: Any) -> Row:
    wrt = (0, 1, 2) if bias else (0, 1)
    return Row(op, kernel(x, w, bias), options, with_axes(op), wrt=wrt, note=note)


def pooling(op: str, shape: tuple[int, ...], note: str = "", **options: Any) -> Row:
    smooth = op == "avg_pool"
    return Row(op, different(*shape), options, with_axes(op), smooth=smooth, note=note)


CONVOLUTIONS = [
    convolution("conv", (2, 3, 5, 6), (4, 3, 3, 2), 4),
    convolution("conv", (2, 3, 5, 6), (4, 3, 3, 2), stride=2, padding=(1, 2)),
    convolution("conv", (2, 4, 6, 6), (6, 2, 3, 2), 6, dilation=2, groups=2, padding="same"),
    convolution("conv", (2, 3, 5, 5), (6, 1, 3, 3), groups=3, stride=(2, 1), note="depthwise"),
    convolution("conv", (2, 2, 9), (3, 2, 3), 3, stride=2, padding=1, dilation=2, note="sequence"),
    convolution("conv", (2, 2, 4, 4), (3, 2, 1, 1), 3, note="pointwise"),
    convolution("conv", (1, 2, 3, 4, 3), (2, 2, 2, 2, 2), 2, note="volume"),
    convolution("conv_transpose", (2, 3, 3, 4), (3, 4, 3, 2), 4),
    convolution("conv_transpose", (2, 3, 3, 4), (3, 4, 3, 2), stride=2, padding=1),
    convolution(
        "conv_transpose", (2, 4, 3, 2), (4, 3, 2, 3), 6, stride=3, output_padding=2, groups=2
    ),
    convolution(
        "conv_transpose", (2, 2, 5), (2, 3, 3), 3, stride=2, padding=2, dilation=3, note="sequence"
    ),
]

POOLS = [
    pooling("max_pool", (2, 3, 4, 6), kernel_size=2),
    pooling("max_pool", (2, 2, 5, 6), kernel_size=3, stride=2, padding=1),
    pooling("max_pool", (2, 2, 7, 6), kernel_size=(3, 2), stride=(2, 3), ceil_mode=True),
    pooling("max_pool", (2, 2, 7, 6), kernel_size=2, stride=1, dilation=2, padding=1),
    pooling("max_pool", (2, 3, 8), kernel_size=3, stride=2, note="sequence"),
    pooling("max_pool", (1, 2, 4, 4, 4), kernel_size=2, note="volume"),
    pooling("avg_pool", (2, 3, 4, 6), kernel_size=2),
    pooling("avg_pool", (2, 2, 5, 6), kernel_size=3, stride=2, padding=1),
    pooling("avg_pool", (2, 2, 5, 6), kernel_size=3, stride=2, padding=1, count_include_pad=False),
    pooling("avg_pool", (2, 2, 7, 6), kernel_size=(3, 2), stride=(2, 3), ceil_mode=True),
    pooling("avg_pool", (2, 3, 8), kernel_size=3, stride=1, note="sequence"),
    pooling("avg_pool", (1, 2, 4, 4, 4), kernel_size=2, note="volume"),
]

ROWS = [
    *CONVOLUTIONS,
    *POOLS,
    Row("linear", linear(N, K), torch=same("linear"), wrt=(0, 1, 2)),
    Row("linear", linear(N, K, bias=False), torch=same("linear"), wrt=(0, 1), note="no bias"),
    Row("linear", linear(2, N, K), torch=same("linear"), wrt=(0, 1, 2), note="sequence"),
    *activation("relu", same("relu"), smooth=False),
    Row("relu", away_from_zero(), torch=same("relu"), batch=(), smooth=False, note="a number"),
    *activation("leaky_relu", same("leaky_relu"), {}, {"negative_slope": 0.2}, smooth=False),
    *activation("elu", same("elu"), {}, {"alpha": 0.5}),
    *activation("gelu", same("gelu"), {}, {"approximate": "tanh"}),
    *activation("sigmoid", lambda F, x: x.sigmoid()),
    *activation("silu", same("silu")),
    *activation("softplus", same("softplus"), {}, {"beta": 2.0, "threshold": 1.0}),
    *activation("tanh", lambda F, x: x.tanh()),
    *activation("softmax", with_dim("softmax")),
    *activation("softmax", with_dim("softmax"), {"axis": 0}, batch=()),
    *activation("log_softmax", with_dim("log_softmax")),
    *activation("log_softmax", with_dim("log_softmax"), {"axis": 0}, batch=()),
    *activation("sign", lambda F, x: x.sign(), wrt=()),
    *activation("step", lambda F, x: (x > 0).to(x.dtype), wrt=()),
    Row(
        "dropout",
        lambda rng: [rng.standard_normal((N, K)), rng.uniform(0, 1, (N, K)) > 0.3],
        {"p": 0.3},
        lambda F, x, keep, p: x * keep / (1 - p),
        batch=(0, 1),
    ),
    Row("flatten", away_from_zero(N, 2, 3, 2), torch=lambda F, x: x.flatten(1)),
    Row(
        "flatten",
        away_from_zero(N, 2, 3, 2),
        {"start_dim": 0, "end_dim": 2},
        lambda F, x, **options: x.flatten(**options),
    ),
    *pairwise("mse_loss", same("mse_loss")),
    *pairwise("l1_loss", same("l1_loss"), smooth=False),
    *pairwise("huber_loss", same("huber_loss"), {}, {"delta": 0.5}, smooth=False),
    *pairwise("quadratic_cost", torch_quadratic),
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
            lambda F, x, y, reduction="mean": reduced((1 - y * x).clamp(min=0), reduction),
            batch=(0, 1),
            smooth=False,
            note="" if integer else "float target",
        )
        for options in REDUCTIONS
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


def reduced(losses: Any, reduction: str) -> Any:
    return losses if reduction == "none" else getattr(losses, reduction)()
