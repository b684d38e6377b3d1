"""What the parameters of estimators may be; looked at when ``fit`` is called, as is usual."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from ..backend import Device
from ..errors import choose
from ..training.callbacks import Callback

__all__ = [
    "COMMON_RULES",
    "Rule",
    "each",
    "flag",
    "function_or",
    "integer",
    "keep",
    "number",
    "one_of",
    "optional",
    "require",
    "require_unchanged",
    "rules_of",
    "sizes",
    "units",
]


class Rule(NamedTuple):
    """What a value must be: a test, how to say it, and the names that it may be."""

    holds: Callable[[Any], bool]
    expected: str
    names: tuple[str, ...] = ()


def number(
    low: float, high: float = float("inf"), *, open_low: bool = False, open_high: bool = False
) -> Rule:
    """Return the rule for a real number from `low` (or above it) to `high` (or below it).

    Examples
    --------
    >>> number(0, 1, open_high=True).expected, number(0, open_high=True).expected
    ('a number >= 0 and < 1', 'a finite number >= 0')
    """
    start = f"> {low:g}" if open_low else f">= {low:g}"
    endless = high == float("inf")
    end = "" if endless else f" and {'<' if open_high else '<='} {high:g}"
    kind = "a finite number" if endless and open_high else "a number"

    def holds(value: Any) -> bool:
        real = isinstance(value, Real) and not isinstance(value, bool)
        if not real or not (value > low if open_low else value >= low):
            return False
        return bool(value < high if open_high else value <= high)

    return Rule(holds, f"{kind} {start}{end}")


def integer(low: int) -> Rule:
    """Return the rule for an integer from `low`."""

    def holds(value: Any) -> bool:
        # isinstance of Integral, because NumPy's integers are no ints
        return type(value) is not bool and isinstance(value, Integral) and int(value) >= low

    return Rule(holds, f"an integer >= {low}")


def sizes() -> Rule:
    """Return the rule for a sequence of integers from 1."""
    return Rule(lambda v: each(v, integer(1).holds), "integers >= 1")


def units() -> Rule:
    """Return the rule for an integer from 1, or a sequence of them; in scikit-learn's words."""
    return Rule(
        lambda v: integer(1).holds(v) or sizes().holds(v),
        "> 0, an integer or a sequence of integers",
    )


def each(values: Any, holds: Callable[[Any], bool]) -> bool:
    """Tell whether values are a sequence, and something holds for each."""
    sequence = isinstance(values, Sequence | np.ndarray) and not isinstance(values, str)
    return sequence and all(map(holds, values))


def one_of(*names: str) -> Rule:
    """Return the rule for one of some names."""
    return Rule(lambda v: isinstance(v, str) and v in names, " or ".join(map(repr, names)), names)


def function_or(names: Iterable[str] | None = None) -> Rule:
    """Return the rule for a function, or one of some names; None: names that are looked up later.

    Examples
    --------
    >>> function_or(["log_loss", "hinge"]).expected
    "'log_loss' or 'hinge' or a function"
    """
    if names is None:
        return Rule(lambda v: isinstance(v, str) or callable(v), "a name or a function")
    named = one_of(*names)
    return Rule(
        lambda v: callable(v) or named.holds(v), f"{named.expected} or a function", named.names
    )


def flag() -> Rule:
    """Return the rule for True or False."""
    kinds = bool | np.bool_ | Integral
    return Rule(lambda v: isinstance(v, kinds) and v in (0, 1), "True or False")


def optional(rule: Rule, also: Any = None) -> Rule:
    """Return the rule that takes None, or another special value, as well."""

    def holds(value: Any) -> bool:
        return value is also or (isinstance(also, str) and value == also) or rule.holds(value)

    return Rule(holds, f"{rule.expected} or {also!r}")


def rules_of(kind: type) -> dict[str, Rule]:
    """Return the rules of a class of estimators: its own ``_rules`` and those of its bases."""
    rules: dict[str, Rule] = {}
    for base in reversed(kind.__mro__):
        rules |= vars(base).get("_rules", {})
    return rules


def require(estimator: Any) -> None:
    """Raise a ValueError for the first parameter that does not keep its rule."""
    rules, name_of = rules_of(type(estimator)), type(estimator).__name__
    for name, value in estimator.get_params(deep=False).items():
        rule = rules.get(name)
        if rule is None or rule.holds(value):
            continue
        remedy = f"correct it by set_params({name}=...)"
        if isinstance(value, str) and rule.names:
            if ELSEWHERE.get(value) not in rule.names:
                choose(name_of, name, value, rule.names)
            remedy = f"did you mean {ELSEWHERE[value]!r}?"
        raise ValueError(f"{name_of}: {name} must be {rule.expected}, got {value!r}; {remedy}")


def require_unchanged(estimator: Any, before: Mapping[str, Any]) -> None:
    """Raise a ValueError for a parameter that is not what a network was built from."""
    for name, old in before.items():
        new = getattr(estimator, name)
        if not np.array_equal(np.ravel(_objects(new)), np.ravel(_objects(old))):
            raise ValueError(
                f"{type(estimator).__name__}: {name} must be {old!r}, as when the network that is "
                f"to go on was built, got {new!r}; set warm_start=False, or use a new estimator"
            )


def _objects(value: Any) -> np.ndarray:
    return np.asarray(value, dtype=object)


def keep(estimator: Any, arguments: Mapping[str, Any]) -> None:
    """Set the arguments of a constructor, its ``locals()``, as attributes, untouched."""
    for name, value in arguments.items():
        if name not in ("self", "__class__"):
            setattr(estimator, name, value)


ELSEWHERE = {
    "mse": "squared_error",
    "l2": "squared_error",
    "mae": "absolute_error",
    "l1": "absolute_error",
    "bce": "log_loss",
    "cross_entropy": "log_loss",
}
"""scikit-learn's names for what other libraries, and `xpnet.nn`, call otherwise."""

WEIGHT = number(0, open_high=True)
SEED = integer(0)

COMMON_RULES: dict[str, Rule] = {
    "alpha": number(0),
    "batch_size": optional(integer(1), "auto"),
    "callbacks": Rule(
        lambda v: each(v, lambda callback: isinstance(callback, Callback)),
        "a sequence of xpnet.training.Callback",
    ),
    "class_weight": Rule(
        lambda v: (
            v is None
            or (isinstance(v, str) and v == "balanced")
            or (isinstance(v, Mapping) and all(map(WEIGHT.holds, v.values())))
        ),
        f"a dict, with {WEIGHT.expected} for each class, or 'balanced' or None",
    ),
    "device": Rule(
        lambda v: v is None or isinstance(v, Device) or (isinstance(v, str) and v != ""),
        "a name, as in 'cpu' or 'torch:cuda', or None",
    ),
    "dtype": optional(one_of("float32", "float64")),
    "early_stopping": flag(),
    "max_iter": integer(1),
    "n_iter_no_change": number(1),
    "random_state": Rule(
        lambda v: (
            v is None
            or v is np.random
            or isinstance(v, np.random.RandomState)
            or (SEED.holds(v) and v < 2**32)
        ),
        "an integer from 0 to 2**32 - 1, a RandomState or None",
    ),
    "shuffle": flag(),
    "tol": optional(number(0)),
    "validation_fraction": number(0, 1, open_low=True, open_high=True),
    "verbose": Rule(
        lambda v: isinstance(v, bool | np.bool_) or integer(0).holds(v),
        "True, False or an integer >= 0",
    ),
    "warm_start": flag(),
}
"""What the parameters must be that several estimators here have."""
