"""Random numbers that are the same on every library, device and machine.

All draws come from NumPy's Philox, a counter-based generator (J. K. Salmon et al., 2011, Parallel
Random Numbers: As Easy as 1, 2, 3), on the host, and are then moved. Draw number ``n`` uses its own
stream, ``key = seed`` and ``counter = (0, 0, 0, n)``, so the whole state is two integers, and a GPU
kernel can compute element ``i`` of draw ``n`` without the elements before it.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ..errors import ArgumentError

__all__ = [
    "bits",
    "bits_of",
    "get_state",
    "manual_seed",
    "next_draw",
    "next_seed",
    "next_stream",
    "seed_of",
    "seeded",
    "set_state",
    "stream",
]

_lock = threading.Lock()
_state = {"seed": 0, "draws": 0}


class _Own(threading.local):
    """The state that a thread uses instead of the common one, inside ``with seeded(...)``."""

    state: dict[str, int] | None = None


_own = _Own()


def manual_seed(seed: int) -> None:
    """Restart the sequence of draws for initial weights and dropout, and seed what is shuffled.

    Loaders that are made afterwards, and trainings that begin, put samples in the order of this
    seed unless they are given one of their own.

    Parameters
    ----------
    seed : int
        0 <= seed < 2**64.

    Examples
    --------
    >>> manual_seed(7)
    >>> a = next_stream().random()
    >>> manual_seed(7)
    >>> a == next_stream().random()
    True
    """
    _check_seed("manual_seed", seed)
    set_state({"seed": int(seed), "draws": 0})


def get_state() -> dict[str, int]:
    """Return the whole state: ``{"seed": ..., "draws": ...}``."""
    with _lock:
        return dict(_current())


def set_state(state: dict[str, int]) -> None:
    """Return to a state of :func:`get_state`."""
    with _lock:
        _current().update(seed=int(state["seed"]), draws=int(state["draws"]))


@contextmanager
def seeded(seed: int, draws: int = 0) -> Iterator[dict[str, int]]:
    """Give a block a sequence of draws of its own, in this thread alone.

    The sequence outside goes on afterwards as if nothing had been drawn, and threads that run such
    blocks at the same time do not disturb each other.

    Parameters
    ----------
    seed : int
        0 <= seed < 2**64.
    draws : int
        Where in the sequence to begin.

    Yields
    ------
    dict
        The state, which moves on with each draw: ``seeded(**state)`` continues it later.

    Examples
    --------
    >>> with seeded(7) as state:
    ...     a = next_stream().random()
    >>> state
    {'seed': 7, 'draws': 1}
    >>> with seeded(7):
    ...     a == next_stream().random()
    True
    """
    _check_seed("seeded", seed)
    outer, state = _own.state, {"seed": int(seed), "draws": int(draws)}
    _own.state = state
    try:
        yield state
    finally:
        _own.state = outer


def _current() -> dict[str, int]:
    return _state if _own.state is None else _own.state


def next_draw() -> tuple[int, int]:
    """Return the seed and the number of the next draw, for :func:`bits_of`."""
    with _lock:
        state = _current()
        draw = state["draws"]
        state["draws"] = draw + 1
        return state["seed"], draw


def next_stream() -> np.random.Generator:
    """Return the generator of the next draw."""
    seed, draw = next_draw()
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, draw]))


def next_seed() -> int:
    """Return a seed from the next draw, for :func:`stream`: from 0 to 2**63 - 1."""
    return seed_of(next_draw())


def seed_of(draw: tuple[int, int]) -> int:
    """Return the seed that a draw gives.

    Examples
    --------
    >>> manual_seed(7)
    >>> next_seed() == seed_of((7, 0)) != seed_of((7, 1))
    True
    """
    seed, number = draw
    generator = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, number]))
    return int(generator.integers(2**63))


def bits(n: int) -> np.ndarray:
    """Return `n` random 32-bit words of the next draw; see :func:`bits_of`."""
    return bits_of(next_draw(), n)


def bits_of(draw: tuple[int, int], n: int) -> np.ndarray:
    """Return the first `n` random 32-bit words of a draw, shape (n,), uint32.

    Word ``i`` is the lower (even ``i``) or upper (odd ``i``) half of 64-bit output ``i // 2`` of
    Philox-4x64-10. Outputs 4 b ... 4 b + 3 of draw n come from counter (b + 1, 0, 0, n)
    and the seed as key.
    """
    seed, number = draw
    raw = np.random.Philox(key=seed, counter=[0, 0, 0, number]).random_raw((n + 1) // 2)
    return raw.astype("<u8", copy=False).view("<u4")[:n]


def stream(seed: int, *key: int | str) -> np.random.Generator:
    """Return a generator that depends on nothing but its arguments.

    Used where the place in the program, not the order of calls, should decide: the permutation of
    epoch 3 of a loader is ``stream(seed, 3)``.

    Parameters
    ----------
    seed : int
    *key : int or str
        Up to two words that tell streams with the same seed apart.

    Examples
    --------
    >>> bool(stream(0, "split").integers(10) == stream(0, "split").integers(10))
    True
    """
    _check_seed("stream", seed)
    words = [zlib.crc32(k.encode()) if isinstance(k, str) else int(k) for k in key]
    if len(words) > 2 or not all(0 <= word < 2**64 for word in words):
        raise ArgumentError(
            f"stream: key must be at most two integers from 0 to 2**64 - 1 or strings, got {key}; "
            "combine several into one string"
        )
    counter = [0, *words, *[0] * (2 - len(words)), 2**63]  # apart from every numbered draw
    return np.random.Generator(np.random.Philox(key=int(seed), counter=counter))


def _check_seed(where: str, seed: int) -> None:
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**64:
        raise ArgumentError(
            f"{where}: seed must be an integer from 0 to 2**64 - 1, got {seed!r}; any such "
            "number will do, e.g. 0"
        )
