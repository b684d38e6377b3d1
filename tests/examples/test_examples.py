"""The numbered examples run, on a few steps, and do what they say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(name, *arguments):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main(list(arguments))


def test_digits_are_learnt_on_every_device(backend):
    accuracy = run("01_digits", "--device", backend.device_name, "--epochs", "3")
    assert accuracy > 0.9


def test_back_propagation_by_hand_equals_the_tape():
    assert run("02_by_hand") < 1e-10


def test_a_layer_of_your_own_learns_xor():
    assert run("03_your_own_layer") < 0.1


def test_newton_finds_a_minimum_of_foreign_code():
    assert all(slope < 1e-9 for slope in run("04_differentiate_anything").values())


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_every_example_has_a_test(path):
    assert f'"{path.stem}"' in Path(__file__).read_text(encoding="utf-8")
