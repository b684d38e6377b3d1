from __future__ import annotations

import operator

import numpy as np
import pytest

from xpnet.data import logic_gate
from xpnet.errors import ArgumentError

GATES = {
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "nand": lambda a, b: 1 - (a & b),
    "nor": lambda a, b: 1 - (a | b),
    "not": lambda a: 1 - a,
}


@pytest.mark.parametrize("name", GATES)
def test_the_table_is_true(name):
    x, y = logic_gate(name).arrays
    assert (x.dtype, y.dtype) == (np.float32, np.int64)
    assert len(set(map(tuple, x))) == len(x) == 2 ** x.shape[1]
    assert y.tolist() == [GATES[name](*row) for row in x.astype(int).tolist()]


@pytest.mark.parametrize("name", GATES)
def test_signed_tables_have_minus_one_for_false(name):
    x, y = logic_gate(name).arrays
    signed_x, signed_y = logic_gate(name, signed=True).arrays
    np.testing.assert_array_equal(signed_x, 2 * x - 1)
    np.testing.assert_array_equal(signed_y, 2 * y - 1)
    assert (signed_x.dtype, signed_y.dtype) == (np.float32, np.int64)


def test_an_unknown_gate_is_refused_with_the_closest():
    with pytest.raises(ArgumentError, match="got 'nandd'; did you mean 'nand'"):
        logic_gate("nandd")
