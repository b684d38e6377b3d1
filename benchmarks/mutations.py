"""Damage model files, and see what loading makes of them: ``python -m benchmarks.mutations``.

``--times N`` files are made from one, truncated, with bits flipped, bytes overwritten, inserted and
deleted, absurd lengths, and, with a checksum that fits, other classes, names, shapes and numbers.
Loading each of them must raise a ModelFileError or a DataError, or, where a file was made that is
good, give a model; within 2 seconds, with less than 200 MB, and without importing anything.
``tests/io/test_mutations.py`` does the same with few.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

import xpnet as xn
from xpnet import nn
from xpnet.errors import DataError, ModelFileError
from xpnet.io.tensor_file import read_file, write_file

SECONDS = 2.0
BYTES = 200_000_000

NUMBERS = (-1, 0, 1, 2**31, 2**63, 10**9, 10**30, 1e308, float("nan"), True, None, "", [], {})
NAMES = (
    "os.system", "builtins.eval", "subprocess.Popen", "xpnet.io.atomic.atomic_path", "../../x",
    "/etc/passwd", "__class__", "__dict__", "Module", "Sequential", "Linear", "", "\0",
)  # fmt: skip
KEYS = ("architecture", "tied", "frozen", "xpnet_format")


class Outcome(NamedTuple):
    kind: str
    result: str  # the class of the error, "the same model", or "another model"
    seconds: float
    peak: int
    imported: list[str]


def model() -> nn.Module:
    xn.manual_seed(0)
    shared = nn.Linear(5, 5)
    made = nn.Sequential(
        nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), shared, nn.Dropout(0.5), nn.Linear(5, 5),
        nn.Residual(nn.Linear(5, 5)), nn.Linear(5, 3),
    )  # fmt: skip
    made[5].weight = shared.weight
    return made


# ---- damage to the bytes ---------------------------------------------------------------------


def truncated(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(len(content))]


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    bits = bytearray(content)
    # half of the time in the header, where it matters more
    end = len(bits) if rng.random() < 0.5 else 8 + int.from_bytes(content[:8], "little")
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


def of_absurd_length(content: bytes, rng: np.random.Generator) -> bytes:
    lengths = [0, 1, 7, len(content), 10**8, 2**31, 2**32 - 1, 2**63, 2**64 - 1]
    length = int(rng.choice([*range(0, 200, 13)])) if rng.random() < 0.3 else None
    chosen = lengths[rng.integers(len(lengths))] if length is None else length
    return chosen.to_bytes(8, "little") + content[8:]


BYTEWISE = (truncated, flipped, overwritten, inserted, deleted, of_absurd_length)


# ---- damage that has its checksum -------------------------------------------------------------


def _changed(value, rng: np.random.Generator):
    """Change one thing somewhere inside data of JSON."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        keys = list(value)
        key = keys[rng.integers(len(keys))]
        if rng.random() < 0.1:
            return {NAMES[rng.integers(len(NAMES))] if k == key else k: v for k, v in value.items()}
        return {**value, key: _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        i = int(rng.integers(len(value)))
        return [*value[:i], _changed(value[i], rng), *value[i + 1 :]]
    if isinstance(value, str):
        return NAMES[rng.integers(len(NAMES))]
    return NUMBERS[rng.integers(len(NUMBERS))]


def forged(path: Path, rng: np.random.Generator) -> None:
    """Write another file that is whole, but tells of something else."""
    contents = read_file(path)
    metadata, arrays = dict(contents.metadata), dict(contents.arrays)
    what = rng.random()
    if what < 0.7:
        key = KEYS[0] if what < 0.4 else KEYS[rng.integers(len(KEYS))]
        metadata[key] = json.dumps(_changed(json.loads(metadata[key]), rng))
    else:
        names = list(arrays)
        name = names[rng.integers(len(names))]
        array = arrays.pop(name)
        other = NAMES[rng.integers(len(NAMES))]
        arrays[other if what < 0.85 else name] = array if what < 0.85 else array[..., None]
    write_file("forged", path, arrays, metadata)


# ---- loading ---------------------------------------------------------------------------------


def same(a: nn.Module, b: nn.Module) -> bool:
    one, other = a.state_dict(), b.state_dict()
    return repr(a) == repr(b) and one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name], equal_nan=True) for name in one
    )  # fmt: skip


def attempt(kind: str, path: Path, original: nn.Module) -> Outcome:
    modules = set(sys.modules)
    tracemalloc.start()
    start = time.perf_counter()
    try:
        loaded = xn.load(path, device="cpu")
    except (ModelFileError, DataError) as error:
        result = type(error).__name__
    else:
        result = "the same model" if same(loaded, original) else "another model"
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Outcome(kind, result, seconds, peak, sorted(set(sys.modules) - modules))


def run(times: int, seed: int, folder: Path) -> list[Outcome]:
    """Damage a file in so many ways; any other error than those allowed is raised."""
    rng = np.random.default_rng(seed)
    original = model()
    good = folder / "good.safetensors"
    xn.save(original, good)
    original = xn.load(good, device="cpu")  # and what it needs is imported
    content = good.read_bytes()
    path = folder / "damaged.safetensors"
    outcomes = []
    for i in range(times):
        if i % 3 == 0:
            path.write_bytes(content)
            forged(path, rng)
            kind = "forged"
        else:
            damage = BYTEWISE[rng.integers(len(BYTEWISE))]
            path.write_bytes(damage(content, rng))
            kind = damage.__name__
        outcomes.append(attempt(kind, path, original))
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        outcomes = run(options.times, options.seed, Path(folder))
    print(f"{len(outcomes)} damaged files")
    counts = Counter((outcome.kind, outcome.result) for outcome in outcomes)
    for (kind, result), count in sorted(counts.items()):
        print(f"  {kind:<18} {result:<16} {count:>6}")
    print(f"slowest: {max(o.seconds for o in outcomes):.3f} s (at most {SECONDS:g})")
    print(f"largest: {max(o.peak for o in outcomes) / 1e6:.3f} MB (at most {BYTES / 1e6:g})")
    print(f"imported: {sorted({name for o in outcomes for name in o.imported}) or 'nothing'}")
    wrong = [o for o in outcomes if o.kind != "forged" and o.result == "another model"]
    print(f"silently wrong models: {len(wrong)}")


if __name__ == "__main__":
    main()
