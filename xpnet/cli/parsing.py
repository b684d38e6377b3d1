"""Argument types, and a parser whose errors say what is valid."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from ..errors import ArgumentError, choose

__all__ = ["Parser", "add_output_kind", "choice", "fraction", "number", "numbers", "whole"]


class Parser(argparse.ArgumentParser):
    """An argument parser that raises an ArgumentError instead of ending the process."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        # abbreviations that work today could be ambiguous tomorrow
        super().__init__(allow_abbrev=False, **options)
        self.alone: dict[str, str] = {}
        """Options that may stand without a value, and the one that they have then."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; an option of ``alone`` takes the next argument only if that is a value of it."""
        return super().parse_known_args(self._completed(args), namespace)

    def _completed(self, args: Sequence[str] | None) -> Sequence[str] | None:
        if not args or not self.alone:
            return args
        made: list[str] = []
        for argument, following in zip(args, [*args[1:], ""], strict=True):
            action = self._option_string_actions.get(argument)
            if argument in self.alone and action is not None and not _fits(action.type, following):
                argument = f"{argument}={self.alone[argument]}"
            made.append(argument)
        return made

    def flags(self) -> list[str]:
        """Return the flags that this parser knows."""
        return list(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """Raise; the message is to be one line."""
        raise ArgumentError(f"{message}; `{self.prog} --help` lists what can be given")


def _fits(convert: Any, text: str) -> bool:
    try:
        convert(text)
    except argparse.ArgumentTypeError:
        return False
    return True


def choice(names: Iterable[str]) -> Callable[[str], str]:
    """Return an argument type: one of these names.

    Examples
    --------
    >>> choice(["adam", "sgd"])("adam")
    'adam'
    """
    valid = list(names)

    def convert(text: str) -> str:
        try:
            return choose("", "", text, valid)
        except ArgumentError as error:
            # the parser says which argument it was
            raise argparse.ArgumentTypeError(str(error).removeprefix(":  ")) from error

    return convert


def add_output_kind(parser: Any) -> None:
    """Add the option that tells what the outputs of a model are."""
    from ..serving.kinds import KINDS

    parser.add_argument(
        "--output-kind",
        type=choice(KINDS),
        metavar="KIND",
        help=f"what the outputs of the model are: {', '.join(KINDS)} of a regression (default: "
        "what the model file or the last layer says)",
    )


def number(least: float, below: float = float("inf")) -> Callable[[str], float]:
    """Return an argument type: a number >= `least` and < `below`.

    Examples
    --------
    >>> number(0)("1e-3")
    0.001
    """

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value < below:
            bound = "" if below == float("inf") else f" and < {below:g}"
            raise argparse.ArgumentTypeError(f"must be a number >= {least:g}{bound}, got {text!r}")
        return value

    return convert


fraction = number(0, 1)


def whole(least: int) -> Callable[[str], int]:
    """Return an argument type: a whole number >= `least`.

    Examples
    --------
    >>> whole(1)("32")
    32
    """

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"must be a whole number >= {least}, got {text!r}")
        return value

    return convert


def numbers(least: int) -> Callable[[str], tuple[int, ...]]:
    """Return an argument type: whole numbers >= `least` with commas; "" is none.

    Examples
    --------
    >>> numbers(1)("128,64")
    (128, 64)
    """
    one = whole(least)

    def convert(text: str) -> tuple[int, ...]:
        try:
            return tuple(one(part.strip()) for part in text.split(",") if part.strip())
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentTypeError(
                f"must be whole numbers >= {least} with commas, as in 128,64, got {text!r}"
            ) from error

    return convert
