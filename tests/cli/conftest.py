from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.kernels.cupy import emulated
from xpnet import kernels
from xpnet.cli import main


@pytest.fixture
def xpnet(capsys):
    """Run a command line: xpnet("train", ...) -> code, out, err."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, out=out, err=err)

    return run


@pytest.fixture
def gpu(monkeypatch):
    """The stand-in for CuPy, with its kernels, without which nothing can be recorded."""
    monkeypatch.setattr(kernels.registry, "_enabled", True)
    if emulated.unavailable():
        pytest.skip(emulated.unavailable())
    with emulated.emulation() as module:
        yield module


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A model file of `xpnet train` on the digits."""
    path = tmp_path_factory.mktemp("trained") / "digits.safetensors"
    code = main(["train", "--output", str(path), "--no-progress", "--epochs", "10"])
    if code:
        pytest.fail("xpnet train failed")
    return path
