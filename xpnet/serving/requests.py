"""What a request asks for, read without trusting it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

import numpy as np

from .framing import FITS, INVERTS

__all__ = ["Asked", "Refusal", "asked_in_json", "options_of"]

KEYS = ("inputs", "layers", "top")
SWITCHES = {"true": True, "1": True, "false": False, "0": False}


class Refusal(Exception):  # noqa: N818 - it becomes an answer
    """A request that is answered with an error.

    Attributes
    ----------
    status : int
        Of HTTP.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Asked(NamedTuple):
    """What is wanted."""

    layers: bool = False
    top: int = 1
    invert: str = "auto"
    fit: str = "auto"


def asked_in_json(body: bytes, shape: tuple[int, ...]) -> tuple[np.ndarray, Asked]:
    """Return the samples (N, ...), float32, of ``{"inputs": [...]}``, and what else is asked.

    Parameters
    ----------
    body : bytes
        JSON, an object. ``inputs`` is one sample or a list of samples; each may be flat, and an
        image with one channel may leave that axis out.
    shape : tuple of int
        That of a sample.

    Raises
    ------
    Refusal
        400 if it is no JSON, 422 if it does not say what is needed.

    Examples
    --------
    >>> x, asked = asked_in_json(b'{"inputs": [[1, 2], [3, 4]], "top": 2}', (2,))
    >>> x.shape, asked.top
    ((2, 2), 2)
    """
    try:
        said = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        got = "what is nested too deeply" if isinstance(error, RecursionError) else str(error)
        if "digits" in got:  # Python tells how to allow it, which is nothing for a client
            got = "an integer with thousands of digits"
        raise Refusal(
            400, f'body must be JSON as in {{"inputs": [[0.5, 1]]}}, got {got}'
        ) from error
    if not isinstance(said, dict) or "inputs" not in said:
        raise Refusal(422, 'body must be an object with "inputs", as in {"inputs": [[0.5, 1]]}')
    unknown = [key for key in said if key not in KEYS]
    if unknown:
        raise Refusal(422, f"body must have the keys {', '.join(KEYS)}, got {unknown[0][:40]!r}")
    layers = said.get("layers", False)
    if not isinstance(layers, bool):
        raise Refusal(422, "layers must be true or false")
    asked = Asked(layers, _top(said.get("top", 1)))
    return _samples(said["inputs"], shape), asked


def options_of(query: Mapping[str, str]) -> Asked:
    """Return what the query of an image's request asks for.

    Raises
    ------
    Refusal
        422 if a word is not known.

    Examples
    --------
    >>> options_of({"layers": "true", "invert": "no"})
    Asked(layers=True, top=1, invert='no', fit='auto')
    """
    known = {"layers": SWITCHES, "invert": INVERTS, "fit": FITS}
    for key, value in query.items():
        if key not in (*known, "top"):
            raise Refusal(422, f"query must have {', '.join(known)} or top, got {key[:40]!r}")
        if key != "top" and value not in known[key]:
            raise Refusal(422, f"{key} must be one of {', '.join(known[key])}, got {value[:40]!r}")
    top = query.get("top", "1")
    return Asked(
        SWITCHES[query.get("layers", "false")],
        _top(int(top) if top.isascii() and top.isdigit() and len(top) < 9 else top),
        query.get("invert", "auto"),
        query.get("fit", "auto"),
    )


def _top(said: Any) -> int:
    if type(said) is not int or said < 1:
        raise Refusal(422, f"top must be a whole number from 1, got {str(said)[:40]!r}")
    return int(said)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text}, which JSON does not have")


def _samples(inputs: Any, shape: tuple[int, ...]) -> np.ndarray:
    wanted = f"one sample of shape {list(shape)}, or a list of such samples"
    if not isinstance(inputs, list):
        raise Refusal(422, f"inputs must be {wanted}, got a {type(inputs).__name__}")
    try:
        x = np.asarray(inputs)
    except (ValueError, OverflowError) as error:
        raise Refusal(422, f"inputs must be {wanted}, got lists of different lengths") from error
    if not x.size:
        raise Refusal(422, f"inputs must be {wanted}, got no numbers")
    if x.dtype.kind not in "iuf":
        raise Refusal(422, f"inputs must be {wanted}, got what are no numbers of 64 bits")
    forms = {shape, (math.prod(shape),), *([shape[1:]] if shape[0] == 1 and shape[1:] else [])}
    one = x.shape in forms
    if not one and x.shape[1:] not in forms:
        raise Refusal(422, f"inputs must be {wanted}, got the shape {list(x.shape)}")
    with np.errstate(over="ignore"):
        x = np.asarray(x.reshape(1 if one else x.shape[0], *shape), np.float32)
    if not np.isfinite(x).all():
        first = int(np.argmin(np.isfinite(x).reshape(len(x), -1).all(axis=1)))
        raise Refusal(
            422, f"inputs must be finite numbers of float32, got others in sample {first}"
        )
    return x
