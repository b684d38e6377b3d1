"""Data types by name."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.backend import dtype_name, dtype_of, is_floating
from xpnet.errors import DTypeError

NAMES = ["bool", "int8", "int16", "int32", "int64", "uint8", "float32", "float64", "complex64"]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_objects_translate_both_ways(backend, name):
    dtype = dtype_of(backend.xp, name)
    assert dtype_name(dtype) == name
    assert dtype_name(backend.xp.zeros(1, dtype=dtype).dtype) == name
    assert dtype_of(backend.xp, dtype) == dtype


@pytest.mark.parametrize("name", ["float", "double", "string", "e"])
def test_an_unknown_name_is_answered_with_those_there_are(backend, name):
    with pytest.raises(DTypeError, match=r"got .*; it has bool, int8"):
        dtype_of(backend.xp, name)


@pytest.mark.parametrize("name", NAMES)
def test_only_real_floating_point_numbers_count_as_floating(backend, name):
    x = backend.xp.zeros(1, dtype=dtype_of(backend.xp, name))
    assert is_floating(x) == name.startswith("float")


def test_the_types_of_half_precision_have_names_too():
    torch = pytest.importorskip("torch")
    assert dtype_name(torch.bfloat16) == "bfloat16"
    assert dtype_name(np.dtype("float16")) == "float16"
    assert dtype_of(torch, "bfloat16") is torch.bfloat16
    assert is_floating(torch.zeros(1, dtype=torch.bfloat16))
