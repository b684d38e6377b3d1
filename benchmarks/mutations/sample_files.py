"""Files of samples, damaged: ``.npy``, ``.npz`` and tables of text, with absurd shapes and sizes.

Reading one must give samples, or what is wrong with it as a DataError.
``tests/serving/test_mutations.py`` does the same with few.
"""

from __future__ import annotations

import io
import unicodedata  # noqa: F401 - Python loads it when a header has names that are not ASCII
import zipfile
from pathlib import Path

import numpy as np

from xpnet.serving.files import Reading, Refused, samples

from . import damage
from .attempt import Outcome, attempt

SHAPES = (
    "(-1, 4)", "(0,)", "()", "(4,)", "(1000000000, 4)", "(4611686018427387904, 4)", "(True, 4)",
    "(1e9, 4)", "[6, 4]", "(6, 4)" + " " * 9000, "(" * 300 + ")" * 300, "(6, 4) * 10**9", "None",
    "(10**30, 4)", "__import__('os')",
)  # fmt: skip
TYPES = ("'|O'", "'<f8'", "'<c16'", "'|V1000000000'", "'<U9'", "[('a', '<f4')]", "'<m8[s]'", "7")
HOW = Reading((4,))


def arrays() -> dict[str, bytes]:
    """Return good files by their names."""
    x = np.arange(24, dtype=np.float32).reshape(6, 4)
    npy, npz, packed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(npy, x)
    np.savez(npz, X=x, y=np.arange(6))
    np.savez_compressed(packed, X=x)
    fortran, text = io.BytesIO(), io.BytesIO()
    np.save(fortran, np.asfortranarray(x))
    np.savetxt(text, x, delimiter=",", header="a,b,c,d", comments="")
    return {
        "x.npy": npy.getvalue(),
        "f.npy": fortran.getvalue(),
        "x.npz": npz.getvalue(),
        "p.npz": packed.getvalue(),
        "x.csv": text.getvalue(),
    }


def forged(name: str, content: bytes, rng: np.random.Generator) -> bytes:
    """Write a file that is whole, but whose header says something else."""
    if name.endswith(".csv"):
        row = (b"9" * 3_000_000, b"1," * 900_000, b"1,2,3,4\n" * 200, b"\0" * 2_000_000, b"nan,inf")
        return content + row[rng.integers(len(row))]
    shape, descr = SHAPES[rng.integers(len(SHAPES))], "'<f4'"
    if rng.random() < 0.4:
        shape, descr = "(6, 4)", TYPES[rng.integers(len(TYPES))]
    order = ("False", "True", "7")[rng.integers(3)]
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    wide = rng.random() < 0.3
    length = len(text) if rng.random() < 0.8 else int(rng.choice([0, 5, 60000, 2**16 - 1]))
    head = b"\x93NUMPY" + (b"\x02\x00" if wide else b"\x01\x00")
    made = head + length.to_bytes(4 if wide else 2, "little") + text + bytes(96)
    if name.endswith(".npy"):
        return made
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("X.npy", made + bytes(int(rng.choice([0, 10_000_000]))))
    return file.getvalue()


def read(path: Path) -> str:
    for sample in samples([str(path)], HOW):
        if isinstance(sample, Refused):
            raise sample.error
        if sample.x.shape != HOW.shape or not np.isfinite(sample.x).all():
            return "no samples"
    return "samples"


def run(times: int, seed: int, folder: Path) -> list[Outcome]:
    """Damage files in so many ways; any other error than those allowed is raised."""
    rng = np.random.default_rng(seed)
    files = arrays()
    for name, content in files.items():
        (folder / name).write_bytes(content)
        read(folder / name)  # and what it needs is imported
    names = list(files)
    outcomes = []
    for i in range(times):
        name = names[i % len(names)]
        change = damage.BYTEWISE[rng.integers(len(damage.BYTEWISE))]
        kind = change.__name__ if rng.random() < 0.6 else "forged"
        made = forged(name, files[name], rng) if kind == "forged" else change(files[name], rng)
        path = folder / name
        path.write_bytes(made)
        outcomes.append(attempt(kind, lambda path=path: read(path)))
    return outcomes
