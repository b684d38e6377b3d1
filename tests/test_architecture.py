"""The house keeps its shape: who may import whom, who may name an array library, how files look."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "xpnet"
TESTS = ROOT / "tests"

# A folder imports only from folders above it; the order is also the order to read them in.
ORDER = [
    "_version",
    "errors",
    "typing",
    "windows",
    "blocks",
    "backend",
    "autograd",
    "kernels",
    "ops",
    "nn",
    "optim",
    "data",
    "models",
    "io",
    "training",
    "plot",
    "sklearn",
    "testing",
    "serving",
    "cli",
]

LIBRARIES = {"torch", "cupy", "cupyx", "jax", "array_api_strict"}
MAY_NAME_LIBRARIES = {"backend", "kernels", "testing"}

# A file over MAX_LINES is a question; the answers are here, as {path: reason}.
MAX_LINES = 300
LONG_FILES: dict[str, str] = {}

# Folders of tests/ that mirror no folder of xpnet/: what they test lies elsewhere.
OTHER_TEST_FOLDERS = {"ci", "docs", "examples", "benchmarks", "integration"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parts_of(path: Path) -> list[str]:
    """The dotted name of a module as a list: xpnet/nn/linear.py -> [xpnet, nn, linear]."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return parts[:-1] if parts[-1] == "__init__" else parts


def house_of(path: Path) -> str:
    """The folder (or top-level module) that a file belongs to; xpnet/__init__.py is the roof."""
    parts = parts_of(path)
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else "the roof"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each import in a file, also those inside functions.

    `from xpnet import nn` yields xpnet.nn, and relative imports are made absolute.
    """
    parts = parts_of(path)
    package = parts if path.name == "__init__.py" else parts[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                start = package[: len(package) - node.level + 1]
                base = ".".join(start + ([node.module] if node.module else []))
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_each_part_of_the_package_has_its_place_in_the_order():
    parts = {house_of(path) for path in MODULES} - {"the roof"}
    assert parts <= set(ORDER), f"not in ORDER: {sorted(parts - set(ORDER))}"


@pytest.mark.parametrize("house", ORDER)
def test_a_folder_imports_only_from_folders_above_it(house):
    below = set(ORDER[ORDER.index(house) + 1 :])
    wrong = []
    for path in MODULES:
        if house_of(path) != house:
            continue
        for line, name in imports_of(path):
            target = name.split(".")
            # the package itself is the roof: importing it imports everything
            if target[0] == "xpnet" and (len(target) == 1 or target[1] in below):
                wrong.append(f"{relative(path)}:{line} imports {name}")
            elif target[0] == "xpnet" and target[1] not in ORDER:
                wrong.append(f"{relative(path)}:{line} imports {name} from the roof")
    assert not wrong, "\n".join(wrong)


def test_only_backend_and_kernels_know_array_libraries_by_name():
    wrong = []
    for path in MODULES:
        if house_of(path) in MAY_NAME_LIBRARIES:
            continue
        for line, name in imports_of(path):
            if name.split(".")[0] in LIBRARIES:
                wrong.append(f"{relative(path)}:{line} imports {name}")
        # as in importlib.import_module("torch") or `if library == "torch"`
        for line, text in strings_of(path):
            if text in LIBRARIES:
                wrong.append(f"{relative(path)}:{line} names {text!r}")
    assert not wrong, "\n".join(wrong)


def test_library_code_has_no_assert_statement():
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assert)
    ]
    assert not wrong, "raise an exception of xpnet.errors instead: " + ", ".join(wrong)


def test_every_module_begins_with_a_docstring():
    wrong = [relative(path) for path in MODULES if not ast.get_docstring(tree_of(path))]
    assert not wrong, wrong


def test_files_are_short_enough_to_read():
    lines = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    long = {path: number for path, number in lines.items() if number > MAX_LINES}
    unanswered = {path: number for path, number in long.items() if path not in LONG_FILES}
    assert not unanswered, f"over {MAX_LINES} lines: split, or say why in LONG_FILES: {unanswered}"
    assert set(LONG_FILES) <= set(long), "LONG_FILES names a file that is short now"


def test_every_test_folder_mirrors_a_package_folder():
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    wrong = sorted(
        folder.as_posix()
        for folder in folders
        if folder.parts
        and folder.parts[0] not in OTHER_TEST_FOLDERS
        and not (PACKAGE / folder).is_dir()
    )
    assert not wrong, f"these folders of tests/ have no counterpart in xpnet/: {wrong}"
