from __future__ import annotations

import subprocess
import sys

import pytest

import xpnet as xn
from xpnet.cli import command

COMMANDS = ("train", "evaluate", "predict", "summary", "devices")


def test_help_names_every_command_and_gives_examples(xpnet):
    done = xpnet("--help")
    assert done.code == 0
    assert all(name in done.out for name in COMMANDS)
    assert "examples:" in done.out


@pytest.mark.parametrize("name", ["train", "evaluate", "predict", "summary"])
def test_help_of_a_command_gives_examples(xpnet, name):
    done = xpnet(name, "--help")
    assert done.code == 0
    assert f"xpnet {name} " in done.out.partition("examples:")[2]


def test_the_version_is_printed(xpnet):
    assert xpnet("--version").out == f"xpnet {xn.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["trian"], "invalid choice: 'trian'"),
        (["train", "--model", "mpl"], "got 'mpl'; did you mean 'mlp'?"),
        (["train", "--optimizer", "adm"], "did you mean 'adam'"),
        (["train", "--activation", "rellu"], "did you mean 'relu'"),
        (["train", "--data", "minst"], "one of 'FILE.npz', 'digits', 'fashion-mnist', 'mnist'"),
        (["train", "--device", "cud"], "did you mean 'cuda'"),
        (["train", "--epoch", "3"], "did you mean '--epochs'"),
        (["train", "--epochs", "0"], "must be a whole number >= 1, got '0'"),
        (["train", "--lr", "fast"], "must be a number >= 0, got 'fast'"),
        (["train", "--dropout", "1.5"], "must be a number >= 0 and < 1, got '1.5'"),
        (["train", "--hidden", "128;64"], "whole numbers >= 1 with commas, as in 128,64"),
        (["train", "more"], "no further argument, got 'more'"),
    ],
)
def test_a_wrong_argument_is_one_line_that_names_what_is_valid(xpnet, arguments, message):
    done = xpnet(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("xpnet: error: ")
    assert done.err.count("\n") == 1
    assert message in done.err


def test_ctrl_c_is_no_traceback(xpnet, monkeypatch):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(command.devices, "run", interrupted)
    done = xpnet("devices")
    assert done.code == 130
    assert done.err == "xpnet: interrupted\n"


def test_the_package_runs_as_a_module():
    command = [sys.executable, "-m", "xpnet.cli", "summary", "softmax", "--input-shape", "1,8,8"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "650" in done.stdout


@pytest.mark.parametrize("module", ["xpnet", "xpnet.cli"])
def test_a_wrong_argument_is_no_traceback_in_a_process(module):
    command = [sys.executable, "-m", module, "train", "--model", "mpl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("xpnet: error: argument --model: ")
    assert "Traceback" not in done.stderr


def test_the_package_is_the_command():
    command = [sys.executable, "-m", "xpnet", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"xpnet {xn.__version__}\n"), done.stderr
