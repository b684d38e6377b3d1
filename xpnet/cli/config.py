"""Options from a TOML file: the same keys as on the command line, which has the last word."""

from __future__ import annotations

import tomllib
from typing import Any

from ..errors import ArgumentError

__all__ = ["with_config"]


def with_config(arguments: list[str]) -> list[str]:
    """Put what the file after ``--config`` says in front of the other arguments.

    ``hidden = [128, 64]`` becomes ``--hidden 128,64``, ``no_progress = true`` becomes
    ``--no-progress``. So a file is checked like the command line, and what comes later, from the
    command line, wins.

    Examples
    --------
    >>> with_config(["train", "--epochs", "3"])
    ['train', '--epochs', '3']
    """
    path = None
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--config":
            path = next(remaining, "")
        elif argument.startswith("--config="):
            path = argument.removeprefix("--config=")
        else:
            rest.append(argument)
    if path is None:
        return arguments
    return [*rest[:1], *_as_arguments(path), *rest[1:]]


def _as_arguments(path: str) -> list[str]:
    try:
        with open(path, "rb") as file:
            options = tomllib.load(file)
    except OSError as error:
        raise ArgumentError(
            f"--config must be a TOML file that can be read, got {path!r} ({error.strerror}); "
            "check the name"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(
            f"--config must be a TOML file, got {path!r} with an error: {error}; "
            'a line looks like: model = "mlp"'
        ) from error
    arguments: list[str] = []
    for key, value in options.items():
        arguments += _as_flag(path, key, value)
    return arguments


def _as_flag(path: str, key: str, value: Any) -> list[str]:
    flag = "--" + key.replace("_", "-")
    if isinstance(value, bool):
        return [flag] if value else []
    if isinstance(value, list):
        return [f"{flag}={','.join(str(item) for item in value)}"]
    if isinstance(value, str | int | float):
        return [f"{flag}={value}"]
    raise ArgumentError(
        f"--config: {key} in {path!r} must be a number, a string, a list or true, got "
        f"{type(value).__name__}; write one line for each option, without sections"
    )
