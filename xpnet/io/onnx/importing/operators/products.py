"""Products of matrices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .....backend import is_floating, namespace
from .....errors import ArgumentError, ShapeError
from .....nn import functional as F
from ..room import broadcast_shape, require_room
from .table import operator


@operator("MatMul")
def matmul(a: Any, b: Any) -> Any:
    """Return the product of matrices, or of stacks of them."""
    if not a.shape or not b.shape:
        raise ShapeError(
            f"factors must have axes, got {tuple(a.shape)} and {tuple(b.shape)}; check the shape "
            "of the input"
        )
    rows = a.shape[-2:-1]
    columns = b.shape[-1:] if len(b.shape) > 1 else ()
    require_room([*broadcast_shape(a.shape[:-2], b.shape[:-2]), *rows, *columns])
    return namespace(a, b).matmul(a, b)


@operator("Gemm")
def gemm(
    a: Any,
    b: Any,
    c: Any = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Any:
    """Return alpha A B + beta C, with A and B transposed where it says so."""
    xp = namespace(a, b)
    if len(a.shape) != 2 or len(b.shape) != 2:
        raise ShapeError(
            f"factors must be matrices, got {tuple(a.shape)} and {tuple(b.shape)}; check the "
            "shape of the input"
        )
    if transA:
        a = xp.permute_dims(a, (1, 0))
    out = (a.shape[0], b.shape[0] if transB else b.shape[1])
    require_room(out)
    plain = alpha == 1.0 and (c is None or beta == 1.0) and is_floating(a)
    if transB and plain and (c is None or tuple(c.shape) == out[1:]):
        return F.linear(a, b, c)
    if transB:
        b = xp.permute_dims(b, (1, 0))
    y = xp.matmul(a, b)
    y = y if alpha == 1.0 else scaled(y, alpha)
    if c is None or beta == 0.0:
        return y
    return y + (c if beta == 1.0 else scaled(c, beta))


def scaled(x: Any, factor: float) -> Any:
    """Return x times a number, also of whole numbers."""
    return x * (factor if is_floating(x) else int(factor))


def _unfit(attributes: Mapping[str, Any]) -> str:
    terms = attributes["equation"].replace("->", ",").replace(" ", "").replace("...", "")
    if any(len(set(term)) < len(term) for term in terms.split(",")):
        return f"equation must name an axis once, got {attributes['equation'][:80]!r}, a diagonal"
    return ""


@operator("Einsum", unfit=_unfit)
def einsum(*operands: Any, equation: str) -> Any:
    """Multiply arrays along named axes and sum over those that are not in the result.

    No operand may name an axis twice (its diagonal).
    """
    terms, result = _terms(equation.replace(" ", ""), [len(x.shape) for x in operands])
    total, axes = operands[0], terms[0]
    for i, (other, more) in enumerate(zip(operands[1:], terms[1:], strict=True), 2):
        needed = set(result).union(*terms[i:])
        total, axes = _contracted(total, axes, other, more, needed)
    xp = namespace(total)
    gone = tuple(axes.index(label) for label in axes if label not in result)
    if gone:
        total = xp.sum(total, axis=gone, dtype=total.dtype)
        axes = [label for label in axes if label in result]
    return xp.permute_dims(total, tuple(axes.index(label) for label in result))


def _terms(equation: str, ranks: list[int]) -> tuple[list[list[str]], list[str]]:
    """Return the labels of each operand's axes and of the result's; those of "..." are numbers."""
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ArgumentError(
            f"equation must have {len(ranks)} terms, got {equation!r}; export the model again"
        )
    hidden = [rank - len(t.replace("...", "")) for t, rank in zip(terms, ranks, strict=True)]
    most = max([h for t, h in zip(terms, hidden, strict=True) if "..." in t], default=0)

    def labels(term: str, count: int) -> list[str]:
        before, dots, after = term.partition("...")
        numbered = [str(i) for i in range(most - count, most)] if dots else []
        return [*before, *numbered, *after]

    split = [labels(t, h) for t, h in zip(terms, hidden, strict=True)]
    if arrow:
        result = labels(right, most)
    else:
        letters = sorted(c for c in set(left) - {",", "."} if left.count(c) == 1)
        result = [*(str(i) for i in range(most)), *letters]
    known = {label for term in split for label in term}
    fits = [len(t) == rank for t, rank in zip(split, ranks, strict=True)]
    if not all(fits) or any(len(set(t)) < len(t) for t in [*split, result]) or set(result) - known:
        raise ArgumentError(
            f"equation must name each axis of an operand once, got {equation!r} for {ranks} axes; "
            "diagonals are not supported"
        )
    return split, result


def _contracted(
    a: Any, of_a: list[str], b: Any, of_b: list[str], needed: set[str]
) -> tuple[Any, list[str]]:
    """Return the product of two arrays, summed over what nobody needs any more, and its axes."""
    xp = namespace(a, b)
    both = [label for label in of_a if label in of_b]
    batch = [label for label in both if label in needed]
    summed = [label for label in both if label not in needed]
    left = [label for label in of_a if label not in of_b]
    right = [label for label in of_b if label not in of_a]
    size = {**dict(zip(of_a, a.shape, strict=True))}
    for label, n in zip(of_b, b.shape, strict=True):
        size[label] = n if size.get(label, 1) == 1 else size[label]
    require_room([size[label] for label in [*batch, *left, *right]])

    def stacked(x: Any, axes: list[str], first: list[str], last: list[str]) -> Any:
        x = xp.permute_dims(x, tuple(axes.index(label) for label in [*batch, *first, *last]))
        x = xp.broadcast_to(x, tuple(size[label] for label in [*batch, *first, *last]))
        sizes = [math.prod(size[label] for label in part) for part in (batch, first, last)]
        return xp.reshape(x, tuple(sizes))

    y = xp.matmul(stacked(a, of_a, left, summed), stacked(b, of_b, summed, right))
    out = [*batch, *left, *right]
    return xp.reshape(y, tuple(size[label] for label in out)), out
