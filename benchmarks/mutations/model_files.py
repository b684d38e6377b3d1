"""Model files, damaged: bytes anywhere, absurd lengths, and forgeries that have their checksum.

A forgery names other classes, arrays, shapes and numbers. Loading must raise a ModelFileError, or,
where a file was made that is good, give a model. ``tests/io/test_mutations.py`` does the same with
few.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import xpnet as xn
from xpnet import nn
from xpnet.io.tensor_file import read_file, write_file

from . import damage
from .attempt import Outcome, attempt

NUMBERS = (-1, 0, 1, 2**31, 2**63, 10**9, 10**30, 1e308, float("nan"), True, None, "", [], {})
NAMES = (
    "os.system", "builtins.eval", "subprocess.Popen", "xpnet.io.atomic.atomic_path", "../../x",
    "/etc/passwd", "__class__", "__dict__", "Module", "Sequential", "Linear", "", "\0",
)  # fmt: skip
KEYS = ("architecture", "tied", "frozen", "xpnet_format")


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


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    return damage.flipped(content, rng, head=8 + int.from_bytes(content[:8], "little"))


def of_absurd_length(content: bytes, rng: np.random.Generator) -> bytes:
    lengths = [0, 1, 7, len(content), 10**8, 2**31, 2**32 - 1, 2**63, 2**64 - 1]
    length = int(rng.choice([*range(0, 200, 13)])) if rng.random() < 0.3 else None
    chosen = lengths[rng.integers(len(lengths))] if length is None else length
    return chosen.to_bytes(8, "little") + content[8:]


BYTEWISE = (
    damage.truncated, flipped, damage.overwritten, damage.inserted, damage.deleted,
    of_absurd_length,
)  # fmt: skip


# ---- damage that has its checksum -------------------------------------------------------------


def changed(value, rng: np.random.Generator):
    """Change one thing somewhere inside data of JSON."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        keys = list(value)
        key = keys[rng.integers(len(keys))]
        if rng.random() < 0.1:
            return {NAMES[rng.integers(len(NAMES))] if k == key else k: v for k, v in value.items()}
        return {**value, key: changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        i = int(rng.integers(len(value)))
        return [*value[:i], changed(value[i], rng), *value[i + 1 :]]
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
        metadata[key] = json.dumps(changed(json.loads(metadata[key]), rng))
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


def read(path: Path, original: nn.Module) -> str:
    loaded = xn.load(path, device="cpu")
    return "the same model" if same(loaded, original) else "another model"


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
            change = BYTEWISE[rng.integers(len(BYTEWISE))]
            path.write_bytes(change(content, rng))
            kind = change.__name__
        outcomes.append(attempt(kind, lambda: read(path, original)))
    return outcomes
