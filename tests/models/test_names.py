"""Models are imported when they are first used, and are all there."""

from __future__ import annotations

import pkgutil

import pytest

from xpnet import models
from xpnet.nn import Module


def test_every_name_is_there():
    for name in models.__all__:
        assert getattr(models, name) is not None
        assert name in dir(models)


def test_every_file_is_an_attribute():
    for found in pkgutil.iter_modules(models.__path__):
        assert getattr(models, found.name).__name__ == f"xpnet.models.{found.name}"


def test_models_by_name_are_those_of_the_table():
    for name, kind in models.MODELS.items():
        assert models.by_name(name.upper()) is kind
        assert getattr(models, kind.__name__) is kind
        assert issubclass(kind, Module)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'xpnet\.models' has no attribute 'Lenet'"):
        models.Lenet  # noqa: B018
