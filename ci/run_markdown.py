"""Run the Python code of Markdown files, so that what they show cannot rot.

The ```python blocks of one file run in order, in one namespace and in an empty folder, as a reader
would type them. A block with prompts (`>>>`) is a doctest. A block is left out when the line before
it is `<!-- not run: REASON -->` (it needs a GPU, or files that only the reader has).
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

BLOCK = re.compile(
    r"^(?P<skip><!-- not run:[^\n]*-->\s*\n)?```python[^\n]*\n(?P<code>.*?)^```", re.M | re.S
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_block(code: str, namespace: dict[str, Any], name: str, line: int) -> str | None:
    """Run one block; the error text if it fails."""
    if ">>>" in code:
        test = doctest.DocTestParser().get_doctest(code, namespace, name, name, line)
        report: list[str] = []
        result = doctest.DocTestRunner(optionflags=FLAGS).run(
            test, out=report.append, clear_globs=False
        )
        namespace.update(test.globs)
        return "".join(report) if result.failed else None
    try:
        # Empty lines in front make the line numbers of a traceback those of the file.
        exec(compile("\n" * line + code, name, "exec"), namespace)
    except Exception:
        return traceback.format_exc()
    return None


def run_file(path: Path) -> tuple[int, int]:
    """Run all blocks of a file; the numbers of blocks run and of blocks failed."""
    text = path.read_text(encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    ran = failed = 0
    for block in BLOCK.finditer(text):
        if block["skip"]:
            continue
        line = text.count("\n", 0, block.start("code"))
        ran += 1
        error = run_block(block["code"], namespace, str(path), line)
        if error is not None:
            failed += 1
            print(f"{path}:{line}: the block fails\n{error}")
            break  # later blocks build on this one
    return ran, failed


def main(names: list[str]) -> int:
    """Run every Markdown file named, or found in a folder named."""
    root = Path.cwd()
    sys.path.insert(0, str(root))
    files: list[Path] = []
    for name in names:
        path = root / name
        files += sorted(path.rglob("*.md")) if path.is_dir() else [path] * path.is_file()
    total = 0
    for path in files:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            ran, failed = run_file(path)
        total += failed
        if ran:
            seconds = time.perf_counter() - start
            print(f"{path.relative_to(root)}: {ran} blocks, {failed} failed, {seconds:.1f} s")
    return 1 if total else 0


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "agg")  # a plot must not wait for a window
    sys.exit(main(sys.argv[1:]))
