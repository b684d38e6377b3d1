"""Damage to the bytes of any file: each function takes the content and returns another."""

from __future__ import annotations

import numpy as np


def truncated(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(len(content))]


def flipped(content: bytes, rng: np.random.Generator, head: int | None = None) -> bytes:
    """Flip up to eight bits, half of the time in the first `head` bytes, which matter more."""
    bits = bytearray(content)
    end = len(bits) if head is None or rng.random() < 0.5 else min(head, len(bits))
    for _ in range(rng.integers(1, 9)):
        bits[rng.integers(end)] ^= 1 << int(rng.integers(8))
    return bytes(bits)


def overwritten(content: bytes, rng: np.random.Generator) -> bytes:
    start, length = int(rng.integers(len(content))), int(rng.integers(1, 64))
    piece = rng.bytes(length) if rng.random() < 0.5 else bytes([rng.integers(256)]) * length
    return (content[:start] + piece + content[start + length :])[: len(content)]


def inserted(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(content)))
    return content[:start] + rng.bytes(int(rng.integers(1, 32))) + content[start:]


def deleted(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(content)))
    return content[:start] + content[start + int(rng.integers(1, 32)) :]


BYTEWISE = (truncated, flipped, overwritten, inserted, deleted)
