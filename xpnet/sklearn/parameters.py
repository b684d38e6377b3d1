"""What the parameters of estimators may be; looked at when ``fit`` is called, as is usual."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

__all__ = [
    "COMMON_RULES",
    "Rule",
    "flag",
    "integer",
    "keep",
    "number",
    "one_of",
    "optional",
    "require",
    "sizes",
]


class Rule(NamedTuple):
    """What a value must be: a test, and how to say it."""

    holds: Callable[[Any], bool]
    expected: str


def number(
    low: float, high: float = float("inf"), *, open_low: bool = False, open_high: bool = False
) -> Rule:
    """Return the rule for a real number from `low` (or above it) to `high` (or below it)."""
    start = f"> {low:g}" if open_low else f">= {low:g}"
    end = "" if high == float("inf") else f" and {'<' if open_high else '<='} {high:g}"

    def holds(value: Any) -> bool:
        real = isinstance(value, Real) and not isinstance(value, bool)
        if not real or not (value > low if open_low else value >= low):
            return False
        return bool(value < high if open_high else value <= high)

    return Rule(holds, f"a number {start}{end}")


def integer(low: int) -> Rule:
    """Return the rule for an integer from `low`."""

    def holds(value: Any) -> bool:
        # isinstance of Integral, because NumPy's integers are no ints
        return type(value) is not bool and isinstance(value, Integral) and int(value) >= low

    return Rule(holds, f"an integer >= {low}")


def sizes() -> Rule:
    """Return the rule for a sequence of integers from 1."""

    def holds(value: Any) -> bool:
        return isinstance(value, Iterable) and all(integer(1).holds(size) for size in value)

    return Rule(holds, "integers >= 1")


def one_of(*names: str) -> Rule:
    """Return the rule for one of some names."""
    return Rule(lambda v: isinstance(v, str) and v in names, " or ".join(map(repr, names)))


def flag() -> Rule:
    """Return the rule for True or False."""
    return Rule(lambda v: v in (True, False), "True or False")


def optional(rule: Rule, also: Any = None) -> Rule:
    """Return the rule that takes None, or another special value, as well."""

    def holds(value: Any) -> bool:
        return value is also or (isinstance(also, str) and value == also) or rule.holds(value)

    return Rule(holds, f"{rule.expected} or {also!r}")


def require(estimator: Any, rules: Mapping[str, Rule]) -> None:
    """Raise a ValueError for the first parameter that does not keep its rule."""
    for name, rule in rules.items():
        value = getattr(estimator, name)
        if not rule.holds(value):
            raise ValueError(
                f"{type(estimator).__name__}: {name} must be {rule.expected}, got {value!r}; "
                f"correct it by set_params({name}=...)"
            )


def keep(estimator: Any, arguments: Mapping[str, Any]) -> None:
    """Set the arguments of a constructor, its ``locals()``, as attributes, untouched."""
    for name, value in arguments.items():
        if name not in ("self", "__class__"):
            setattr(estimator, name, value)


COMMON_RULES: dict[str, Rule] = {
    "alpha": number(0),
    "batch_size": optional(integer(1), "auto"),
    "max_iter": integer(1),
    "shuffle": flag(),
    "tol": optional(number(0)),
    "n_iter_no_change": number(1),
    "early_stopping": flag(),
    "validation_fraction": number(0, 1, open_low=True, open_high=True),
    "warm_start": flag(),
    "dtype": optional(one_of("float32", "float64")),
}
"""What the parameters of every estimator here must be."""
