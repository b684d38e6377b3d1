"""How the tests of this folder run an example, and which data it finds."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def run():
    """``run("01_digits", "--epochs", "3")`` returns what the main of an example returns."""

    def run(name, *arguments):
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.main(list(arguments))

    return run


@pytest.fixture
def no_mnist(monkeypatch, tmp_path):
    """MNIST is not found, and an example takes the digits inside xpnet."""
    monkeypatch.delenv("XPNET_DATA", raising=False)
    monkeypatch.setenv("XPNET_CACHE", str(tmp_path))
