"""Damage files, and see what reading makes of them: ``python -m benchmarks.mutations``.

``--times N`` files of each kind are made from good ones: truncated, with bits flipped, bytes
overwritten, inserted and deleted, absurd sizes, and forged with care. Reading each of them must
raise a ModelFileError or a DataError, or, where a file was made that is good, give what is in it;
within 2 seconds, with less than 200 MB, and without importing anything.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from . import KINDS
from .attempt import BYTES, SECONDS, Outcome

INTENDED = ("forged",)  # such a file may well hold another model


def show(name: str, outcomes: list[Outcome]) -> None:
    print(f"{name}: {len(outcomes)} damaged files")
    counts = Counter((outcome.kind, outcome.result) for outcome in outcomes)
    for (kind, result), count in sorted(counts.items()):
        print(f"  {kind:<22} {result:<18} {count:>6}")
    print(f"  slowest: {max(o.seconds for o in outcomes):.3f} s (at most {SECONDS:g})")
    print(f"  largest: {max(o.peak for o in outcomes) / 1e6:.3f} MB (at most {BYTES / 1e6:g})")
    print(f"  imported: {sorted({name for o in outcomes for name in o.imported}) or 'nothing'}")
    wrong = [o for o in outcomes if o.kind not in INTENDED and o.result == "another model"]
    print(f"  silently wrong models: {len(wrong)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "kinds", nargs="*", choices=[*KINDS, []], metavar="KIND", help=", ".join(KINDS)
    )
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for kind in options.kinds or KINDS:
        module = importlib.import_module(KINDS[kind])
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("error")
            show(kind, module.run(options.times, options.seed, Path(folder)))


if __name__ == "__main__":
    main()
